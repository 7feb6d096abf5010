package dev.eman.datasets.fetch;

import dev.eman.core.io.IoFailures;
import dev.eman.core.io.LockFile;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings files from web servers into a folder. What is here already is not fetched again, what was
 * begun is resumed, and nothing gets its final name before its checksum is right.
 *
 * <p>Beside a file {@code NAME} there may be {@code NAME.part} and {@code NAME.part.tag} (a
 * download that was cut short), {@code NAME.lock} and {@code NAME.unpacked} (which folders came out
 * of it). An archive may be deleted once it is unpacked.
 */
public final class Fetcher {
  private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);

  private final Patience patience;
  private final HttpClient client;

  /** Waits for servers about as long as a browser does. */
  public Fetcher() {
    this(Patience.DEFAULT);
  }

  Fetcher(Patience patience) {
    this.patience = patience;
    // HTTP/1.1: one large body gains nothing from HTTP/2.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(patience.connect())
            .build();
  }

  /**
   * Fetches a file and unpacks it. Waits while another process or thread fetches the same file into
   * the same folder.
   *
   * @param file what to fetch
   * @param directory where to put it and what it contains; made if it is not there
   * @param listener that is called with the progress
   * @throws FetchException if that cannot be done; the message says what to do
   */
  public void fetch(RemoteFile file, Path directory, FetchListener listener) {
    Path target = directory.toAbsolutePath().resolve(file.fileName());
    try {
      // Before the lock, so that a complete folder need not be writable.
      if (isDone(file, target, listener)) {
        deleteLeftovers(file, target, listener);
        return;
      }
      makeDirectory(target);
      try (LockFile lock = LockFile.acquire(lockFile(target), () -> tellWaiting(target))) {
        LOG.debug("Have the lock {}", lock);
        fetchLocked(file, target, listener);
      }
    } catch (InterruptedException | ClosedByInterruptException e) {
      Thread.currentThread().interrupt();
      throw new FetchException(
          "The fetch of " + file.uri() + " was interrupted; fetch again to resume it.", e);
    } catch (IOException e) {
      throw new FetchException(
          "Cannot fetch "
              + file.uri()
              + " to "
              + target
              + ": "
              + IoFailures.reason(e)
              + ". Check that the folder can be written to and that the disk has room.",
          e);
    }
  }

  /**
   * Keeps two fetches of one file apart. The file stays: to delete it could let a third fetch in
   * beside one that waits for the second.
   */
  private static Path lockFile(Path target) {
    return target.resolveSibling(target.getFileName() + ".lock");
  }

  private static void tellWaiting(Path target) {
    LOG.info("{} is being fetched by another process or thread; waiting for it", target);
  }

  /** What a process that was killed at the very end of its unpacking left. */
  private static void deleteLeftovers(RemoteFile file, Path target, FetchListener listener) {
    TarGz archive = new TarGz(target, new UnpackMarker(target, file.checksum()), listener);
    if (!archive.hasLeftovers()) {
      return;
    }
    try (LockFile lock = LockFile.tryAcquire(lockFile(target))) {
      if (lock != null) {
        archive.deleteLeftovers();
      }
    } catch (IOException e) {
      LOG.debug("{} is complete, but leftovers stay beside it", target, e);
    }
  }

  private void fetchLocked(RemoteFile file, Path target, FetchListener listener)
      throws IOException, InterruptedException {
    UnpackMarker marker = new UnpackMarker(target, file.checksum());
    TarGz archive = new TarGz(target, marker, listener);
    archive.deleteLeftovers();
    if (file.unpack() == RemoteFile.Unpack.TAR_GZ && marker.complete()) {
      return;
    }
    if (!isRight(file, target)) {
      download(file, target, listener);
    }
    listener.verified(file);
    if (file.unpack() == RemoteFile.Unpack.TAR_GZ) {
      archive.unpack();
    }
  }

  private static boolean isDone(RemoteFile file, Path target, FetchListener listener)
      throws IOException {
    if (file.unpack() == RemoteFile.Unpack.TAR_GZ) {
      return new UnpackMarker(target, file.checksum()).complete();
    }
    boolean right = isRight(file, target);
    if (right) {
      listener.verified(file);
    }
    return right;
  }

  private static boolean isRight(RemoteFile file, Path target) throws IOException {
    return Files.isRegularFile(target)
        && (file.bytes() == RemoteFile.UNKNOWN || Files.size(target) == file.bytes())
        && file.expected().of(target).equals(file.expected());
  }

  private static void makeDirectory(Path target) throws IOException {
    Path directory = target.getParent();
    // createDirectories() refuses a link to a folder in Java 17.
    if (directory != null && !Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
  }

  private void download(RemoteFile file, Path target, FetchListener listener)
      throws IOException, InterruptedException {
    if (Files.exists(target)) {
      LOG.warn("{}: checksum is not {}; downloading again", target, file.checksum());
    }
    PartFile part = new HttpDownload(client, patience, file, target, listener).run();
    Checksum found = file.expected().of(part.path());
    if (!found.equals(file.expected())) {
      part.delete();
      throw new FetchException(
          "The download of "
              + file.uri()
              + " is not the file that was expected: expected checksum "
              + file.checksum()
              + ", found "
              + found
              + ". The download was deleted; fetch again. If that ends in the same way, the file on"
              + " the server has changed: get the right one by other means and put it at "
              + target
              + ".");
    }
    part.becomes(target);
    LOG.info("Fetched {} to {}", file.uri(), target);
  }
}
