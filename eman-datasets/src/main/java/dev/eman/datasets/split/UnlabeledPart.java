package dev.eman.datasets.split;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Images that come without labels, as a split remembers them.
 *
 * @param size at least 1
 * @param fingerprint of the images
 */
record UnlabeledPart(int size, String fingerprint) {
  UnlabeledPart {
    checkArgument(size > 0, "expected at least 1 unlabelled image, got %s", size);
    checkArgument(!fingerprint.isBlank(), "expected a fingerprint, got none");
  }

  static UnlabeledPart of(ImageDataset images) {
    return new UnlabeledPart(images.size(), images.fingerprint());
  }

  /**
   * The images, if they are these.
   *
   * @param what they are, after "the 5 unlabelled images", for the message
   * @throws DatasetException if they are others, or missing
   */
  ImageDataset requireSame(String datasetName, String what, @Nullable ImageDataset found) {
    if (found == null || found.size() != size || !found.fingerprint().equals(fingerprint)) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected the %d unlabelled images %s that the split was made with (fingerprint"
                  + " %s), found %s; restore them, or draw the split again",
              datasetName,
              size,
              what,
              fingerprint,
              found == null
                  ? "none"
                  : String.format(
                      Locale.ROOT,
                      "%d in %s (fingerprint %s)",
                      found.size(),
                      found.name(),
                      found.fingerprint())));
    }
    return found;
  }
}
