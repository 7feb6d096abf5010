package dev.eman.web.label;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.train.options.OptionTexts;
import dev.eman.web.HeadlessBrowser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Labelling in a real browser, by keys alone. */
class LabelBrowserTest {
  @TempDir Path folder;

  private LabelPage open(Path photos) {
    return LabelPage.open(
        new LabelPage.Settings(
            photos,
            photos.resolve("labels.csv"),
            List.of(),
            null,
            folder.resolve("runs"),
            OptionTexts.empty(),
            null),
        0,
        note -> {});
  }

  /** And the image, until which keys do nothing. */
  private static void awaitText(ChromeDriver browser, String id, String text) {
    WebDriverWait wait = new WebDriverWait(browser, Duration.ofSeconds(60));
    wait.until(driver -> driver.findElement(By.id(id)).getText().contains(text));
    wait.until(driver -> driver.findElements(By.cssSelector("#image.loading")).isEmpty());
  }

  @Test
  void keys_labelSkipUndoNewClass_inTheTable() throws Exception {
    ChromeDriver browser = HeadlessBrowser.start();
    Path photos = Shapes.write(folder.resolve("photos"), 4);
    Path table = photos.resolve("labels.csv");
    try (LabelPage page = open(photos)) {
      browser.get(page.address());
      awaitText(browser, "counts", "0 of 4 labelled");
      new Actions(browser).sendKeys("n").perform();
      browser.switchTo().activeElement().sendKeys("numbat" + Keys.ENTER);
      awaitText(browser, "counts", "1 of 4 labelled");
      new Actions(browser).sendKeys("1").perform();
      awaitText(browser, "counts", "2 of 4 labelled");
      awaitText(browser, "classes", "numbat");
      new Actions(browser).sendKeys("s").perform();
      awaitText(browser, "counts", "1 skipped");
      new Actions(browser).sendKeys("u").perform();
      new WebDriverWait(browser, Duration.ofSeconds(60))
          .until(driver -> !driver.findElement(By.id("counts")).getText().contains("skipped"));
      awaitText(browser, "counts", "2 of 4 labelled");
      new Actions(browser).sendKeys("1").perform();
      awaitText(browser, "counts", "3 of 4 labelled");
      new Actions(browser).sendKeys("1").perform();
      awaitText(browser, "done", "Nothing is left to label");
      assertEquals(4, Files.readString(table).split("numbat", -1).length - 1);
      assertTrue(
          browser.manage().logs().get("browser").getAll().isEmpty(), "messages on the console");
    } finally {
      browser.quit();
    }
  }

  /** Two such classes would be told apart by a training, and by nobody else. */
  @Test
  void newClass_differsInCapitalsAlone_asksFirst() throws Exception {
    ChromeDriver browser = HeadlessBrowser.start();
    Path photos = Shapes.write(folder.resolve("photos"), 4);
    Files.writeString(photos.resolve("labels.csv"), "image,label,note\na00.png,numbat,\n");
    try (LabelPage page = open(photos)) {
      browser.get(page.address());
      awaitText(browser, "counts", "1 of 4 labelled");
      new Actions(browser).sendKeys("n").perform();
      browser.switchTo().activeElement().sendKeys("Num bat" + Keys.ENTER);
      awaitText(browser, "alike-question", "capitals or spaces alone");
      new Actions(browser).sendKeys("1").perform(); // Labels nothing meanwhile.
      new Actions(browser).sendKeys(Keys.ESCAPE).perform();
      assertEquals("class-name", browser.switchTo().activeElement().getDomAttribute("id"));
      new Actions(browser).sendKeys(Keys.ENTER).perform();
      awaitText(browser, "alike-question", "capitals or spaces alone");
      assertEquals("Take numbat", browser.switchTo().activeElement().getText());
      new Actions(browser).sendKeys(Keys.ENTER).perform();
      awaitText(browser, "counts", "2 of 4 labelled");
      new Actions(browser).sendKeys("n").perform();
      browser.switchTo().activeElement().sendKeys("Num bat" + Keys.ENTER);
      awaitText(browser, "alike-question", "capitals or spaces alone");
      new Actions(browser).sendKeys(Keys.TAB, Keys.ENTER).perform();
      awaitText(browser, "counts", "3 of 4 labelled");
      List<String> labels =
          Files.readAllLines(photos.resolve("labels.csv")).stream()
              .skip(1)
              .map(row -> row.split(",", -1)[1])
              .filter(label -> !label.isEmpty())
              .sorted()
              .toList();
      assertEquals(List.of("\"Num bat\"", "numbat", "numbat"), labels);
      new Actions(browser).sendKeys("n").perform();
      browser.switchTo().activeElement().sendKeys("Num bat" + Keys.ENTER);
      awaitText(browser, "counts", "4 of 4 labelled"); // There is such a class: no question.
    } finally {
      browser.quit();
    }
  }

  /** The command that trains is one long line. */
  @Test
  void page_anyWidth_doesNotScrollSideways() throws Exception {
    ChromeDriver browser = HeadlessBrowser.start();
    Path photos = Shapes.write(folder.resolve("photos"), 2);
    Files.writeString(
        photos.resolve("labels.csv"),
        "image,label,note\na00.png," + "a long name ".repeat(8) + ",\n");
    try (LabelPage page = open(photos)) {
      browser.get(page.address());
      awaitText(browser, "counts", "1 of 2 labelled");
      for (int width : new int[] {360, 800, 1600}) {
        browser.executeCdpCommand(
            "Emulation.setDeviceMetricsOverride",
            Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        assertEquals(
            0L,
            browser.executeScript(
                "const page = document.documentElement; return page.scrollWidth -"
                    + " page.clientWidth"),
            width + " pixels wide");
      }
    } finally {
      browser.quit();
    }
  }
}
