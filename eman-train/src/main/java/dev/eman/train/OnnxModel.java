package dev.eman.train;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.loss.Softmax;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.train.options.Network;
import dev.eman.weights.onnx.OnnxCheck;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxExport;
import dev.eman.weights.onnx.OnnxSession;
import java.nio.file.Path;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network of a run as an ONNX model. Its metadata are {@link ExportFacts}, and {@value
 * OnnxExport#PIXELS}: whether its input is pixels from 0 to 255, which it normalises itself, or
 * normalised images.
 */
public final class OnnxModel {
  /** Numbers of images that the outputs are compared for: the batch may have any size. */
  private static final int[] BATCHES = {1, 3, 4};

  private static final int SEED = 7;
  private static final int WHITE = 255;

  private final RunCheckpoint checkpoint;
  private final Network network;
  private final ExportFacts facts;
  private boolean folded = true;
  private boolean pixels;
  private boolean softmax;

  private OnnxModel(RunCheckpoint checkpoint, Network network) {
    this.checkpoint = checkpoint;
    this.network = network;
    this.facts = checkpoint.exportFacts(network);
  }

  /**
   * A model that maps normalised images to logits, or to features if the run trained no classifier,
   * folded.
   */
  public static OnnxModel of(RunCheckpoint checkpoint, Network network) {
    return new OnnxModel(checkpoint, network);
  }

  /** Whether normalisations are folded into the convolutions before them. */
  public OnnxModel folded(boolean value) {
    folded = value;
    return this;
  }

  /** Whether the model takes pixels from 0 to 255 and normalises them itself. */
  public OnnxModel pixels(boolean value) {
    pixels = value;
    return this;
  }

  /**
   * Whether the model gives probabilities.
   *
   * @throws UsageException if the run trained no classifier
   */
  public OnnxModel softmax(boolean value) {
    if (value) {
      checkpoint.checkClassifies();
    }
    softmax = value;
    return this;
  }

  /** The name of the output: logits, probabilities or features. */
  public String output() {
    return facts.classes().isEmpty() ? "features" : softmax ? "probabilities" : "logits";
  }

  /** K of the output {@code [N, K]}. */
  public int outputs() {
    return facts.classes().isEmpty() ? checkpoint.backbone().featureSize() : facts.classes().size();
  }

  /**
   * Writes the model, whole or not at all, after running it.
   *
   * @param file replaced if it exists, unless this fails
   * @param engine that runs it; its outputs must be those of our own inference, or nothing is
   *     written. Null to write it unchecked.
   * @return the comparison; null without an engine
   * @throws EmanException if there is no such network, its outputs differ, or it cannot be written
   * @throws UsageException for a layer that has no form in ONNX
   */
  public @Nullable OnnxCheck write(Path file, @Nullable OnnxEngine engine) {
    ComputationGraph graph = checkpoint.weights(network);
    ChannelStatistics statistics = facts.statistics();
    int size = facts.imageSize();
    OnnxExport export =
        OnnxExport.of(graph, outputs(), statistics.channels(), size, size)
            .outputName(output())
            .folded(folded)
            .softmax(softmax)
            .metadata(metadata());
    if (pixels) {
      export.normalizing(statistics.mean(), statistics.deviation());
    }
    byte[] model = export.toBytes();
    OnnxCheck check = engine == null ? null : check(engine, model, graph, file);
    AtomicFiles.save(file, out -> out.write(model));
    return check;
  }

  private ImmutableMap<String, String> metadata() {
    return ImmutableMap.<String, String>builder()
        .putAll(facts.toTexts())
        .put(OnnxExport.PIXELS, Boolean.toString(pixels))
        .buildOrThrow();
  }

  private OnnxCheck check(OnnxEngine engine, byte[] model, ComputationGraph graph, Path file) {
    Teacher ours = new Teacher(graph, TeacherStatistics.AVERAGED); // With the stored statistics.
    OnnxCheck all = new OnnxCheck(0, 0, OnnxCheck.TOLERANCE);
    String what = engine.name() + " on the model for " + file;
    try (OnnxSession session = engine.open(model, what)) {
      for (int batch : BATCHES) {
        float[] raw = randomPixels(batch);
        INDArray images = array(normalized(raw));
        INDArray expected = ours.infer(images)[0].dup();
        INDArray found = session.run(OnnxExport.INPUT, pixels ? array(raw) : images, output());
        all = all.and(OnnxCheck.of(softmax ? Softmax.of(expected) : expected, found, what));
      }
    } finally {
      ours.releaseMemory();
    }
    return all;
  }

  /** Whole numbers from 0 to 255, of N images. */
  private float[] randomPixels(int images) {
    int size = facts.imageSize();
    Random random = new Random(SEED + images);
    float[] values = new float[images * facts.statistics().channels() * size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(WHITE + 1);
    }
    return values;
  }

  private float[] normalized(float[] raw) {
    ChannelStatistics statistics = facts.statistics();
    int plane = facts.imageSize() * facts.imageSize();
    float[] values = new float[raw.length];
    for (int i = 0; i < raw.length; i++) {
      int channel = i / plane % statistics.channels();
      double value = raw[i] / (double) WHITE - statistics.mean().get(channel);
      values[i] = (float) (value / statistics.deviation().get(channel));
    }
    return values;
  }

  private INDArray array(float[] values) {
    int size = facts.imageSize();
    int channels = facts.statistics().channels();
    return Nd4j.create(
        values,
        new long[] {values.length / channels / size / size, channels, size, size},
        DataType.FLOAT);
  }
}
