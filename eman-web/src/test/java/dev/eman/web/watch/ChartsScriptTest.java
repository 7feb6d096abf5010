package dev.eman.web.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.io.Resources;
import dev.eman.web.HeadlessBrowser;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page computes, in Node where that is installed; skipped elsewhere. */
class ChartsScriptTest {
  private static final int PATIENCE_S = 60;

  @TempDir Path folder;

  /** What an expression gives that may use all of charts.js, and uPlot as the page has it. */
  private String value(String expression) throws Exception {
    Path node = HeadlessBrowser.find("node").orElse(null);
    assumeTrue(node != null, "no node on the PATH");
    String library;
    String charts;
    try (WatchPage page = WatchPage.open(List.of(folder), 0)) {
      library = text(page, "uplot.js");
      charts = text(page, "charts.js");
    }
    Files.writeString(folder.resolve("uplot.cjs"), library + "\nmodule.exports = uPlot;\n");
    Path script =
        Files.writeString(
            folder.resolve("charts.mjs"),
            "import uPlot from './uplot.cjs';\n"
                + charts
                + "\nconsole.log(JSON.stringify("
                + expression
                + "));\n");
    Path out = folder.resolve("out.txt");
    Process process =
        new ProcessBuilder(String.valueOf(node), script.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS), "still running");
    assertEquals(0, process.exitValue(), Files.readString(out));
    return Files.readString(out).strip();
  }

  private static String text(WatchPage page, String name) throws Exception {
    return Resources.toString(URI.create(page.address() + name).toURL(), StandardCharsets.UTF_8);
  }

  /** The page has fewer of a longer run's steps. */
  @Test
  void smooth_runsOfOtherSteps_aLineForEach() throws Exception {
    String joined = "uPlot.join([[[1, 2, 3, 4], [4, 2, null, 4]], [[2, 4, 6], [8, 4, 2]]])";
    assertEquals("[4,3,null,3.5,null]", value("smooth(" + joined + "[1], 0.5)"));
    assertEquals("[null,8,null,6,4]", value("smooth(" + joined + "[2], 0.5)"));
  }
}
