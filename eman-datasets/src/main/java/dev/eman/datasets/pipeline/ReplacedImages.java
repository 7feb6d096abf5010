package dev.eman.datasets.pipeline;

import dev.eman.core.io.Printable;
import dev.eman.datasets.image.CorruptImageException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that {@link BatchPipeline}s have replaced as they could not be decoded, under {@link
 * CorruptImages#SKIP}. The first ones are named in the log, each once however often it is drawn.
 * Safe for use by several threads.
 */
public final class ReplacedImages {
  private static final Logger log = LoggerFactory.getLogger(ReplacedImages.class);

  /** More than this are counted, not named. */
  private static final int NAMED = 20;

  /** An image may be in several data sets, by other numbers; a message has its name. */
  private final Set<String> messages = new HashSet<>();

  private long times;

  /**
   * How many were replaced.
   *
   * @param images number of images
   * @param times how often one of them was replaced
   */
  public record Count(int images, long times) {
    /** In words: {@code 3 images could not be decoded and were replaced 37 times}. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d image%s could not be decoded and %s replaced %s",
          images,
          images == 1 ? "" : "s",
          images == 1 ? "was" : "were",
          times == 1 ? "once" : String.format(Locale.ROOT, "%,d times", times));
    }
  }

  /** Those so far; batches that were made ahead and not used count too. */
  public synchronized Count count() {
    return new Count(messages.size(), times);
  }

  synchronized void add(CorruptImageException reason) {
    String message = String.valueOf(reason.getMessage());
    times++;
    if (messages.add(message) && messages.size() <= NAMED) {
      log.warn("skipped: {}", Printable.escape(message));
    }
  }
}
