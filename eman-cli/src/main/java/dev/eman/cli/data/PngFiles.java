package dev.eman.cli.data;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableSet;
import com.google.common.io.MoreFiles;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Names of pictures that a command writes as PNG. */
public final class PngFiles {
  private static final ImmutableSet<String> OTHERS =
      ImmutableSet.of(
          "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "svg", "pdf", "heic", "avif");

  private PngFiles() {}

  /**
   * Checks the name of a picture before the work.
   *
   * @throws ParameterException if it ends as that of another format
   */
  public static void checkName(CommandSpec command, Path file) {
    if (OTHERS.contains(Ascii.toLowerCase(MoreFiles.getFileExtension(file)))) {
      throw new ParameterException(
          command.commandLine(),
          "--out: expected a name that ends in .png, as PNG is written, got " + file);
    }
  }
}
