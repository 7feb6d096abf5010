package dev.eman.benchmarks.bench;

import dev.eman.core.nn.Backbones;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the contenders of {@link BenchStep} compute; the same weights, images and labels in every
 * process.
 *
 * @param arch name of the backbone
 * @param batch images in a step
 * @param size height and width of the images
 * @param classes outputs of the classifier
 * @param threads of every contender
 */
record StepJob(String arch, int batch, int size, int classes, int threads) {
  static final double RATE = 0.03;
  static final double MOMENTUM = 0.9;
  static final double DECAY = 1e-4;

  private static final long SEED = 1;

  /** Reads what {@link #arguments} has written, from position {@code first} on. */
  static StepJob parse(String[] args, int first) {
    return new StepJob(
        args[first],
        Integer.parseInt(args[first + 1]),
        Integer.parseInt(args[first + 2]),
        Integer.parseInt(args[first + 3]),
        Integer.parseInt(args[first + 4]));
  }

  /** The arguments of a process. */
  List<String> arguments() {
    return List.of(
        arch,
        Integer.toString(batch),
        Integer.toString(size),
        Integer.toString(classes),
        Integer.toString(threads));
  }

  /** Whether a step takes seconds. */
  boolean large() {
    return size >= 128;
  }

  /** The network before the first step. */
  ComputationGraph network() {
    return Backbones.named(arch).classifier(classes, SEED);
  }

  /** The images {@code [batch, 3, size, size]}. */
  INDArray images() {
    Nd4j.getRandom().setSeed(SEED);
    return Nd4j.randn(DataType.FLOAT, batch, 3, size, size);
  }

  /** The classes of the images. */
  int[] labels() {
    return new Random(SEED).ints(batch, 0, classes).toArray();
  }
}
