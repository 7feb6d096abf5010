package dev.eman.train;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.HoldOut;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The run whose weights another one begins with: images that it was trained on are none to measure
 * on.
 *
 * @param source its folder, one of its checkpoints, or any other file of weights
 * @param files of the folder, which need not be a run's
 */
record InitialRun(Path source, RunFiles files) {
  /** That of the weights that the options name; null if they are not a file or folder. */
  static @Nullable InitialRun of(TrainingOptions options) {
    if (!(options.initial().source() instanceof WeightSource.Local local)) {
      return null;
    }
    Path path = local.path();
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    return folder == null ? null : new InitialRun(path, new RunFiles(folder));
  }

  /** Which images it held out; empty if it held none out of these. */
  Optional<HoldOut> holdOut(ImageDataset train) {
    try {
      return Files.exists(files.holdOut())
          ? Optional.of(HoldOut.load(files.holdOut(), train))
          : Optional.empty();
    } catch (DatasetException e) {
      return Optional.empty(); // Of other data.
    }
  }

  /**
   * A sentence if the run may have been trained on images that another one measures on.
   *
   * @param train the training images, less none
   * @param measured positions of those to measure on
   * @param what is done with these, in words
   */
  Optional<String> note(ImageDataset train, ImmutableIntArray measured, String what) {
    boolean holdsOut = Files.exists(files.holdOut());
    Optional<ImmutableIntArray> left =
        holdsOut ? holdOut(train).map(HoldOut::positions) : validation(train);
    boolean known = holdsOut || left.isPresent() || isCheckpointOf(train);
    if (!known || (left.isPresent() && isWithin(measured, left.get()))) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "--init: the run in %s held out %s: if it was trained on images that are %s here,"
                + " accuracies on these are too high",
            files.root(),
            holdsOut ? "other images than this one" : "none of these images",
            what));
  }

  private static boolean isWithin(ImmutableIntArray some, ImmutableIntArray all) {
    return ImmutableSet.copyOf(all.asList()).containsAll(some.asList());
  }

  /** Of a run that was trained on all others of these images. */
  private Optional<ImmutableIntArray> validation(ImageDataset train) {
    try {
      return Files.exists(files.split())
          ? Optional.of(LabelSplit.load(files.split(), train).validation())
          : Optional.empty();
    } catch (DatasetException e) {
      return Optional.empty(); // Of other data.
    }
  }

  /** Whether it is a checkpoint without the run's other files, of a run on all these images. */
  private boolean isCheckpointOf(ImageDataset train) {
    return !Files.exists(files.split())
        && new InitialWeights(source, null, null)
            .checkpoint()
            .filter(run -> run.dataFingerprint().equals(train.fingerprint()))
            .isPresent();
  }
}
