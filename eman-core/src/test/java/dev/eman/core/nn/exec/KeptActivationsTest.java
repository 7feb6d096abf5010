package dev.eman.core.nn.exec;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.NormalizationGroups;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is computed again has the bits that would have been kept, and memory is saved. */
class KeptActivationsTest {
  /** Sums of several threads may be taken in any order. */
  private static final double TOLERANCE = "1".equals(System.getenv("OMP_NUM_THREADS")) ? 0 : 1e-4;

  private static INDArray[] gradients(INDArray[] results) {
    INDArray[] gradients = new INDArray[results.length];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = Nd4j.randn(results[i].shape()).muli(0.1);
    }
    return gradients;
  }

  /** The network's parameters and last gradient after some steps. */
  private static INDArray[] train(ComputationGraph network, boolean computeAgain, int groups) {
    GraphExecutor executor = new GraphExecutor(network, computeAgain);
    network.initGradientsView();
    Nd4j.getRandom().setSeed(5);
    for (int step = 0; step < 3; step++) {
      INDArray x = Nd4j.randn(3 * groups, 3, 6, 6);
      executor.normalizeIn(new NormalizationGroups(groups, true));
      executor.backward(gradients(executor.forward(true, x)));
      executor.forward(false, x); // others may run in between
      INDArray gradient = network.getFlattenedGradients().reshape(network.numParams());
      // Gradients of these graphs may be large: a step of a hundredth of a unit at most.
      network.params().subi(gradient.mul(0.01 / (1 + gradient.amaxNumber().doubleValue())));
    }
    return new INDArray[] {network.params(), network.getFlattenedGradients()};
  }

  @Property(tries = 30)
  void steps_activationsComputedAgain_haveTheBitsOfThoseKept(
      @ForAll @IntRange(min = 0, max = 1_000_000) int seed,
      @ForAll @IntRange(min = 1, max = 2) int groups) {
    ComputationGraph network = RandomGraph.of(seed, false);
    INDArray[] kept = train(network.clone(), false, groups);
    INDArray[] again = train(network, true, groups);
    for (int i = 0; i < kept.length; i++) {
      double scale = 1 + kept[i].amaxNumber().doubleValue();
      assertClose(kept[i], again[i], TOLERANCE * scale, "seed " + seed);
    }
  }

  @Property(tries = 30)
  void step_anyGraph_equalsDl4jsOwn(@ForAll @IntRange(min = 0, max = 1_000_000) int seed) {
    ComputationGraph theirs = RandomGraph.of(seed, true);
    ComputationGraph ours = theirs.clone();
    GraphExecutor executor = new GraphExecutor(ours);
    ours.initGradientsView();
    INDArray x = Nd4j.randn(3, 3, 6, 6);
    Nd4j.getRandom().setSeed(seed);
    INDArray[] results = executor.forward(true, x);
    INDArray[] gradients = gradients(results);
    executor.backward(gradients);
    Nd4j.getRandom().setSeed(seed);
    theirs.feedForward(new INDArray[] {x}, true, false);
    theirs.backpropGradient(gradients);
    double scale = 1 + theirs.getFlattenedGradients().amaxNumber().doubleValue();
    assertClose(
        theirs.getFlattenedGradients(), ours.getFlattenedGradients(), 1e-4 * scale, "seed " + seed);
  }

  /** Among others, sums that are computed again and normalised for another sum. */
  @Test
  void step_graphsThatWentWrong_equalsDl4jsOwn() {
    for (int seed : new int[] {8, 102, 142, 145}) {
      step_anyGraph_equalsDl4jsOwn(seed);
    }
  }

  private static long pooledBytes(String backbone, boolean computeAgain) {
    GraphExecutor executor =
        new GraphExecutor(Backbones.named(backbone).classifier(3, 1), computeAgain);
    for (int i = 0; i < 2; i++) {
      executor.forward(true, Nd4j.randn(8, 3, 32, 32));
      executor.backward(Nd4j.randn(8, 3));
    }
    return executor.pooledBytes();
  }

  @Test
  void pool_activationsComputedAgain_needsThreeQuartersAtMost() {
    for (String backbone : new String[] {"resnet26-w4", "wrn-28-1"}) {
      double share = (double) pooledBytes(backbone, true) / pooledBytes(backbone, false);
      assertTrue(share < 0.75, backbone + ": " + share);
    }
  }
}
