package dev.eman.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.LockFile;
import dev.eman.core.io.Printable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a run, locked while open so that two runs cannot mix; the file {@code lock} stays.
 */
public final class RunFolder implements AutoCloseable {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

  private final RunFiles files;
  private final LockFile lockFile;

  /** Folders created for the run, innermost first. */
  private final ImmutableList<Path> made;

  /** Closes the folder if the process ends (Ctrl-C) before the run has been started. */
  private final Thread onExit = new Thread(this::closeOnExit, "eman-run-folder");

  /** Whether the run's files belong to a start that has not succeeded yet. */
  private boolean starting;

  private boolean closed;

  private RunFolder(RunFiles files, LockFile lockFile, ImmutableList<Path> made) {
    this.files = files;
    this.lockFile = lockFile;
    this.made = made;
  }

  /**
   * Creates the folder of a new run, or takes an existing one that holds no file of a run.
   *
   * @throws EmanException if it holds one, is in use or cannot be created
   */
  public static RunFolder create(Path root) {
    RunFiles files = new RunFiles(root);
    ImmutableList<Path> made = missing(root);
    try {
      Files.createDirectories(root);
      checkUnused(files); // Before the lock: its file should not appear in an unrelated folder.
      RunFolder folder = lock(files, made);
      try {
        checkUnused(files); // Another process may have started a run meanwhile.
        folder.begin();
        return folder;
      } catch (RuntimeException e) {
        folder.closeAfter(e);
        throw e;
      }
    } catch (IOException e) {
      delete(made);
      throw new EmanException("cannot create the folder " + root + ": " + IoFailures.reason(e), e);
    } catch (RuntimeException e) {
      delete(made);
      throw e;
    }
  }

  /**
   * Creates the folder of a new run: the wanted one, or, where that holds a run or is in use, the
   * first free one of {@code WANTED-2}, {@code WANTED-3} and so on.
   *
   * @throws EmanException if it cannot be created
   */
  public static RunFolder createNumbered(Path wanted) {
    Path root = wanted;
    for (int number = 2; ; number++) {
      try {
        return create(root);
      } catch (TakenException e) {
        LOG.debug("{}", e.getMessage());
      }
      root = wanted.resolveSibling(wanted.getFileName() + "-" + number);
    }
  }

  /** The folder holds files of a run, or one is being started in it. */
  private static final class TakenException extends EmanException {
    private static final long serialVersionUID = 1;

    TakenException(String message) {
      super(message);
    }
  }

  private static ImmutableList<Path> missing(Path root) {
    ImmutableList.Builder<Path> missing = ImmutableList.builder();
    Path folder = root.toAbsolutePath();
    while (folder != null && !Files.exists(folder)) {
      missing.add(folder);
      folder = folder.getParent();
    }
    return missing.build();
  }

  /** Deletes the empty ones. */
  private static void delete(List<Path> folders) {
    for (Path folder : folders) {
      try {
        if (Files.isDirectory(folder)) { // Making it may be what failed.
          Files.deleteIfExists(folder);
        }
      } catch (DirectoryNotEmptyException e) {
        return; // Another run has started in it meanwhile.
      } catch (IOException e) {
        LOG.warn("cannot delete {}: {}", Printable.escape(folder.toString()), IoFailures.reason(e));
        return;
      }
    }
  }

  private static void checkUnused(RunFiles files) {
    List<Path> existing;
    try {
      existing = files.existing().toList();
    } catch (IOException e) {
      throw new EmanException(
          "cannot read the folder " + files.root() + ": " + IoFailures.reason(e), e);
    }
    if (files.isBegun()) {
      throw new TakenException(
          files.root()
              + " already holds a run: resume it ("
              + CommandLines.eman("train", "--resume", files.root())
              + "), or choose another folder (--out)");
    }
    if (!existing.isEmpty()) {
      throw new TakenException(
          String.format(
              Locale.ROOT,
              "%s holds files of a run (%s) without its configuration: move them away, or choose"
                  + " another folder (--out)",
              files.root(),
              existing.get(0).getFileName()));
    }
  }

  /**
   * Opens the folder of a run to resume.
   *
   * @throws EmanException if it holds no run or is in use
   */
  public static RunFolder open(Path root) {
    RunFiles files = new RunFiles(root);
    checkRun(files, files.config());
    return lock(files, ImmutableList.of());
  }

  /**
   * Deletes the files of a run that was killed before it saved a checkpoint, so that another one
   * can start there. Without a run, nothing happens.
   *
   * @throws EmanException if the run has a checkpoint, or is in use
   */
  public static void discardWithoutCheckpoint(Path root) {
    RunFiles files = new RunFiles(root);
    if (!files.isBegun()) {
      return;
    }
    try (RunFolder folder = open(root)) {
      if (files.hasCheckpoint()) {
        throw new TakenException(
            root + " already holds a run: move it away, or choose another folder (--out)");
      }
      folder.begin(); // As one that does not succeed: closing it deletes its files.
    }
  }

  /**
   * Checks that a folder holds a run.
   *
   * @param needed the file that must be there
   * @throws EmanException if it is not
   */
  public static void checkRun(RunFiles files, Path needed) {
    if (!Files.exists(needed)) {
      throw new EmanException(
          "expected the folder of a run at "
              + files.root()
              + ", found "
              + (Files.isDirectory(files.root())
                  ? "no " + needed.getFileName() + " in it"
                  : "nothing")
              + (Files.exists(files.lock()) && !files.isBegun()
                  ? "; nothing was saved yet: start it again with --out, or check the path"
                  : "; check the path"));
    }
  }

  /** Whether a process, or a part of this one, works on a run at this moment. */
  static boolean isTaken(RunFiles files) {
    if (!Files.exists(files.lock())) {
      return false;
    }
    try (LockFile lock = LockFile.tryAcquire(files.lock())) {
      return lock == null;
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(files.lock(), e);
    }
  }

  private static RunFolder lock(RunFiles files, ImmutableList<Path> made) {
    try {
      LockFile lock = LockFile.tryAcquire(files.lock());
      if (lock == null) {
        throw new TakenException(
            files.root() + " is in use by another process; wait until it has ended");
      }
      RunFolder folder = new RunFolder(files, lock, made);
      folder.deleteDrafts();
      return folder;
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(files.lock(), e);
    }
  }

  private void deleteDrafts() {
    try {
      AtomicFiles.deleteDrafts(root(), RunFiles::isSavedByOwner);
    } catch (IOException e) { // Leftover drafts are harmless; they only take space.
      LOG.warn(
          "cannot delete leftover drafts in {}: {}",
          Printable.escape(root().toString()),
          IoFailures.reason(e));
    }
  }

  public Path root() {
    return files.root();
  }

  /** The names of its files. */
  public RunFiles files() {
    return files;
  }

  /**
   * Writes one of its files as JSON.
   *
   * @param file one of {@link #files}
   */
  public static void writeJson(Path file, @Nullable Object value) {
    try {
      AtomicFiles.saveString(file, JSON.writeValueAsString(value) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void closeAfter(RuntimeException failure) {
    try {
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private synchronized void begin() {
    starting = true;
    try {
      Runtime.getRuntime().addShutdownHook(onExit);
    } catch (IllegalStateException e) {
      throw new EmanException("the process is ending", e);
    }
  }

  private void closeOnExit() {
    try {
      close();
    } catch (RuntimeException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  /** Marks the run as started: its files stay when the folder is closed. */
  synchronized void keep() {
    starting = false;
    forgetExit();
  }

  private void forgetExit() {
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // The process is ending: the hook runs, and may be the caller.
    }
  }

  /**
   * Releases the folder. The files of a run that was not started are deleted, and the folder itself
   * if it was made for it.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    forgetExit();
    try (LockFile released = lockFile) {
      if (starting) {
        for (Path file : files.existing().toList()) {
          Files.delete(file);
        }
      }
      if (!made.isEmpty() && files.isEmpty()) {
        released.delete();
        delete(made);
      }
    } catch (IOException e) {
      throw new EmanException("cannot release " + root() + ": " + IoFailures.reason(e), e);
    }
  }
}
