package dev.eman.web;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** Chromium or Chrome where one is installed with its driver; tests are skipped elsewhere. */
public final class HeadlessBrowser {
  private HeadlessBrowser() {}

  /** The first program of one of these names on the PATH. */
  public static Optional<Path> find(String... names) {
    List<String> folders =
        List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
    return Stream.of(names)
        .flatMap(name -> folders.stream().map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts one that reaches for nothing but the page. */
  public static ChromeDriver start(String... more) {
    Optional<Path> browser = find("chromium", "chromium-browser", "google-chrome");
    Optional<Path> driver = find("chromedriver");
    assumeTrue(browser.isPresent(), "no chromium on the PATH");
    assumeTrue(driver.isPresent(), "no chromedriver on the PATH");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.orElseThrow().toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // Which needs what containers lack.
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--no-first-run",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--window-size=1280,1000");
    options.addArguments(more);
    // With both paths given, Selenium looks for nothing itself.
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.orElseThrow().toFile())
            .usingAnyFreePort()
            .build();
    return new ChromeDriver(service, options);
  }
}
