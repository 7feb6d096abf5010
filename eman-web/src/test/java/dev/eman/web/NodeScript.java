package dev.eman.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs pages' scripts in Node where that is installed; tests are skipped elsewhere. */
public final class NodeScript {
  private static final int PATIENCE_S = 60;

  private NodeScript() {}

  /** What a script prints, which is run in a folder. */
  public static List<String> run(Path folder, String script) throws Exception {
    Path node = HeadlessBrowser.find("node").orElse(null);
    assumeTrue(node != null, "no node on the PATH");
    Files.writeString(folder.resolve("package.json"), "{\"type\": \"module\"}");
    Path out = folder.resolve("out.txt");
    Path file = Files.writeString(folder.resolve("test.js"), script);
    Process process =
        new ProcessBuilder(String.valueOf(node), file.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS), "still running");
    assertEquals(0, process.exitValue(), Files.readString(out));
    return Files.readAllLines(out);
  }
}
