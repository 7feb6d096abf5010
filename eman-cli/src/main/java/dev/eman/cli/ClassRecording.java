package dev.eman.cli;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;

/**
 * Runs what is typed most. The launcher does so once, to have Java write down which classes that
 * takes and make an archive of them, from which later commands start faster.
 */
final class ClassRecording {
  private ClassRecording() {}

  /** Exit code 0 if all commands ended well. */
  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    Path folder = Files.createTempDirectory("eman-classes");
    int exitCode;
    try {
      exitCode = run(folder);
    } finally {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    System.exit(exitCode);
  }

  /**
   * Runs the commands, one after the other, until one fails.
   *
   * @param folder for their files
   * @return the last exit code
   */
  static int run(Path folder) throws IOException {
    Path image = folder.resolve("image.jpg");
    Files.write(
        image, Resources.toByteArray(Resources.getResource(ClassRecording.class, "gray.jpg")));
    String run = folder.resolve("run").toString();
    String[][] commands = {
      {"help"},
      {"--version"},
      {
        "train",
        "--dataset=fashion-mnist-mini",
        "--labels=1%",
        "--backbone=resnet8-w16",
        "--batch=1",
        "--map-images=0",
        "--steps=1",
        "--out=" + run
      },
      {"predict", run, image.toString()}
    };
    int exitCode = 0;
    for (int i = 0; i < commands.length && exitCode == 0; i++) {
      CommandLine eman = Main.commandLine(true);
      eman.setOut(new PrintWriter(Writer.nullWriter()));
      exitCode = eman.execute(commands[i]);
    }
    return exitCode;
  }
}
