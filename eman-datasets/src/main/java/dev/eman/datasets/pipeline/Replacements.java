package dev.eman.datasets.pipeline;

import dev.eman.datasets.DatasetException;
import dev.eman.datasets.augment.ViewRandom;
import dev.eman.datasets.image.CorruptImageException;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Puts another image where one cannot be decoded. Which one follows from seed, epoch and image, so
 * the batches stay the same whatever the number of threads.
 */
final class Replacements {
  private static final long PURPOSE = 0x4e91a;
  private static final int TRIES = 20;

  private final CorruptImages policy;
  private final @Nullable FailedImages failed;
  private final ReplacedImages replaced;
  private final long seed;
  private final AtomicLong count = new AtomicLong();

  /**
   * Starts without any.
   *
   * @param failed if not null, nothing is replaced: rows are 0, and it learns why
   * @param replaced learns what is replaced
   */
  Replacements(
      CorruptImages policy, @Nullable FailedImages failed, ReplacedImages replaced, long seed) {
    this.policy = policy;
    this.failed = failed;
    this.replaced = replaced;
    this.seed = seed;
  }

  long count() {
    return count.get();
  }

  /** Makes the views of one row, of its image or of another one. */
  void make(Slot.Section section, int row, ViewMaker maker) {
    int original = section.image(row);
    for (int tries = 1; ; tries++) {
      int image = section.image(row);
      try {
        maker.make(
            section.stream, image, section.epochs[row], section.firstView, section.targets, row);
        section.labels[row] = section.stream.label(image);
        return;
      } catch (CorruptImageException e) {
        if (failed != null) {
          failed.add(image, e);
          maker.clear(section.targets, row);
          section.labels[row] = section.stream.label(image);
          return;
        }
        if (policy == CorruptImages.FAIL) {
          throw e;
        }
        if (tries == TRIES) { // Of another type, as to skip it is no way out.
          DatasetException none =
              new DatasetException(
                  "none of "
                      + TRIES
                      + " images that were drawn in place of each other can be decoded; remove"
                      + " those that eman data check names. The last one: "
                      + e.getMessage());
          none.addSuppressed(e);
          throw none;
        }
        count.incrementAndGet();
        replaced.add(e);
        section.positions[row] = another(section, row, original, tries);
      } finally {
        Reference.reachabilityFence(section); // Its buffers do not keep their arrays.
      }
    }
  }

  /** The replacement's position in the stream. */
  private int another(Slot.Section section, int row, int original, int tries) {
    ViewRandom random = new ViewRandom();
    random.seed(seed ^ PURPOSE, section.epochs[row], original, tries);
    return random.nextInt(section.stream.indices().length());
  }
}
