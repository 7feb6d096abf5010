package dev.eman.core.io;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that a command is asked to write. */
public final class OutputFiles {
  private OutputFiles() {}

  /**
   * Makes the folder that a file is to be written to, if it is missing; of a link the folder that
   * it leads to.
   *
   * @throws EmanException if it cannot be made, or the file is a folder
   */
  public static void makeFolder(Path file) {
    Path folder = AtomicFiles.isStream(file) ? null : target(file).getParent();
    try {
      if (folder != null && !Files.isDirectory(folder)) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new EmanException("cannot make the folder " + folder + ": " + IoFailures.reason(e), e);
    }
    if (Files.isDirectory(file)) {
      throw new EmanException("expected a file to write, found the folder " + file);
    }
  }

  /**
   * Makes the folder of a file, if it is missing, and a file in it, which is deleted: for what is
   * written after long work. Of a device or pipe nothing is checked.
   *
   * @throws EmanException if the folder cannot be made or takes no file, or the file is a folder
   */
  public static void checkWritable(Path file) {
    makeFolder(file);
    if (AtomicFiles.isStream(file)) {
      return; // To open a pipe would wait for its reader.
    }
    try {
      Files.delete(Files.createFile(AtomicFiles.draft(target(file))));
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  /**
   * Refuses a device or pipe, for what is read again after it was written.
   *
   * @throws EmanException if it is one
   */
  public static void requireFile(Path file) {
    if (AtomicFiles.isStream(file)) {
      throw new EmanException("expected a file, found a device or pipe: " + file);
    }
  }

  private static Path target(Path file) {
    try {
      return AtomicFiles.target(file);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }
}
