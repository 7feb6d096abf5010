package dev.eman.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.optimizer.GroupedRates;
import dev.eman.core.optimizer.OptimizerConfiguration;
import dev.eman.core.optimizer.Sgd;
import java.util.Set;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GradientClippingTest {
  private static final Sgd PLAIN = Sgd.decayingAll(0, false, 0);

  /** A backbone and a head, both linear. */
  private static Student student(int in, int width, int out, OptimizerConfiguration optimizer) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("x")
                .setInputTypes(InputType.feedForward(in))
                .addLayer("backbone", dense(in, width), "x")
                .addLayer("fc", dense(width, out), "backbone")
                .setOutputs("fc")
                .build());
    graph.init();
    return new Student(graph, optimizer);
  }

  private static DenseLayer dense(int in, int out) {
    return new DenseLayer.Builder()
        .nIn(in)
        .nOut(out)
        .activation(Activation.IDENTITY)
        .hasBias(false)
        .build();
  }

  private static double norm(INDArray values) {
    double sum = 0;
    for (float v : values.dup().data().asFloat()) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }

  /** So many values that a sum of their squares in float32 is a percent off. */
  @Test
  void step_millionsOfParameters_clipsToTheNorm() {
    Student student = student(1500, 2000, 2, PLAIN);
    Nd4j.getRandom().setSeed(1);
    student.forward(Nd4j.randn(DataType.FLOAT, 1, 1500));
    student.backward(Nd4j.randn(DataType.FLOAT, 1, 2));
    student.parameters().vector().assign(0); // So a step of rate 1 is the gradient.
    student.parametersChanged();
    double clip = norm(student.gradient()) / 2;
    student.clipGradientNorm(clip);
    student.step(1);
    assertEquals(clip, norm(student.parameters().vector()), 1e-6 * clip);
  }

  /** As in PyTorch, where they have no gradient. */
  @Test
  void step_frozenBackbone_clipsByTheHeadAlone() {
    Student student = student(8, 6, 3, new GroupedRates(PLAIN, Set.of("fc"), 0));
    Nd4j.getRandom().setSeed(2);
    student.forward(Nd4j.randn(DataType.FLOAT, 4, 8));
    student.backward(Nd4j.randn(DataType.FLOAT, 4, 3));
    double head = norm(student.graph().getLayer("fc").getGradientsViewArray());
    assertTrue(norm(student.gradient()) > 1.1 * head);
    INDArray before = student.parameters().vector().dup();
    student.clipGradientNorm(1.05 * head);
    student.step(1);
    assertEquals(head, norm(student.parameters().vector().sub(before)), 1e-5 * head);
    assertEquals(
        before.getDouble(0), student.parameters().vector().getDouble(0), "the backbone stays");
  }
}
