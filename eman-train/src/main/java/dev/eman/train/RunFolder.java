package dev.eman.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.LockFile;
import dev.eman.core.io.Printable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a run and the names in it. Locked while open, so that two runs cannot mix; the file
 * {@code lock} stays.
 */
public final class RunFolder implements AutoCloseable {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
  private static final String LOCK = "lock";

  /** What only the lock's owner writes, and the page, which is soon written again. */
  private static final Pattern OWN =
      Pattern.compile(
          "(config|told)\\.yaml|labels\\.split|metrics\\.csv|(last|best|step-\\d+)\\.ckpt"
              + "|(run|evaluation|pseudo_errors|map)\\.json|report\\.html");

  private final Path root;
  private final LockFile lockFile;
  private final boolean made;

  private RunFolder(Path root, LockFile lockFile, boolean made) {
    this.root = root;
    this.lockFile = lockFile;
    this.made = made;
  }

  /**
   * A new run's folder.
   *
   * @throws EmanException if it holds a run already or cannot be made
   */
  public static RunFolder create(Path root) {
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
      throw new EmanException("cannot make the folder " + root + ": " + IoFailures.reason(e), e);
    }
    return lock(root, made);
  }

  /**
   * The folder of a run to go on with.
   *
   * @throws EmanException if there is none
   */
  public static RunFolder open(Path root) {
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
    Path path = root.resolve(LOCK);
    try {
      LockFile lock = LockFile.tryAcquire(path);
      if (lock == null) {
        throw new EmanException(root + " is in use by another process; wait until it has ended");
      }
      RunFolder folder = new RunFolder(root, lock, made);
      folder.deleteDrafts();
      return folder;
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(path, e);
    }
  }

  private void deleteDrafts() {
    try {
      AtomicFiles.deleteDrafts(root, name -> OWN.matcher(name).matches());
    } catch (IOException e) { // They do no harm but take room.
      LOG.warn("drafts stay in {}: {}", Printable.escape(root.toString()), IoFailures.reason(e));
    }
  }

  public Path root() {
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

  public Path report() {
    return root.resolve("report.html");
  }

  void writeText(Path file, String text) {
    AtomicFiles.saveString(file, text);
  }

  public void writeJson(String name, @Nullable Object value) {
    try {
      writeText(root.resolve(name), JSON.writeValueAsString(value) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try (LockFile released = lockFile) {
      if (made && isEmpty()) { // A mistake in the options ended the run before it began.
        released.delete();
        Files.delete(root);
      }
    } catch (DirectoryNotEmptyException e) {
      // Another run has begun in it meanwhile.
    } catch (IOException e) {
      throw new EmanException("cannot release " + root + ": " + IoFailures.reason(e), e);
    }
  }

  private boolean isEmpty() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.allMatch(file -> file.endsWith(LOCK));
    }
  }
}
