package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a command has to load before it runs. */
class StartTest {
  private static final Path RUN = Path.of("src/test/resources/golden/fixmatch");

  @TempDir private Path folder;

  /** The names of the classes that a command loads in a JVM of its own. */
  private List<String> classes(String... arguments) throws IOException, InterruptedException {
    Path log = folder.resolve("classes.txt");
    List<String> command = new ArrayList<>(JavaProcess.command(Main.class, List.of(arguments)));
    command.add(1, "-Xlog:class+load:file=" + log + ":none");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out.txt").toFile())
            .redirectErrorStream(true)
            .start();
    assertEquals(0, process.waitFor(), () -> read(folder.resolve("out.txt")));
    return Files.readAllLines(log).stream().map(line -> line.replaceAll(" .*", "")).toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static boolean anyOf(List<String> classes, String beginning) {
    return classes.stream().anyMatch(name -> name.startsWith(beginning));
  }

  @Test
  void help_opensNoNatives() throws Exception {
    List<String> classes = classes("help");
    assertTrue(classes.contains("dev.eman.cli.PredictCommand"), "the log names all classes");
    assertFalse(anyOf(classes, "org.nd4j.linalg.factory.Nd4j"));
    assertFalse(anyOf(classes, "org.bytedeco"));
  }

  @Test
  void predict_usualJpeg_opensNoOpenCvAndLooksAtNoOtherCommand() throws Exception {
    Path image = folder.resolve("image.jpg");
    Files.write(image, Resources.toByteArray(Resources.getResource(Main.class, "gray.jpg")));
    List<String> classes = classes("predict", RUN.toString(), image.toString());
    assertTrue(classes.contains("dev.eman.datasets.image.JpegDecoder"), classes::toString);
    assertFalse(anyOf(classes, "org.bytedeco.opencv"));
    assertFalse(classes.contains("dev.eman.cli.TrainCommand"));
  }

  @Test
  void commandLine_firstArgumentNamesACommand_hasThisOneAlone() {
    for (String name : Main.commandLine(false).getSubcommands().keySet()) {
      Set<String> found =
          Main.commandLine(false, new String[] {name, "--help"}).getSubcommands().keySet();
      if (!name.equals("help") && !name.equals("completion")) {
        assertEquals(Set.of(name), found);
      }
    }
  }

  @Test
  void commandLine_otherFirstArguments_hasAllCommands() {
    Set<String> all = Main.commandLine(false).getSubcommands().keySet();
    for (String first : List.of("help", "--help", "trian", "--debug", "completion", "")) {
      assertEquals(
          all, Main.commandLine(false, new String[] {first}).getSubcommands().keySet(), first);
    }
    assertEquals(all, Main.commandLine(false, new String[0]).getSubcommands().keySet());
    String[] both = {"--version", "--help"};
    assertEquals(all, Main.commandLine(false, both).getSubcommands().keySet());
    CommandLine version = Main.commandLine(false, new String[] {"--version"});
    assertEquals(Set.of(), version.getSubcommands().keySet());
  }

  @Test
  void classRecording_runsAllItsCommands() throws IOException {
    assertEquals(0, ClassRecording.run(folder));
    assertTrue(Files.exists(folder.resolve("run/last.ckpt")));
  }
}
