package dev.eman.train.published;

import com.google.common.annotations.VisibleForTesting;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.fetch.FetchException;
import dev.eman.datasets.fetch.FetchListener;
import dev.eman.datasets.fetch.Fetcher;
import dev.eman.datasets.fetch.RemoteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the files of published weights, and fetches those that are not on this machine. They are
 * looked for where data are, in a folder {@code weights} or beside the data, then where PyTorch
 * keeps what it has fetched; what is fetched is kept in the user's cache. Every file is checked
 * before it is used.
 */
public final class WeightFiles {
  private static final Logger LOG = LoggerFactory.getLogger(WeightFiles.class);

  private WeightFiles() {}

  /**
   * The file of these weights.
   *
   * @param directories where to look, and where to keep
   * @throws EmanException if a file of this name is not the published one, or none is here and it
   *     cannot be fetched; the message says which file to put where
   */
  public static Path obtain(PublishedWeights weights, DataDirectories directories) {
    return obtain(weights, directories, directories.weights());
  }

  @VisibleForTesting
  static Path obtain(PublishedWeights weights, DataDirectories directories, Path folder) {
    RemoteFile file = weights.file();
    Path found =
        directories
            .find("weights", place -> Files.isRegularFile(place.resolve(file.fileName())))
            .orElse(null);
    if (found != null) { // What the user has put there is never replaced.
      return checked(weights, found.resolve(file.fileName()));
    }
    Path ofPyTorch = directories.weightsOfPyTorch().resolve(file.fileName());
    if (Files.isRegularFile(ofPyTorch)) {
      return checked(weights, ofPyTorch);
    }
    Path target = folder.resolve(file.fileName());
    if (!Files.exists(target)) {
      LOG.info(
          "{}: fetching {} ({} MiB) to {}",
          weights.name(),
          file.uri(),
          weights.mebibytes(),
          folder);
    }
    try {
      new Fetcher().fetch(file, folder, new Progress(weights));
    } catch (FetchException e) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: %s Needed is %s; it may also lie in a folder that --data names",
              weights.name(),
              e.getMessage(),
              weights.description()),
          e);
    }
    return target;
  }

  private static Path checked(PublishedWeights weights, Path path) {
    String found;
    try {
      found = weights.file().checksumOf(path);
    } catch (IOException e) {
      throw new EmanException("cannot read " + path + ": " + IoFailures.reason(e), e);
    }
    if (!found.equals(weights.file().checksum())) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected %s at %s, found %s; fetch or copy it again, or move it away",
              weights.name(),
              weights.description(),
              path,
              found));
    }
    return path;
  }

  /** Logs every tenth of a file. */
  private static final class Progress implements FetchListener {
    private static final int TENTHS = 10;

    private final PublishedWeights weights;
    private long total;
    private long tenth;

    Progress(PublishedWeights weights) {
      this.weights = weights;
    }

    @Override
    public void started(RemoteFile file, long already, long totalOrMinus1) {
      total = totalOrMinus1;
      tenth = total > 0 ? already * TENTHS / total : 0;
    }

    @Override
    public void progressed(long bytesSoFar) {
      long now = total > 0 ? bytesSoFar * TENTHS / total : 0;
      if (now > tenth && now < TENTHS) {
        tenth = now;
        LOG.info("{}: {}% fetched", weights.name(), 100 * now / TENTHS);
      }
    }
  }
}
