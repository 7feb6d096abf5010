package dev.eman.benchmarks.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder of a run and the names in it. Locked while open, so that two runs cannot mix. */
final class RunFolder implements AutoCloseable {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path root;
  private final FileChannel lockFile;
  private final boolean made;

  private RunFolder(Path root, FileChannel lockFile, boolean made) {
    this.root = root;
    this.lockFile = lockFile;
    this.made = made;
  }

  /**
   * A new run's folder.
   *
   * @throws EmanException if it holds a run already or cannot be made
   */
  static RunFolder create(Path root) {
    if (Files.exists(root.resolve("config.yaml"))) {
      throw new EmanException(
          root
              + " holds a run already: go on with it (--resume "
              + root
              + "), or choose another folder (--out)");
    }
    boolean made = !Files.exists(root);
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw new EmanException("cannot make the folder " + root + ": " + e, e);
    }
    return lock(root, made);
  }

  /**
   * The folder of a run to go on with.
   *
   * @throws EmanException if there is none
   */
  static RunFolder open(Path root) {
    if (!Files.exists(root.resolve("config.yaml"))) {
      throw new EmanException(
          "expected the folder of a run at "
              + root
              + ", found "
              + (Files.isDirectory(root) ? "no config.yaml in it" : "nothing")
              + "; check the path");
    }
    return lock(root, false);
  }

  private static RunFolder lock(Path root, boolean made) {
    try {
      FileChannel channel =
          FileChannel.open(
              root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        channel.close();
        throw new EmanException(root + " is in use by another process; wait until it has ended");
      }
      return new RunFolder(root, channel, made);
    } catch (IOException e) {
      throw new EmanException("cannot write to " + root + ": " + e, e);
    }
  }

  Path root() {
    return root;
  }

  Path config() {
    return root.resolve("config.yaml");
  }

  Path metrics() {
    return root.resolve("metrics.csv");
  }

  Path split() {
    return root.resolve("labels.split");
  }

  Path last() {
    return root.resolve("last.ckpt");
  }

  Path best() {
    return root.resolve("best.ckpt");
  }

  Path atStep(long step) {
    return root.resolve("step-" + step + ".ckpt");
  }

  Path report() {
    return root.resolve("report.html");
  }

  void writeText(Path file, String text) {
    try {
      AtomicFiles.writeString(file, text);
    } catch (IOException e) {
      throw new EmanException("cannot write " + file + ": " + e, e);
    }
  }

  void writeJson(String name, @Nullable Object value) {
    try {
      writeText(root.resolve(name), JSON.writeValueAsString(value) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      lockFile.close();
      Files.deleteIfExists(root.resolve("lock"));
      if (made && isEmpty()) {
        Files.delete(root); // A mistake in the options ended the run before it began.
      }
    } catch (IOException e) {
      throw new EmanException("cannot release " + root + ": " + e, e);
    }
  }

  private boolean isEmpty() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.findAny().isEmpty();
    }
  }
}
