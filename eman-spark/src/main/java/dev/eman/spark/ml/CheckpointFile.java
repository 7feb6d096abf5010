package dev.eman.spark.ml;

import static java.util.Objects.requireNonNull;

import dev.eman.core.EmanException;
import dev.eman.spark.internal.HadoopFiles;
import dev.eman.spark.internal.WholeFile;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A checkpoint's content, from any of Hadoop's file systems. */
final class CheckpointFile implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final byte[] content;

  /**
   * A file that was read.
   *
   * @param name where it comes from, for messages
   */
  private CheckpointFile(String name, byte[] content) {
    this.name = name;
    this.content = content;
  }

  /**
   * Reads a file.
   *
   * @param place a checkpoint, or a run's folder, of which the one is taken that its results are
   *     of: the last, or the best with early stopping
   * @throws EmanException if there is none, or it cannot be read
   */
  static CheckpointFile read(String place, Configuration hadoop) {
    try {
      Path path = new Path(place);
      FileSystem files = path.getFileSystem(hadoop);
      FileStatus status = files.getFileStatus(path);
      return status.isDirectory() ? readResult(files, path, place) : read(files, status);
    } catch (FileNotFoundException e) {
      throw new EmanException("expected a checkpoint or a run at " + place + ", found nothing", e);
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw new EmanException("cannot read " + place + ": " + HadoopFiles.reason(e), e);
    }
  }

  private static CheckpointFile readResult(FileSystem files, Path run, String place)
      throws IOException {
    Map<String, FileStatus> found = new HashMap<>();
    for (FileStatus file : files.listStatus(run)) {
      found.put(file.getPath().getName(), file);
    }
    String name = RunCheckpoint.choose(place, found.keySet(), Which.LAST);
    CheckpointFile last = read(files, requireNonNull(found.get(name)));
    String result =
        last.open().isAfterBest() ? RunCheckpoint.choose(place, found.keySet(), Which.BEST) : name;
    return result.equals(name) ? last : read(files, requireNonNull(found.get(result)));
  }

  private static CheckpointFile read(FileSystem files, FileStatus status) throws IOException {
    Path path = status.getPath();
    byte[] content = new byte[Math.toIntExact(status.getLen())];
    try (FSDataInputStream in = files.open(path)) {
      in.readFully(0, content);
    }
    return new CheckpointFile(path.toString(), content);
  }

  /** Writes the content, so that there is always the whole file or none. */
  void write(Path path, Configuration hadoop) {
    try {
      WholeFile.write(path, hadoop, out -> out.write(content));
    } catch (IOException e) {
      throw new EmanException("cannot write " + path + ": " + HadoopFiles.reason(e), e);
    }
  }

  RunCheckpoint open() {
    return RunCheckpoint.read(content, localName());
  }

  /** A name with the characters of an address is none everywhere. */
  private java.nio.file.Path localName() {
    try {
      return java.nio.file.Path.of(
          name.startsWith("file:") ? new Path(name).toUri().getPath() : name);
    } catch (java.nio.file.InvalidPathException e) {
      return java.nio.file.Path.of(new Path(name).getName());
    }
  }
}
