package dev.eman.core.nn;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.loss.Softmax;
import dev.eman.core.model.Student;
import dev.eman.core.optimizer.Sgd;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What {@code Student} tells to convert first is converted, or refused where that is asked. */
class ConvertedWrappersTest {
  private static final LossFunction LOSS = LossFunction.MCXENT;

  private static ComputationGraph network(Layer... layers) {
    var graph =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.convolutional(8, 8, 3));
    String last = "in";
    for (int i = 0; i < layers.length; i++) {
      graph.addLayer("l" + i, layers[i], last);
      last = "l" + i;
    }
    ComputationGraph network = new ComputationGraph(graph.setOutputs(last).build());
    network.init();
    return network;
  }

  private static Layer convolution() {
    return new ConvolutionLayer.Builder(3, 3).nOut(3).activation(Activation.IDENTITY).build();
  }

  private static Layer output() {
    return new OutputLayer.Builder(LOSS).nOut(3).activation(Activation.SOFTMAX).build();
  }

  private static Student student(ComputationGraph converted) {
    return new Student(converted, Sgd.decayingAll(0.9, false, 1e-4));
  }

  /** It normalises with its stored statistics, and passes gradients on: as finite differences. */
  @Test
  void convertToLogits_frozenWithBackprop_trainsWhatIsBelow() {
    ComputationGraph stock =
        network(
            convolution(),
            new FrozenLayerWithBackprop(new BatchNormalization.Builder().build()),
            new FrozenLayerWithBackprop(new SubsamplingLayer.Builder().build()),
            output());
    Nd4j.getRandom().setSeed(3);
    stock.getParam("l1_gamma").assign(Nd4j.rand(1, 3).addi(0.5));
    stock.getParam("l1_mean").assign(Nd4j.randn(1, 3));
    INDArray x = Nd4j.rand(4, 3, 8, 8);
    Student student = student(NormalizationConverter.convertToLogits(stock));
    INDArray logits = student.forward(x)[0].dup();
    assertClose(stock.output(x)[0], Softmax.of(logits), 1e-5);
    assertClose(logits, student.infer(x)[0], 1e-5);
    INDArray weights = Nd4j.randn(logits.shape());
    student.forward(x);
    student.backward(weights);
    long end = student.graph().getLayer("l0").numParams(); // It is the first one.
    INDArray w = student.parameters().vector().get(NDArrayIndex.interval(0, end));
    INDArray gradient = student.gradient().get(NDArrayIndex.interval(0, end)).dup();
    double norm = gradient.norm2Number().doubleValue();
    INDArray step = gradient.mul(1e-2 / norm);
    w.addi(step);
    double above = student.forward(x)[0].mul(weights).sumNumber().doubleValue();
    w.subi(step.mul(2));
    double below = student.forward(x)[0].mul(weights).sumNumber().doubleValue();
    assertEquals(norm, (above - below) / 2e-2, 0.02 * norm);
    INDArray gamma = student.graph().getParam("l1_gamma").dup();
    student.step(0.1);
    assertSameValues(gamma, student.graph().getParam("l1_gamma"));
  }

  @Test
  void convertToLogits_centerLoss_becomesLinear() {
    ComputationGraph stock =
        network(
            convolution(),
            new CenterLossOutputLayer.Builder(LOSS).nOut(5).activation(Activation.SOFTMAX).build());
    INDArray x = Nd4j.rand(4, 3, 8, 8);
    Student student = student(NormalizationConverter.convertToLogits(stock));
    assertClose(stock.output(x)[0], Softmax.of(student.infer(x)[0]), 1e-5);
    long centers = stock.getParam("l1_cL").length();
    assertEquals(stock.numParams() - centers, student.graph().numParams());
  }

  static Stream<Layer> others() {
    return Stream.of(
        new CnnLossLayer.Builder(LOSS).activation(Activation.SOFTMAX).build(), new OwnOutput(LOSS));
  }

  @ParameterizedTest
  @MethodSource("others")
  void convertToLogits_otherLossLayers_saysWhatToDo(Layer other) {
    ComputationGraph stock = network(convolution(), other);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> NormalizationConverter.convertToLogits(stock));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith("output \"l1\": expected an OutputLayer"), message);
    assertTrue(message.contains("got " + other.getClass().getName()), message);
    NormalizationConverter.convert(stock); // It stays, for DL4J.
  }

  /** What it does is not known. */
  @SuppressWarnings("serial")
  private static final class OwnOutput extends OutputLayer {
    OwnOutput(LossFunction loss) {
      super(new OutputLayer.Builder(loss).nOut(3).activation(Activation.SOFTMAX));
    }
  }
}
