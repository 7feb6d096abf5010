package dev.eman.spark;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.spark.internal.WholeFile;
import dev.eman.train.RunFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's folder in any of Hadoop's file systems. The run itself works in a folder of its machine,
 * whose files are brought here and taken from here, each as a whole; where the file system renames
 * over a file in one step, as HDFS does, there is no moment without it. One program at a time may
 * write.
 */
final class RunStore {
  /** Without it, other files are not those of a run that can be resumed. */
  private static final String FIRST = name(new RunFiles(Path.of("")).config());

  /** The last ones say that what they need is there: the checkpoint, and the run's record. */
  private static final ImmutableList<String> LAST = ImmutableList.of("last.ckpt", "run.json");

  /** What is copied beside the files that {@link RunFiles#isSavedByOwner} knows. */
  private static final ImmutableSet<String> OTHERS =
      ImmutableSet.of(name(new RunFiles(Path.of("")).sweepLog()));

  /** Of one side alone: the machine's lock, and the request to stop. */
  private static final ImmutableSet<String> NOT_COPIED = ImmutableSet.of("lock", "stop");

  private static final Logger LOG = LoggerFactory.getLogger(RunStore.class);

  private record Version(long size, FileTime time) {}

  private final org.apache.hadoop.fs.Path root;
  private final FileContext files;

  /** What the files here were copied from or to, by name. */
  private final Map<String, Version> same = new HashMap<>();

  /**
   * Opens a folder that may not exist yet.
   *
   * @param root with a scheme, such as {@code hdfs://host/runs/first}
   * @throws EmanException if there is no such file system
   */
  RunStore(String root, Configuration configuration) {
    try {
      this.root = new org.apache.hadoop.fs.Path(root);
      this.files = FileContext.getFileContext(this.root.toUri(), configuration);
    } catch (IOException | IllegalArgumentException e) {
      throw new EmanException(
          root + ": expected a folder of a file system that Spark knows: " + e.getMessage(), e);
    }
  }

  /** Whether a folder is one of this machine, which needs no copy. */
  static boolean isLocal(String root) {
    return !root.matches("[A-Za-z][A-Za-z0-9+.-]+:.*") || root.startsWith("file:");
  }

  /** The path of a folder for which {@link #isLocal} holds. */
  static Path localPath(String root) {
    return root.startsWith("file:")
        ? Path.of(new org.apache.hadoop.fs.Path(root).toUri().getPath())
        : Path.of(root);
  }

  /** Whether the folder has a file of this name. */
  boolean has(String name) {
    try {
      return files.util().exists(at(name));
    } catch (IOException e) {
      throw cannot("read", name, e);
    }
  }

  /** Copies all files into a folder of this machine. */
  void fetch(Path folder) {
    try {
      Files.createDirectories(folder);
      if (!files.util().exists(root)) {
        return;
      }
      RemoteIterator<FileStatus> found = files.listStatus(root);
      while (found.hasNext()) {
        FileStatus status = found.next();
        String name = status.getPath().getName();
        if (status.isFile() && isKept(name)) {
          fetch(name, folder.resolve(name));
        }
      }
    } catch (IOException e) {
      throw cannot("read", "", e);
    }
  }

  private void fetch(String name, Path to) throws IOException {
    try (InputStream in = files.open(at(name))) {
      Files.copy(in, to);
    }
    same.put(name, version(to));
  }

  /**
   * Brings what has changed in a folder of this machine here, file by file.
   *
   * @throws EmanException if a file cannot be written; its former version, and those of files that
   *     depend on it, are still there then
   */
  void save(Path folder) {
    for (Path file : inOrder(folder)) {
      String name = name(file);
      try {
        Version version = version(file);
        if (!version.equals(same.get(name))) {
          WholeFile.write(files, at(name), out -> Files.copy(file, out));
          same.put(name, version);
        }
      } catch (IOException e) {
        throw cannot("write", name, e);
      }
    }
    deleteMissing(folder);
  }

  /** A run that becomes longer takes its record back. */
  private void deleteMissing(Path folder) {
    for (String name : List.copyOf(same.keySet())) {
      if (!Files.exists(folder.resolve(name))) {
        try {
          files.delete(at(name), false);
          same.remove(name);
        } catch (IOException e) {
          throw cannot("delete", name, e);
        }
      }
    }
  }

  private static List<Path> inOrder(Path folder) {
    ImmutableList.Builder<Path> found = ImmutableList.builder();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (Files.isRegularFile(entry) && isKept(name(entry))) {
          found.add(entry);
        }
      }
    } catch (IOException e) {
      throw new EmanException("cannot read the folder " + folder + ": " + IoFailures.reason(e), e);
    }
    return found.build().stream()
        .sorted(
            Comparator.comparing((Path file) -> !FIRST.equals(name(file)))
                .thenComparingInt(file -> LAST.indexOf(name(file)))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /** Deletes drafts of machines that were lost while they wrote; for the one that writes now. */
  void deleteDrafts() {
    try {
      WholeFile.deleteDrafts(
          files, root, name -> RunFiles.isSavedByOwner(name) || OTHERS.contains(name));
    } catch (IOException e) { // They only take space.
      LOG.warn("cannot delete leftover drafts in {}: {}", root, IoFailures.reason(e));
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static boolean isKept(String name) {
    return !name.startsWith(".") && !NOT_COPIED.contains(name); // Drafts begin with a dot.
  }

  private static Version version(Path file) throws IOException {
    return new Version(Files.size(file), Files.getLastModifiedTime(file));
  }

  private org.apache.hadoop.fs.Path at(String name) {
    return name.isEmpty() ? root : new org.apache.hadoop.fs.Path(root, name);
  }

  private EmanException cannot(String what, String name, IOException cause) {
    return new EmanException(
        "cannot " + what + " " + at(name) + ": " + IoFailures.reason(cause), cause);
  }
}
