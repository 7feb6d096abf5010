package dev.eman.train.encoder;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.train.encoder.EncoderOptions.Layout;
import dev.eman.train.encoder.EncoderOptions.Pooling;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxSession;
import dev.eman.weights.onnx.OnnxSession.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
 * An ONNX model as an encoder of images. Each image is encoded once: its features are kept in a
 * cache on disk, by the model's SHA-256, how it sees images, and the image's pixels.
 *
 * <p>One thread at a time; {@link #close} writes what is new to the cache.
 */
public final class OnnxEncoder implements ImageEncoder, AutoCloseable {
  /** Images at a time, for a model that takes any number. */
  private static final int BATCH = 64;

  private final String name;
  private final OnnxSession session;
  private final EncoderInput input;
  private final Value output;
  private final @Nullable Pooling pooling;
  private final FeatureCache cache;
  private int width;
  private long computed;
  private long reused;

  private OnnxEncoder(
      String name,
      OnnxSession session,
      EncoderInput input,
      Value output,
      EncoderOptions options,
      HashCode model,
      Path folder) {
    this.name = name;
    this.session = session;
    this.input = input;
    this.output = output;
    this.pooling = options.pooling();
    String way = input + "|" + output.name() + "|" + pooling;
    String key = Hashing.sha256().hashString(way, StandardCharsets.UTF_8).toString();
    this.cache =
        new FeatureCache(
            folder.resolve(model.toString().substring(0, 32)).resolve(key.substring(0, 16)));
  }

  /**
   * Opens a model.
   *
   * @param file the model
   * @param options what it does not say itself
   * @param cache folder of features of all models
   * @throws UsageException if images cannot be fed to it, or its output is no features
   * @throws EmanException if it, or the cache, cannot be read
   */
  public static OnnxEncoder open(Path file, OnnxEngine engine, EncoderOptions options, Path cache) {
    OnnxSession session = engine.open(file);
    try {
      String name = file.toString();
      return new OnnxEncoder(
          name,
          session,
          EncoderInput.of(name, session, options),
          output(name, session, options),
          options,
          hash(file),
          cache);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static HashCode hash(Path file) {
    try {
      return MoreFiles.asByteSource(file).hash(Hashing.sha256());
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
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
              + ": expected an output of features, float32 [N, F], [N, T, F] or [N, F, H, W], found"
              + " "
              + output.describe());
    }
    if (rank == 3 && options.pooling() == null) {
      throw new UsageException(
          name
              + ": its output "
              + output.describe()
              + " has features of several positions; say --pooling first or --pooling mean");
    }
    return output;
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
    return Optional.ofNullable(session.metadata().get("test_view"));
  }

  /** What images are normalised by for {@link #features}: nothing, they stay pixels. */
  public static ChannelStatistics statistics(int channels) {
    double[] zero = new double[channels];
    double[] white = new double[channels];
    Arrays.fill(white, 1 / 255.0);
    return ChannelStatistics.of(zero, white);
  }

  /** Number of images whose features were computed, not found in the cache. */
  public long computed() {
    return computed;
  }

  /** Number of images whose features were found in the cache. */
  public long reused() {
    return reused;
  }

  /** F, the number of features; 0 before the first. */
  public int width() {
    return width;
  }

  /**
   * Computes the features of a batch, or finds them in the cache.
   *
   * @param images pixels from 0 to 255, float32 {@code [N, C, H, W]}, red first; read. Gray ones
   *     have one channel.
   * @return {@code [N, F]}, float32; a new array
   * @throws EmanException if the images do not fit, the model fails, or a feature is not finite
   */
  @Override
  public INDArray features(INDArray images) {
    int n = (int) images.size(0);
    checkImages(images);
    float[] pixels = images.dup('c').data().asFloat();
    int each = pixels.length / n;
    HashCode[] hashes = new HashCode[n];
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      hashes[i] = hash(pixels, i * each, each);
      if (cache.find(hashes[i]) == null) {
        missing.add(i);
      }
    }
    int batch = input.batch() == 0 ? BATCH : input.batch();
    for (int from = 0; from < missing.size(); from += batch) {
      List<Integer> some = missing.subList(from, Math.min(missing.size(), from + batch));
      float[][] found = encode(pixels, each, some);
      for (int i = 0; i < some.size(); i++) {
        cache.add(hashes[some.get(i)], found[i]);
      }
    }
    computed += missing.size();
    reused += n - missing.size();
    float[][] rows = new float[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = requireNonNull(cache.find(hashes[i]));
    }
    width = rows[0].length;
    return Nd4j.createFromArray(rows);
  }

  private void checkImages(INDArray images) {
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

  private static HashCode hash(float[] pixels, int from, int length) {
    Hasher hasher = Hashing.sha256().newHasher();
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) Math.round(pixels[from + i]);
    }
    return hasher.putBytes(bytes).hash();
  }

  /** The features of some images, computed together. */
  private float[][] encode(float[] pixels, int each, List<Integer> images) {
    int rows = input.batch() == 0 ? images.size() : input.batch(); // The rest stays black.
    int plane = input.size() * input.size();
    int channels = input.channels();
    float[] prepared = new float[rows * channels * plane];
    for (int i = 0; i < images.size(); i++) {
      int from = images.get(i) * each;
      for (int c = 0; c < channels; c++) {
        int channel = from + (each == plane ? 0 : c * plane);
        double mean = input.normalization().mean(c);
        double deviation = input.normalization().deviation(c);
        for (int p = 0; p < plane; p++) {
          int to =
              input.layout() == Layout.NCHW
                  ? (i * channels + c) * plane + p
                  : (i * plane + p) * channels + c;
          float pixel = Math.round(pixels[channel + p]);
          prepared[to] = input.bytes() ? pixel : (float) ((pixel / 255.0 - mean) / deviation);
        }
      }
    }
    long side = input.size();
    long[] shape =
        input.layout() == Layout.NCHW
            ? new long[] {rows, channels, side, side}
            : new long[] {rows, side, side, channels};
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
          case 4 -> found.mean(2, 3);
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

  /** Writes new features to the cache; for long work, so that less is lost. */
  public void save() {
    cache.save();
  }

  @Override
  public void close() {
    try {
      cache.save();
    } finally {
      session.close();
    }
  }
}
