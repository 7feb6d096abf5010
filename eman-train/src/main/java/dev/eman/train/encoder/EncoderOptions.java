package dev.eman.train.encoder;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ascii;
import com.google.common.base.Splitter;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.ImmutableDoubleArray;
import dev.eman.core.UsageException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a model sees images, as far as it does not say so itself; null where it does.
 *
 * @param size height and width in pixels
 * @param layout order of the dimensions
 * @param normalization what is done to pixels
 * @param output name of the output to take
 * @param pooling how an output {@code [N, T, F]} becomes {@code [N, F]}
 */
public record EncoderOptions(
    @Nullable Integer size,
    @Nullable Layout layout,
    @Nullable Normalization normalization,
    @Nullable String output,
    @Nullable Pooling pooling) {
  /** All from the model. */
  public static final EncoderOptions NONE = new EncoderOptions(null, null, null, null, null);

  /** Checks the size. */
  public EncoderOptions {
    checkArgument(size == null || size > 0, "size: expected at least 1 pixel, got %s", size);
  }

  /** Orders of an image's dimensions. */
  public enum Layout {
    /** Channels first. */
    NCHW,
    /** Channels last. */
    NHWC
  }

  /** What becomes of the positions T of an output {@code [N, T, F]}, such as a transformer's. */
  public enum Pooling {
    /** The first, which transformers keep for the whole image. */
    FIRST,
    MEAN
  }

  /**
   * What is done to pixels from 0 to 255: {@code (pixel / 255 - mean) / deviation}.
   *
   * @param mean of 1 or 3 channels
   * @param deviation of as many, above 0
   */
  public record Normalization(ImmutableDoubleArray mean, ImmutableDoubleArray deviation) {
    private static final String EXPECTED =
        "expected imagenet, clip, half, unit, pixels, or means and deviations such as"
            + " 0.5,0.5,0.5/0.2,0.2,0.2";

    /** Checks the lengths. */
    public Normalization {
      checkArgument(
          (mean.length() == 1 || mean.length() == 3)
              && mean.length() == deviation.length()
              && deviation.stream().allMatch(d -> d > 0),
          "normalization: expected means and deviations above 0 of 1 or 3 channels, got %s and %s",
          mean,
          deviation);
    }

    static Normalization of(double[] mean, double[] deviation) {
      return new Normalization(
          ImmutableDoubleArray.copyOf(mean), ImmutableDoubleArray.copyOf(deviation));
    }

    /** Values from 0 to 255. */
    static Normalization pixels() {
      return of(new double[] {0}, new double[] {1 / 255.0});
    }

    /**
     * Reads {@code imagenet}, {@code clip}, {@code half} (-1 to 1), {@code unit} (0 to 1), {@code
     * pixels} (0 to 255), or means and deviations: {@code 0.5,0.5,0.5/0.2,0.2,0.2}.
     *
     * @throws UsageException for anything else
     */
    public static Normalization parse(String text) {
      return switch (Ascii.toLowerCase(text)) {
        case "imagenet" ->
            of(new double[] {0.485, 0.456, 0.406}, new double[] {0.229, 0.224, 0.225});
        case "clip" ->
            of(
                new double[] {0.48145466, 0.4578275, 0.40821073},
                new double[] {0.26862954, 0.26130258, 0.27577711});
        case "half" -> of(new double[] {0.5}, new double[] {0.5});
        case "unit" -> of(new double[] {0}, new double[] {1});
        case "pixels" -> pixels();
        default -> parseNumbers(text);
      };
    }

    private static Normalization parseNumbers(String text) {
      int slash = text.indexOf('/');
      if (slash < 0) {
        throw new UsageException("normalization: " + EXPECTED + ", got " + text);
      }
      try {
        return new Normalization(
            numbers(text.substring(0, slash), text), numbers(text.substring(slash + 1), text));
      } catch (IllegalArgumentException e) {
        throw new UsageException(String.valueOf(e.getMessage()), e);
      }
    }

    private static ImmutableDoubleArray numbers(String part, String text) {
      ImmutableDoubleArray.Builder numbers = ImmutableDoubleArray.builder();
      for (String cell : Splitter.on(',').split(part)) {
        Double number = Doubles.tryParse(cell);
        if (number == null) {
          throw new UsageException("normalization: " + EXPECTED + ", got " + text);
        }
        numbers.add(number);
      }
      return numbers.build();
    }

    /** Whether it does the same to each channel, though one may have a value for all. */
    boolean isLike(Normalization other) {
      return IntStream.range(0, 3)
          .allMatch(c -> mean(c) == other.mean(c) && deviation(c) == other.deviation(c));
    }

    double mean(int channel) {
      return mean.get(channel % mean.length());
    }

    double deviation(int channel) {
      return deviation.get(channel % deviation.length());
    }
  }
}
