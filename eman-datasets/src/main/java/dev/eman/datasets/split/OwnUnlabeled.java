package dev.eman.datasets.split;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import org.jspecify.annotations.Nullable;

/**
 * A data set's own unlabelled images, as a split remembers them.
 *
 * @param size at least 1
 * @param fingerprint of that part
 */
record OwnUnlabeled(int size, String fingerprint) {
  OwnUnlabeled {
    checkArgument(size > 0, "own: expected at least 1 unlabelled image, got %s", size);
    checkArgument(!fingerprint.isBlank(), "own: expected a fingerprint, got none");
  }

  /**
   * The images, if they are these.
   *
   * @throws DatasetException if they are others, or missing
   */
  ImageDataset requireSame(String datasetName, @Nullable ImageDataset found) {
    if (found == null || found.size() != size || !found.fingerprint().equals(fingerprint)) {
      throw new DatasetException(
          String.format(
              "%s: expected the %d unlabelled images of its own that the split was made with"
                  + " (fingerprint %s), found %s; restore them, or draw the split again",
              datasetName,
              size,
              fingerprint,
              found == null
                  ? "none"
                  : found.size() + " (fingerprint " + found.fingerprint() + ")"));
    }
    return found;
  }
}
