package dev.eman.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.encoder.EncoderOptions;
import dev.eman.train.encoder.OnnxEncoder;
import dev.eman.train.encoder.OnnxImageModel;
import dev.eman.train.options.Network;
import dev.eman.train.options.ViewOptions;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * An ONNX model that classifies images and names its classes: what {@code export --format onnx} and
 * {@code linear --save} write. Images are pixels from 0 to 255; the model or this class normalises
 * them. An output named {@code probabilities} is taken as such, any other as logits.
 */
public final class OnnxClassifier extends ImageClassifier implements AutoCloseable {
  private static final String EXTENSION = ".onnx";
  private static final String PROBABILITIES = "probabilities";
  private static final double LEAST = 1e-30;

  private final String name;
  private final OnnxImageModel model;

  private OnnxClassifier(
      String name,
      OnnxImageModel model,
      ImagePreparation preparation,
      ImmutableList<String> classNames) {
    super(preparation, classNames);
    this.name = name;
    this.model = model;
  }

  /** Whether a file's name says that it is an ONNX model. */
  public static boolean isModel(Path file) {
    return Ascii.toLowerCase(file.toString()).endsWith(EXTENSION);
  }

  /**
   * Checks that no part of a run was chosen, since a model has none.
   *
   * @throws UsageException if {@code --which} or {@code --network} was given
   */
  public static void checkWhole(
      Path file, RunCheckpoint.@Nullable Which which, @Nullable Network network) {
    if (which != null || network != null) {
      throw new UsageException(
          (which != null ? "--which" : "--network")
              + ": expected a run or a checkpoint beside it, found the ONNX model "
              + file);
    }
  }

  /**
   * Opens a model.
   *
   * @throws UsageException if it is no classifier of images that says all that is needed
   * @throws EmanException if it cannot be read
   */
  public static OnnxClassifier open(Path file, OnnxEngine engine) {
    OnnxSession session = engine.open(file);
    ImmutableList<String> classes;
    try {
      classes = classes(file, session.metadata());
    } catch (UsageException e) {
      session.close();
      throw e;
    }
    OnnxImageModel model = model(file, session);
    try {
      return new OnnxClassifier(file.toString(), model, preparation(model), classes);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Closes the session if that fails. */
  private static OnnxImageModel model(Path file, OnnxSession session) {
    try {
      return OnnxImageModel.of(file.toString(), session, EncoderOptions.NONE);
    } catch (UsageException e) {
      throw new UsageException(
          e.getMessage() + " (to linear --encoder, which can --save a model that says so itself)",
          e);
    }
  }

  private static ImagePreparation preparation(OnnxImageModel model) {
    return new ImagePreparation(
        OnnxEncoder.statistics(model.channels()),
        model.imageSize(),
        ViewOptions.TEST
            .parse(model.testView().orElse(OnnxImageModel.USUAL_VIEW))
            .create(model.imageSize()),
        model.orientation().orElse(Orientation.EXIF));
  }

  private static ImmutableList<String> classes(Path file, Map<String, String> facts) {
    String text = facts.getOrDefault(OnnxImageModel.CLASSES, "");
    ImmutableList.Builder<String> classes = ImmutableList.builder();
    try {
      JsonNode names = new JsonMapper().readTree(text);
      checkArgument(names.isArray() && !names.isEmpty());
      for (JsonNode className : names) {
        checkArgument(className.isTextual());
        classes.add(className.textValue());
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected a classifier that names its classes (a list in its metadata, \"%s\"),"
                  + " as export --format onnx and linear --save write, found %s",
              file,
              OnnxImageModel.CLASSES,
              text.isEmpty() ? "none" : String.format(Locale.ROOT, "%.80s", text)),
          e);
    }
    return classes.build();
  }

  /** The first digits of the SHA-256 of a model, to tell it from others. */
  public static String version(Path file) {
    try {
      HashCode hash = MoreFiles.asByteSource(file).hash(Hashing.sha256());
      return hash.toString().substring(0, 12);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /**
   * Logits of images; logarithms, of a model that gives probabilities.
   *
   * @param images pixels from 0 to 255, float32 {@code [N, C, H, W]}; read
   * @throws EmanException if the model fails, or gives another number of classes than it names
   * @throws IllegalStateException if it was closed
   */
  @Override
  public INDArray logits(INDArray images) {
    INDArray rows = model.rows(images);
    if (rows.size(1) != classNames().size()) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected an output for each of the %d classes that it names, found %d",
              name,
              classNames().size(),
              rows.size(1)));
    }
    return model.outputName().equals(PROBABILITIES)
        ? Transforms.log(Transforms.max(rows, LEAST, false), false)
        : rows;
  }

  /** Frees the model; a second time nothing happens. */
  @Override
  public void close() {
    model.close();
  }
}
