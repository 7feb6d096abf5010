package dev.eman.cli;

import com.google.common.base.Splitter;
import dev.eman.core.UsageException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** The user's jars beside {@code ./eman}: Java itself skips those that are missing in silence. */
final class ExtraClassPath {
  static final String VARIABLE = "EMAN_CLASSPATH";

  private ExtraClassPath() {}

  /**
   * Checks that all of it is there.
   *
   * @param paths jars and folders of classes, and {@code folder/*} for all jars in a folder
   * @throws UsageException for the first that is missing or no jar
   */
  static void check(String paths) {
    for (String entry : Splitter.on(File.pathSeparatorChar).omitEmptyStrings().split(paths)) {
      if (entry.equals("*") || entry.endsWith("/*")) {
        checkFolderOfJars(entry);
      } else if (!Files.isDirectory(Path.of(entry))) {
        checkJar(entry);
      }
    }
  }

  private static void checkFolderOfJars(String entry) {
    Path folder = Path.of(entry.substring(0, entry.length() - 1));
    if (!Files.isDirectory(folder)) {
      throw new UsageException(VARIABLE + ": expected a folder for " + entry + ", found none");
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.noneMatch(file -> file.toString().endsWith(".jar"))) {
        throw new UsageException(VARIABLE + ": expected jars for " + entry + ", found none");
      }
    } catch (IOException e) {
      throw new UsageException(VARIABLE + ": cannot read the folder of " + entry, e);
    }
  }

  private static void checkJar(String entry) {
    if (!Files.exists(Path.of(entry))) {
      throw new UsageException(
          VARIABLE + ": expected a jar or a folder at " + entry + ", found nothing");
    }
    try (ZipFile jar = new ZipFile(entry)) {
      jar.size();
    } catch (IOException e) {
      throw new UsageException(
          VARIABLE + ": expected a jar or a folder at " + entry + ", found another file", e);
    }
  }
}
