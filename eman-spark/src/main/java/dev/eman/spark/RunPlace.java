package dev.eman.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.CharMatcher;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.IoFailures;
import dev.eman.spark.internal.HadoopFiles;
import dev.eman.train.RunFiles;
import dev.eman.train.options.BatchOptions;
import dev.eman.train.options.OptionTexts;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * Where a run's folder is, as the driver sees it: on a path of all machines, or in a file system.
 */
final class RunPlace {
  /** A file that asks for the run's end. */
  private static final String STOP = "stop";

  /** With a scheme, or absolute. */
  private final String folder;

  private final Configuration configuration;

  /**
   * Finds out where a folder is.
   *
   * @param folder a path of this machine or a URI
   */
  RunPlace(String folder, Configuration configuration) {
    this.folder =
        RunStore.isLocal(folder)
            ? RunStore.localPath(folder).toAbsolutePath().normalize().toString()
            : withoutTrailingSlashes(folder);
    this.configuration = configuration;
  }

  /** The first of {@code WANTED}, {@code WANTED-2} and so on that holds no run. */
  static String firstFree(String wanted, Configuration configuration) {
    String first = new RunPlace(wanted, configuration).folder();
    String folder = first;
    for (int number = 2; new RunPlace(folder, configuration).isBegun(); number++) {
      folder = first + "-" + number;
    }
    return folder;
  }

  /** Those of a file system's root stay. */
  private static String withoutTrailingSlashes(String address) {
    String without = CharMatcher.is('/').trimTrailingFrom(address);
    boolean root = without.matches("[^/]*(//[^/]*)?");
    return root ? address : without;
  }

  String folder() {
    return folder;
  }

  private boolean isBegun() {
    return status(name(new RunFiles(Path.of("")).config())) != null;
  }

  /** Refuses a folder that holds a run already. */
  void checkUnused() {
    if (isBegun()) {
      throw taken();
    }
  }

  /** What is wrong with a folder that holds another run. */
  EmanException taken() {
    return new EmanException(
        folder
            + " already holds a run: resume it ("
            + CommandLines.eman("train", "--spark", "MASTER", "--resume", folder)
            + "), or choose another folder (--out)");
  }

  /** Refuses a folder that holds none. */
  void checkRun() {
    if (!isBegun()) {
      throw new EmanException(
          "expected the folder of a run at " + folder + ", found none; check the path");
    }
  }

  /** How many parts the batches of the run there have; 0 if there is none. */
  int parts() {
    String name = name(new RunFiles(Path.of("")).config());
    try (InputStream in = files().open(at(name))) {
      OptionTexts options =
          OptionTexts.ofYaml(new String(in.readAllBytes(), UTF_8), folder + "/" + name);
      return BatchOptions.ACCUMULATE.parse(
          options.text(BatchOptions.ACCUMULATE).orElseGet(BatchOptions.ACCUMULATE::defaultText));
    } catch (FileNotFoundException e) {
      return 0;
    } catch (IOException e) {
      throw cannot("read", name, e);
    }
  }

  /** Changes whenever the run's checkpoint does. */
  String progress() {
    FileStatus status = status(name(new RunFiles(Path.of("")).last()));
    return status == null ? "none" : status.getModificationTime() + "/" + status.getLen();
  }

  /** Asks the run to end after a step; from any machine. */
  void requestStop() {
    try {
      files().create(at(STOP), true).close();
    } catch (IOException e) {
      throw cannot("write", STOP, e);
    }
  }

  boolean isStopRequested() {
    return status(STOP) != null;
  }

  /** Takes the request back. */
  void forgetStop() {
    try {
      files().delete(at(STOP), false);
    } catch (IOException e) {
      throw cannot("delete", STOP, e);
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private @Nullable FileStatus status(String name) {
    try {
      return files().getFileStatus(at(name));
    } catch (FileNotFoundException e) {
      return null;
    } catch (IOException e) {
      throw cannot("read", name, e);
    }
  }

  private FileSystem files() throws IOException {
    return at(STOP).getFileSystem(configuration);
  }

  private org.apache.hadoop.fs.Path at(String name) {
    try {
      return new org.apache.hadoop.fs.Path(
          RunStore.isLocal(folder)
              ? HadoopFiles.path(Path.of(folder))
              : new org.apache.hadoop.fs.Path(folder),
          name);
    } catch (IllegalArgumentException e) {
      throw new UsageException(folder + ": expected a folder, " + e.getMessage(), e);
    }
  }

  private EmanException cannot(String what, String name, IOException cause) {
    String problem =
        cause instanceof UnsupportedFileSystemException
            ? folder + ": expected a folder of a file system that Spark knows"
            : "cannot " + what + " " + folder + "/" + name;
    return new EmanException(problem + ": " + IoFailures.reason(cause), cause);
  }
}
