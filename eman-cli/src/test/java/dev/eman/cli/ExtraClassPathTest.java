package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.UsageException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtraClassPathTest {
  @TempDir private Path folder;

  private Path jar() throws IOException {
    Path jar = folder.resolve("own.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.finish();
    }
    return jar;
  }

  private static void assertRefused(String expected, String paths) {
    UsageException e =
        assertThrows(UsageException.class, () -> ExtraClassPath.check(paths), "accepted " + paths);
    assertEquals("EMAN_CLASSPATH: " + expected, e.getMessage());
  }

  @Test
  void check_whatIsThere_isAccepted() throws IOException {
    Path jar = jar();
    ExtraClassPath.check("");
    ExtraClassPath.check(String.join(File.pathSeparator, jar.toString(), "", folder + "/*"));
    ExtraClassPath.check(folder.toString());
  }

  @Test
  void check_missingOrNoJar_isRefusedByName() throws IOException {
    Path jar = jar();
    Path missing = folder.resolve("missing.jar");
    assertRefused(
        "expected a jar or a folder at " + missing + ", found nothing",
        jar + File.pathSeparator + missing);
    Path text = Files.writeString(folder.resolve("text.jar"), "no jar");
    assertRefused("expected a jar or a folder at " + text + ", found another file", "" + text);
    Path none = folder.resolve("none");
    assertRefused("expected a folder for " + none + "/*, found none", none + "/*");
    Files.createDirectory(none);
    assertRefused("expected jars for " + none + "/*, found none", none + "/*");
  }

  @Test
  void main_missingJar_isAMistakeOfTheUser() throws IOException, InterruptedException {
    ProcessBuilder process =
        new ProcessBuilder(JavaProcess.command(Main.class, List.of("--version")));
    process.environment().put(ExtraClassPath.VARIABLE, "missing.jar");
    Process eman = process.redirectErrorStream(true).start();
    String said = new String(eman.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(2, eman.waitFor(), said);
    assertEquals(
        "eman: EMAN_CLASSPATH: expected a jar or a folder at missing.jar, found nothing",
        said.strip());
  }
}
