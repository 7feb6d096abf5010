package dev.eman.train.encoder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.Ascii;
import com.google.common.base.Enums;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableLongArray;
import com.google.common.primitives.Ints;
import dev.eman.core.UsageException;
import dev.eman.train.encoder.EncoderOptions.Layout;
import dev.eman.train.encoder.EncoderOptions.Normalization;
import dev.eman.weights.onnx.OnnxExport;
import dev.eman.weights.onnx.OnnxSession;
import dev.eman.weights.onnx.OnnxSession.ElementType;
import dev.eman.weights.onnx.OnnxSession.Value;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a model sees images.
 *
 * @param name of its input
 * @param layout order of the dimensions
 * @param bytes whether it takes uint8 pixels, else float32
 * @param channels 1 or 3
 * @param size height and width in pixels
 * @param batch images at a time; 0 for any number
 * @param normalization what is done to pixels
 */
record EncoderInput(
    String name,
    Layout layout,
    boolean bytes,
    int channels,
    int size,
    int batch,
    Normalization normalization) {
  private static final String IMAGE_SIZE = "image_size";
  private static final String LAYOUT = "layout";
  private static final String MEAN = "mean";
  private static final String DEVIATION = "deviation";

  /**
   * Reads the model, and takes from the options what it does not say.
   *
   * @throws UsageException if images cannot be fed to it, or an option contradicts it
   */
  static EncoderInput of(String model, OnnxSession session, EncoderOptions options) {
    if (session.inputs().size() != 1) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected a model with one input, images, found %d: %s",
              model,
              session.inputs().size(),
              String.join("; ", session.inputs().stream().map(Value::describe).toList())));
    }
    Value input = session.inputs().get(0);
    if (input.type() == ElementType.OTHER || input.shape().length() != 4) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected an input of images, float32 or uint8 [N, C, H, W] or [N, H, W, C],"
                  + " found %s",
              model,
              input.describe()));
    }
    Map<String, String> facts = session.metadata();
    Layout layout = layout(model, input, facts, options.layout());
    ImmutableLongArray shape = input.shape();
    boolean first = layout == Layout.NCHW;
    int channels = Ints.saturatedCast(shape.get(first ? 1 : 3));
    if (channels >= 0 && channels != 1 && channels != 3) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected 1 or 3 channels, found %s in the layout %s; --layout chooses another",
              model,
              input.describe(),
              layout));
    }
    channels = channels < 0 ? 3 : channels;
    return new EncoderInput(
        input.name(),
        layout,
        input.type() == ElementType.UINT8,
        channels,
        size(
            model,
            input,
            Ints.saturatedCast(shape.get(first ? 2 : 1)),
            Ints.saturatedCast(shape.get(first ? 3 : 2)),
            facts,
            options.size()),
        Math.max(0, Ints.saturatedCast(shape.get(0))),
        normalization(model, input, channels, facts, options.normalization()));
  }

  /** What a model says that is to be fed the same: what {@link #of} reads. */
  ImmutableMap<String, String> facts() {
    return ImmutableMap.of(
        IMAGE_SIZE,
        Integer.toString(size),
        LAYOUT,
        Ascii.toLowerCase(layout.name()),
        MEAN,
        normalization.mean().toString(),
        DEVIATION,
        normalization.deviation().toString(),
        OnnxExport.PIXELS,
        Boolean.toString(normalization.equals(Normalization.pixels())));
  }

  private static Layout layout(
      String model, Value input, Map<String, String> facts, @Nullable Layout given) {
    if (given != null) {
      return given;
    }
    Optional<Layout> recorded =
        Enums.getIfPresent(Layout.class, Ascii.toUpperCase(facts.getOrDefault(LAYOUT, "")))
            .toJavaUtil();
    if (recorded.isPresent()) {
      return recorded.get();
    }
    long second = input.shape().get(1);
    long last = input.shape().get(3);
    boolean first = second == 1 || second == 3;
    boolean behind = last == 1 || last == 3;
    if (first == behind) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected 1 or 3 channels at one place of the input, found %s; say --layout nchw"
                  + " or --layout nhwc",
              model,
              input.describe()));
    }
    return first ? Layout.NCHW : Layout.NHWC;
  }

  private static int size(
      String model,
      Value input,
      int height,
      int width,
      Map<String, String> facts,
      @Nullable Integer given) {
    Integer recorded = Ints.tryParse(facts.getOrDefault(IMAGE_SIZE, ""));
    int size = height > 0 ? height : width;
    if (size <= 0) {
      size = given != null ? given : recorded != null ? recorded : 0;
    }
    if (size <= 0) {
      throw new UsageException(
          model + ": images of any size can be fed to " + input.describe() + "; say --size");
    }
    if ((height > 0 && height != size) || (width > 0 && width != size)) {
      throw new UsageException(
          model + ": expected an input of square images, found " + input.describe());
    }
    if (given != null && given != size) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected --size %d, as its input is %s, got %d",
              model,
              size,
              input.describe(),
              given));
    }
    return size;
  }

  private static Normalization normalization(
      String model,
      Value input,
      int channels,
      Map<String, String> facts,
      @Nullable Normalization given) {
    if (input.type() == ElementType.UINT8) {
      checkPixels(model, "its input " + input.describe() + " takes bytes as they are", given);
      return Normalization.pixels();
    }
    if ("true".equals(facts.get(OnnxExport.PIXELS))) {
      checkPixels(model, "it takes pixels from 0 to 255 and normalises them itself", given);
      return Normalization.pixels();
    }
    Normalization found = given != null ? given : recorded(model, facts).orElse(null);
    if (found == null) {
      throw new UsageException(
          model
              + ": it does not say how its images are normalised; say --normalization imagenet,"
              + " clip, half, unit, pixels, or means and deviations");
    }
    if (found.mean().length() > channels) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected one mean and one deviation, as its images have one channel, %s mean %s"
                  + " and deviation %s; say another --normalization",
              model,
              given != null ? "got" : "found",
              found.mean(),
              found.deviation()));
    }
    return found;
  }

  private static void checkPixels(String model, String why, @Nullable Normalization given) {
    if (given != null && !given.isLike(Normalization.pixels())) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected no --normalization, or pixels, as %s, got mean %s and deviation %s;"
                  + " omit --normalization",
              model,
              why,
              given.mean(),
              given.deviation()));
    }
  }

  /** What a user should know of a normalisation that is given beside what the model says. */
  static Optional<String> note(
      String model, Map<String, String> facts, @Nullable Normalization given) {
    if (given == null || "true".equals(facts.get(OnnxExport.PIXELS))) {
      return Optional.empty();
    }
    Optional<Normalization> recorded;
    try {
      recorded = recorded(model, facts);
    } catch (UsageException e) {
      return Optional.empty(); // It asks for what is given.
    }
    return recorded
        .filter(own -> !own.isLike(given))
        .map(
            own ->
                String.format(
                    Locale.ROOT,
                    "%s says that its images are normalised by mean %s and deviation %s;"
                        + " --normalization is taken instead, %s and %s",
                    model,
                    own.mean(),
                    own.deviation(),
                    given.mean(),
                    given.deviation()));
  }

  /** What the model says; empty if it does not. */
  private static Optional<Normalization> recorded(String model, Map<String, String> facts) {
    String mean = facts.get(MEAN);
    String deviation = facts.get(DEVIATION);
    if (mean == null || deviation == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Normalization(numbers(mean), numbers(deviation)));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected lists of numbers in its metadata mean and deviation, found %.80s and"
                  + " %.80s; say --normalization",
              model,
              mean,
              deviation),
          e);
    }
  }

  private static ImmutableDoubleArray numbers(String json) throws JsonProcessingException {
    ImmutableDoubleArray.Builder numbers = ImmutableDoubleArray.builder();
    for (JsonNode number : new JsonMapper().readTree(json)) {
      numbers.add(number.asDouble(Double.NaN));
    }
    return numbers.build();
  }
}
