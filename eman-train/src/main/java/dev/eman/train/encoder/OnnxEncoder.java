package dev.eman.train.encoder;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.core.eval.LinearLayer;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.encoder.EncoderOptions.Pooling;
import dev.eman.weights.onnx.OnnxCheck;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxExternalData;
import dev.eman.weights.onnx.OnnxHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An ONNX model as an encoder of images. Each image is encoded once: its features are kept in a
 * cache on disk, by the SHA-256 of the model and its weights, how it sees images, and the image's
 * pixels.
 *
 * <p>One thread at a time; {@link #close} writes what is new to the cache.
 */
public final class OnnxEncoder implements ImageEncoder, AutoCloseable {
  private final Path file;
  private final OnnxImageModel model;
  private final FeatureCache cache;
  private int width;
  private long computed;
  private long reused;

  private OnnxEncoder(Path file, OnnxImageModel model, HashCode hash, Path folder) {
    this.file = file;
    this.model = model;
    String way = model.input() + "|" + model.outputName() + "|" + model.pooling();
    way += model.channelsLast() ? "|channels last" : ""; // Others keep what is in the cache.
    String key = Hashing.sha256().hashString(way, StandardCharsets.UTF_8).toString();
    this.cache =
        new FeatureCache(
            folder.resolve(hash.toString().substring(0, 32)).resolve(key.substring(0, 16)));
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
    OnnxImageModel model = OnnxImageModel.open(file, engine, options);
    try {
      return new OnnxEncoder(file, model, hashOfAll(file), cache);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Of the model's file and those beside it that have its weights. */
  private static HashCode hashOfAll(Path file) {
    HashCode model = hash(file);
    ImmutableSortedSet<String> beside = OnnxExternalData.names(file);
    if (beside.isEmpty()) {
      return model;
    }
    Hasher all = Hashing.sha256().newHasher().putBytes(model.asBytes());
    for (String name : beside) {
      all.putString(name, StandardCharsets.UTF_8)
          .putBytes(hash(file.resolveSibling(name)).asBytes());
    }
    return all.hash();
  }

  private static HashCode hash(Path file) {
    try {
      return MoreFiles.asByteSource(file).hash(Hashing.sha256());
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /** Height and width in pixels of the images that it takes. */
  public int imageSize() {
    return model.imageSize();
  }

  /** Channels of the images: 1 or 3. Gray ones are taken for three channels, too. */
  public int channels() {
    return model.channels();
  }

  /** The preparation of images that the model says it was measured with; empty if it does not. */
  public Optional<String> testView() {
    return model.testView();
  }

  /** Whether the model says that photos are turned as their files note; empty if it does not. */
  public Optional<Orientation> orientation() {
    return model.orientation();
  }

  /** What a user should know of the options it was opened with, one line each; often none. */
  public ImmutableList<String> notes() {
    return model.notes();
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
    model.checkImages(images);
    float[] pixels = OnnxImageModel.pixels(images);
    int each = pixels.length / n;
    HashCode[] hashes = new HashCode[n];
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      hashes[i] = hash(pixels, i * each, each);
      if (!cache.contains(hashes[i])) {
        missing.add(i);
      }
    }
    List<float[]> found = model.rows(pixels, each, missing);
    for (int i = 0; i < missing.size(); i++) {
      cache.add(hashes[missing.get(i)], found.get(i));
    }
    computed += missing.size();
    reused += n - missing.size();
    float[][] rows = cache.findAll(hashes);
    width = rows[0].length;
    return Nd4j.createFromArray(rows);
  }

  private static HashCode hash(float[] pixels, int from, int length) {
    Hasher hasher = Hashing.sha256().newHasher();
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) Math.round(pixels[from + i]);
    }
    return hasher.putBytes(bytes).hash();
  }

  /**
   * Checks that a classifier can be put behind this model and written to a file; reads the model.
   *
   * @throws UsageException if it cannot, or the file is the model's own
   */
  public void checkContinuable(Path to) {
    head(to);
  }

  private OnnxHead head(Path to) {
    try {
      if (Files.exists(to) && Files.isSameFile(to, file)) {
        throw new UsageException(
            "expected another file than the encoder's own to write to, got " + to);
      }
    } catch (IOException e) {
      throw new EmanException("cannot read " + to + ": " + IoFailures.reason(e), e);
    }
    return OnnxHead.behind(read(), file.toString(), model.outputName(), model.outputRank())
        .first(model.pooling() == Pooling.FIRST)
        .channelsLast(model.channelsLast());
  }

  /** How images are fed to the model, as the metadata of a model say it, by name. */
  public ImmutableMap<String, String> inputFacts() {
    return model.input().facts();
  }

  /** The classes that the model says it gives, in its own form; empty if it gives features. */
  public Optional<String> classes() {
    return Optional.ofNullable(model.metadata().get(OnnxImageModel.CLASSES))
        .filter(names -> !names.matches("\\s*\\[\\s*\\]\\s*"));
  }

  /**
   * Writes the model with a classifier behind it as one ONNX model, whole or not at all, after
   * running it. It says what {@link OnnxImageModel} and {@link dev.eman.train.OnnxClassifier} need
   * to know of it.
   *
   * @param to replaced if it exists, unless this fails
   * @param classifier of the features
   * @param facts about it, by name: its classes, what it was trained on and how
   * @param images to compare by: pixels as for {@link #features}
   * @return the comparison of its logits with those of the classifier
   * @throws UsageException if nothing can be put behind this model
   * @throws EmanException if the logits differ, or it cannot be written
   */
  public OnnxCheck writeClassifier(
      Path to,
      LinearLayer classifier,
      Map<String, String> facts,
      OnnxEngine engine,
      INDArray images) {
    OnnxHead head =
        head(to)
            .metadata(
                ImmutableMap.<String, String>builder()
                    .putAll(inputFacts())
                    .putAll(facts)
                    .buildOrThrow());
    // Not from the cache: a model may look at the other images of a batch.
    INDArray expected = classifier.logits(model.rows(images));
    String what = engine.name() + " on the model for " + to;
    OnnxCheck[] check = new OnnxCheck[1];
    AtomicFiles.save(
        to,
        out -> head.writeTo(classifier, out),
        draft -> {
          try (OnnxImageModel made =
              OnnxImageModel.of(what, engine.open(draft), EncoderOptions.NONE)) {
            check[0] = OnnxCheck.of(expected, made.rows(images), what);
          }
        });
    return check[0];
  }

  private byte[] read() {
    try {
      return MoreFiles.asByteSource(file).read();
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
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
      model.close();
    }
  }
}
