package dev.eman.train.encoder;

import com.google.common.base.Ascii;
import com.google.common.base.Enums;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.encoder.EncoderOptions.Layout;
import dev.eman.train.encoder.EncoderOptions.Pooling;
import dev.eman.train.options.DataOptions;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxSession;
import dev.eman.weights.onnx.OnnxSession.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An ONNX model that gives numbers for images: it takes their pixels, and normalises them as the
 * model expects. One thread at a time.
 */
public final class OnnxImageModel implements AutoCloseable {
  /** In a model's metadata: the names of its classes, a JSON list. */
  public static final String CLASSES = "classes";

  /** In a model's metadata: whether photos are turned as their files say, exif or ignore. */
  public static final String ORIENTATION = "orientation";

  /** ImageNet's usual preparation: the middle of the resized image. */
  public static final String USUAL_VIEW = "imagenet-val";

  /** Images at a time, for a model that takes any number; fewer large ones. */
  private static final int MOST_AT_A_TIME = 64;

  private static final int WHITE = 255;

  private final String name;
  private final OnnxSession session;
  private final EncoderInput input;
  private final ImmutableList<String> notes;
  private final Value output;
  private final @Nullable Pooling pooling;
  private final boolean channelsLast;

  /** What the model takes for each pixel, by channel and pixel. */
  private final float[][] levels;

  /** A batch as the model takes it; written again for each. */
  private float[] prepared = {};

  private OnnxImageModel(String name, OnnxSession session, EncoderOptions options) {
    this.name = name;
    this.session = session;
    this.input = EncoderInput.of(name, session, options);
    this.notes =
        EncoderInput.note(name, session.metadata(), options.normalization())
            .map(ImmutableList::of)
            .orElse(ImmutableList.of());
    this.output = output(name, session, options);
    this.pooling = options.pooling();
    this.channelsLast = channelsLast(output, input.layout());
    this.levels = levels(input);
  }

  private static float[][] levels(EncoderInput input) {
    float[][] levels = new float[input.channels()][WHITE + 1];
    for (int c = 0; c < levels.length; c++) {
      double mean = input.normalization().mean(c);
      double deviation = input.normalization().deviation(c);
      for (int pixel = 0; pixel <= WHITE; pixel++) {
        levels[c][pixel] = input.bytes() ? pixel : (float) ((pixel / 255.0 - mean) / deviation);
      }
    }
    return levels;
  }

  /**
   * Opens a model.
   *
   * @param options what it does not say itself
   * @throws UsageException if images cannot be fed to it, or its output is no rows of numbers
   * @throws EmanException if it cannot be read
   */
  public static OnnxImageModel open(Path file, OnnxEngine engine, EncoderOptions options) {
    return of(file.toString(), engine.open(file), options);
  }

  /**
   * The same of an open model.
   *
   * @param name for messages
   * @param session closed with this one, or if this fails
   * @throws UsageException if images cannot be fed to it, or its output is no rows of numbers
   */
  public static OnnxImageModel of(String name, OnnxSession session, EncoderOptions options) {
    try {
      return new OnnxImageModel(name, session, options);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static Value output(String name, OnnxSession session, EncoderOptions options) {
    ImmutableList<Value> outputs = session.outputs();
    List<Value> fitting =
        outputs.stream()
            .filter(
                value ->
                    options.output() == null
                        ? value.shape().length() == 2 || outputs.size() == 1
                        : value.name().equals(options.output()))
            .toList();
    if (fitting.size() != 1) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected %s, found %s; choose one by --output",
              name,
              options.output() == null
                  ? "one output of features [N, F]"
                  : "an output " + options.output(),
              String.join("; ", outputs.stream().map(Value::describe).toList())));
    }
    Value output = fitting.get(0);
    int rank = output.shape().length();
    if (output.type() != OnnxSession.ElementType.FLOAT32 || rank < 2 || rank > 4) {
      throw new UsageException(
          name
              + ": expected an output of features, float32 [N, F], [N, T, F], [N, F, H, W] or"
              + " [N, H, W, F], found "
              + output.describe());
    }
    checkPooling(name, output, options.pooling());
    return output;
  }

  /** Maps are averaged without being told, so that their mean may be asked for. */
  private static void checkPooling(String name, Value output, @Nullable Pooling pooling) {
    int rank = output.shape().length();
    if (rank == 3 && pooling == null) {
      throw new UsageException(
          name
              + ": its output "
              + output.describe()
              + " has features of several positions; say --pooling first or --pooling mean");
    }
    if ((rank == 2 && pooling != null) || (rank == 4 && pooling == Pooling.FIRST)) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: --pooling: expected an output [N, T, F], found %s; choose one by --output, or"
                  + " omit --pooling",
              name,
              output.describe()));
    }
  }

  /**
   * Images are square, and so are maps of their features: the two equal sizes are the positions. A
   * shape that does not tell is taken to be in the order of the input.
   */
  private static boolean channelsLast(Value output, Layout input) {
    ImmutableLongArray shape = output.shape();
    if (shape.length() != 4) {
      return false;
    }
    boolean known = shape.get(1) >= 0 && shape.get(2) >= 0 && shape.get(3) >= 0;
    boolean first = shape.get(2) == shape.get(3);
    boolean last = shape.get(1) == shape.get(2);
    return (known && first != last) ? last : input == Layout.NHWC;
  }

  /** Height and width in pixels of the images that it takes. */
  public int imageSize() {
    return input.size();
  }

  /** Channels of the images: 1 or 3. Gray ones are taken for three channels, too. */
  public int channels() {
    return input.channels();
  }

  /** The preparation of images that the model says it was measured with; empty if it does not. */
  public Optional<String> testView() {
    return Optional.ofNullable(metadata().get("test_view"));
  }

  /** Whether the model says that photos are turned as their files note; empty if it does not. */
  public Optional<Orientation> orientation() {
    String text = Ascii.toUpperCase(metadata().getOrDefault(ORIENTATION, ""));
    return Enums.getIfPresent(Orientation.class, text).toJavaUtil();
  }

  /** What a user should know of the options it was opened with, one line each; often none. */
  public ImmutableList<String> notes() {
    return notes;
  }

  /** What the model says about itself. */
  public ImmutableMap<String, String> metadata() {
    return session.metadata();
  }

  /** The name of the output that is taken. */
  public String outputName() {
    return output.name();
  }

  /** Dimensions of the output that is taken: 2 to 4. */
  int outputRank() {
    return output.shape().length();
  }

  /** Whether the output is a map of features {@code [N, H, W, F]}. */
  boolean channelsLast() {
    return channelsLast;
  }

  EncoderInput input() {
    return input;
  }

  @Nullable Pooling pooling() {
    return pooling;
  }

  /**
   * The model's rows for a batch, those of several positions pooled.
   *
   * @param images pixels from 0 to 255, float32 {@code [N, C, H, W]}, red first; read. Gray ones
   *     have one channel.
   * @return {@code [N, F]}, float32; a new array
   * @throws UsageException if the images do not fit, or are not pixels
   * @throws EmanException if the model fails, or a number is not finite
   * @throws IllegalStateException if it was closed
   */
  public INDArray rows(INDArray images) {
    checkImages(images);
    float[] pixels = pixels(images);
    int n = (int) images.size(0);
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      all.add(i);
    }
    return Nd4j.createFromArray(rows(pixels, pixels.length / n, all).toArray(new float[0][]));
  }

  /** All elements in c order; a copy. */
  static float[] pixels(INDArray images) {
    return OnnxSession.inOrder(images).data().asFloat();
  }

  /**
   * The rows of some images.
   *
   * @param pixels of all images, one after the other
   * @param each pixels of one image, of all its channels
   * @param images positions of those that are wanted
   */
  List<float[]> rows(float[] pixels, int each, List<Integer> images) {
    int batch =
        input.batch() == 0
            ? Math.min(MOST_AT_A_TIME, DataOptions.testBatch(input.size()))
            : input.batch();
    List<float[]> rows = new ArrayList<>();
    for (int from = 0; from < images.size(); from += batch) {
      rows.addAll(
          List.of(run(pixels, each, images.subList(from, Math.min(images.size(), from + batch)))));
    }
    return rows;
  }

  void checkImages(INDArray images) {
    boolean fits =
        images.rank() == 4
            && (images.size(1) == input.channels() || images.size(1) == 1)
            && images.size(2) == input.size()
            && images.size(3) == input.size();
    if (!fits) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected images [N, %d, %d, %d], got %s",
              name,
              input.channels(),
              input.size(),
              input.size(),
              Arrays.toString(images.shape())));
    }
  }

  /** At most a batch. */
  private float[][] run(float[] pixels, int each, List<Integer> images) {
    int rows = input.batch() == 0 ? images.size() : input.batch(); // The rest stays black.
    int plane = input.size() * input.size();
    int channels = input.channels();
    int length = rows * channels * plane;
    if (prepared.length != length) {
      prepared = new float[length];
    } else if (images.size() < rows) {
      Arrays.fill(prepared, images.size() * channels * plane, length, 0);
    }
    boolean planes = input.layout() == Layout.NCHW;
    int seen = 0;
    int step = planes ? 1 : channels;
    for (int i = 0; i < images.size(); i++) {
      int from = images.get(i) * each;
      for (int c = 0; c < channels; c++) {
        int channel = from + (each == plane ? 0 : c * plane);
        int to = i * channels * plane + (planes ? c * plane : c);
        float[] level = levels[c];
        for (int p = 0; p < plane; p++) {
          float value = pixels[channel + p];
          int pixel = Float.isNaN(value) ? -1 : Math.round(value);
          seen |= pixel;
          prepared[to + p * step] = level[pixel & WHITE];
        }
      }
    }
    if ((seen & ~WHITE) != 0) {
      throw new UsageException(name + ": expected pixels from 0 to 255, got others");
    }
    long side = input.size();
    long[] shape =
        planes ? new long[] {rows, channels, side, side} : new long[] {rows, side, side, channels};
    INDArray values = Nd4j.create(prepared, shape, DataType.FLOAT);
    INDArray found =
        session.run(
            input.name(), input.bytes() ? values.castTo(DataType.UINT8) : values, output.name());
    return pooled(found, rows, images.size());
  }

  private float[][] pooled(INDArray found, int rows, int images) {
    if (found.rank() < 2 || found.rank() > 4 || found.size(0) != rows) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected features of %d images, found %s",
              name,
              rows,
              Arrays.toString(found.shape())));
    }
    INDArray flat =
        switch (found.rank()) {
          case 4 -> channelsLast ? found.mean(1, 2) : found.mean(2, 3);
          case 3 -> pooling == Pooling.MEAN ? found.mean(1) : found.tensorAlongDimension(0, 0, 2);
          default -> found;
        };
    float[] values = flat.dup('c').data().asFloat();
    int features = values.length / rows;
    float[][] result = new float[images][features];
    for (int i = 0; i < images; i++) {
      System.arraycopy(values, i * features, result[i], 0, features);
      for (float value : result[i]) {
        if (!Float.isFinite(value)) {
          throw new EmanException(
              name + ": its features are not finite; check --normalization and the model");
        }
      }
    }
    return result;
  }

  /** Frees the model; a second time nothing happens. */
  @Override
  public void close() {
    session.close();
  }
}
