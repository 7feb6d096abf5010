package dev.eman.web.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.web.HeadlessBrowser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page in a real browser. */
class WatchBrowserTest {
  private static ChromeDriver browser;
  @TempDir Path folder;
  private WatchPage page;

  @BeforeAll
  static void start() {
    browser = HeadlessBrowser.start();
  }

  @AfterAll
  static void quit() {
    if (browser != null) {
      browser.quit();
    }
  }

  @AfterEach
  void close() {
    if (page != null) {
      browser.get("about:blank");
      browser.manage().logs().get("browser"); // What is left is of this test.
      page.close();
    }
  }

  private void open() {
    page = WatchPage.open(List.of(folder), 0);
    browser.get(page.address());
  }

  private static void await(By what) {
    new WebDriverWait(browser, Duration.ofSeconds(60))
        .until(driver -> driver.findElements(what).stream().anyMatch(WebElement::isDisplayed));
  }

  private static void awaitText(String id, String text) {
    new WebDriverWait(browser, Duration.ofSeconds(60))
        .until(driver -> driver.findElement(By.id(id)).getText().contains(text));
  }

  private static WebElement chart(String key) {
    return browser.findElement(By.cssSelector("figure[data-chart='" + key + "']"));
  }

  private static void checkNoErrors() {
    List<LogEntry> errors =
        browser.manage().logs().get("browser").getAll().stream()
            .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
            .toList();
    assertEquals(List.of(), errors);
  }

  @Test
  void page_oneRun_showsItAndFollows() {
    WrittenRun run =
        WrittenRun.begin(folder.resolve("run")).steps(1, 20).running(true).wrongLabel();
    open();
    await(By.cssSelector("figure[data-chart=accuracy] canvas"));
    assertEquals("run", browser.findElement(By.id("title")).getText());
    assertTrue(browser.findElement(By.id("tiles")).getText().contains("20 of 100"));
    assertEquals(
        List.of("accuracy", "losses", "pseudo", "rate", "throughput", "seconds"),
        browser.findElements(By.cssSelector("figure[data-chart]")).stream()
            .map(figure -> figure.getDomAttribute("data-chart"))
            .toList());
    await(By.cssSelector(".confusion"));
    assertTrue(browser.findElement(By.id("confusion")).getText().contains("bilby \u00e9\u4e2d"));
    await(By.cssSelector("#gallery img"));
    assertTrue(browser.findElement(By.id("gallery")).getText().contains("truly bilby"));
    run.steps(21, 40);
    awaitText("tiles", "40 of 100");
    run.running(false);
    awaitText("tiles", "stopped");
    checkNoErrors();
  }

  /** One pulsing dot took 8% of a core, which a training on the same machine would have. */
  @Test
  void page_atRest_movesNothing() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 20).running(true);
    open();
    await(By.cssSelector("figure canvas"));
    assertEquals(0L, browser.executeScript("return document.getAnimations().length"));
  }

  @Test
  void chart_arrowKeys_readValues() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 20).running(true);
    open();
    await(By.cssSelector("figure[data-chart=losses] canvas"));
    WebElement plot = chart("losses").findElement(By.className("plot"));
    assertEquals("Losses", plot.getDomAttribute("aria-label"));
    assertEquals("step 20: loss 0.1", plot.getDomAttribute("aria-valuetext"));
    plot.sendKeys(Keys.ARROW_LEFT);
    assertEquals("at step 19: loss 0.1053", plot.getDomAttribute("aria-valuetext"));
    assertEquals("18", plot.getDomAttribute("aria-valuenow"));
    plot.sendKeys(Keys.HOME);
    assertEquals("at step 1: loss 2", plot.getDomAttribute("aria-valuetext"));
  }

  @Test
  void chart_plusMinusEscape_zoomAroundThePoint() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 41).running(true);
    open();
    await(By.cssSelector("figure[data-chart=losses] canvas"));
    WebElement plot = chart("losses").findElement(By.className("plot"));
    plot.sendKeys(Keys.HOME, "+");
    awaitText("announcement", "steps 1 to 21");
    plot.sendKeys(Keys.END); // Outside of what is shown, which follows.
    plot.sendKeys("+");
    awaitText("announcement", "steps 31 to 41");
    plot.sendKeys("-");
    awaitText("announcement", "steps 21 to 41");
    plot.sendKeys(Keys.ESCAPE);
    awaitText("announcement", "steps 1 to 41");
  }

  /** The first evaluation adds a chart, so that all are made anew. */
  @Test
  void chart_moreCharts_keepsTheFocus() {
    WrittenRun run = WrittenRun.begin(folder.resolve("run")).steps(1, 5).running(true);
    open();
    await(By.cssSelector("figure[data-chart=losses] canvas"));
    assertEquals(0, browser.findElements(By.cssSelector("figure[data-chart=accuracy]")).size());
    chart("losses").findElement(By.className("plot")).sendKeys(Keys.ARROW_LEFT);
    run.steps(6, 20);
    await(By.cssSelector("figure[data-chart=accuracy] canvas"));
    WebElement focused = browser.switchTo().activeElement();
    assertEquals("plot", focused.getDomAttribute("class"));
    assertEquals("Losses", focused.getDomAttribute("aria-label"));
  }

  @Test
  void page_systemIsDark_isDarkToo() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 20).running(true);
    double[] light = new double[2];
    try {
      for (String scheme : new String[] {"light", "dark"}) {
        browser.executeCdpCommand(
            "Emulation.setEmulatedMedia",
            Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        open();
        await(By.cssSelector("figure[data-chart=losses] canvas"));
        WebElement body = browser.findElement(By.tagName("body"));
        light[0] = lightness(body.getCssValue("background-color"));
        light[1] = lightness(body.getCssValue("color"));
        boolean dark = scheme.equals("dark");
        assertEquals(dark, light[0] < 0.3, scheme + " ground " + light[0]);
        assertEquals(dark, light[1] > 0.6, scheme + " text " + light[1]);
        close();
        page = null;
      }
    } finally {
      browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }
    checkNoErrors();
  }

  /** Mean of red, green and blue, 0 to 1. */
  private static double lightness(String css) {
    Matcher numbers = Pattern.compile("\\d+").matcher(css);
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      assertTrue(numbers.find(), css);
      sum += Integer.parseInt(numbers.group()) / 3.0 / 255;
    }
    return sum;
  }

  @Test
  void chart_table_opensByKeyboard() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 20).running(true);
    open();
    await(By.cssSelector("figure[data-chart=accuracy] canvas"));
    chart("accuracy").findElement(By.tagName("summary")).sendKeys(Keys.ENTER);
    await(By.cssSelector("figure[data-chart=accuracy] tbody tr"));
    assertEquals(
        List.of("10 1%", "20 2%"),
        chart("accuracy").findElements(By.cssSelector("tbody tr")).stream()
            .map(WebElement::getText)
            .toList());
  }

  @Test
  void page_severalRuns_sideBySide() {
    WrittenRun.begin(folder.resolve("a")).steps(1, 20).running(true);
    WrittenRun.begin(folder.resolve("b")).steps(1, 30).running(false);
    open();
    await(By.cssSelector("figure[data-chart=loss] canvas"));
    assertEquals("2 runs", browser.findElement(By.id("title")).getText());
    assertEquals(2, chart("loss").findElements(By.cssSelector(".legend li")).size());
    browser.findElement(By.cssSelector("input[data-run='0']")).sendKeys(Keys.SPACE);
    new WebDriverWait(browser, Duration.ofSeconds(60))
        .until(
            driver -> driver.findElements(By.cssSelector("figure[data-chart=losses]")).size() == 1);
    // The focus stays where the user left it, though the table is drawn again.
    assertEquals("0", browser.switchTo().activeElement().getDomAttribute("data-run"));
    assertFalse(browser.findElement(By.cssSelector("input[data-run='0']")).isSelected());
    checkNoErrors();
  }

  @Test
  void page_nothingYet_saysSoUntilARunBegins() {
    open();
    awaitText("empty", "No run in " + folder + " yet");
    WrittenRun.begin(folder.resolve("run"));
    awaitText("no-steps", "No steps yet");
    checkNoErrors();
  }

  @Test
  void page_programEnds_keepsTheLastState() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 20).running(true);
    open();
    awaitText("tiles", "20 of 100");
    page.close();
    awaitText("connection", "eman has ended");
    assertTrue(browser.findElement(By.id("tiles")).getText().contains("20 of 100"));
  }

  /** Names that are cut off may begin alike. */
  @Test
  void confusion_rowsAndColumns_areNumbered() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 20).running(true);
    open();
    await(By.cssSelector(".confusion"));
    for (String headings : List.of(".confusion thead th", ".confusion tbody th")) {
      assertEquals(
          List.of("1 numbat", "2 bilby \u00e9\u4e2d"),
          browser.findElements(By.cssSelector(headings)).stream()
              .map(WebElement::getText)
              .limit(2)
              .toList());
    }
  }

  private static By cell(int count) {
    return By.xpath("//table[@class='confusion']//td[text()='" + count + "']");
  }

  @Test
  void network_chosen_otherMatrix() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 20).running(true);
    open();
    await(cell(41));
    new Select(browser.findElement(By.id("network"))).selectByValue("student");
    await(cell(38));
    assertTrue(browser.findElements(cell(41)).isEmpty());
    checkNoErrors();
  }

  @Test
  void page_anyWidth_doesNotScrollSideways() {
    WrittenRun.begin(folder.resolve("a")).steps(1, 20).running(true).wrongLabel();
    WrittenRun.begin(folder.resolve("b of a long name".repeat(5))).steps(1, 20).running(true);
    open();
    await(By.cssSelector(".confusion"));
    for (int width : new int[] {360, 800, 1600}) {
      browser.executeCdpCommand(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
      Object overflow =
          browser.executeScript(
              "return document.documentElement.scrollWidth - document.documentElement.clientWidth");
      assertEquals(0L, overflow, width + " pixels wide");
    }
    browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
  }
}
