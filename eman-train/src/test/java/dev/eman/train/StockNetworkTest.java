package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.core.loss.Softmax;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.NormalizationConverter;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.TeacherStatistics;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network of this library and the one of DL4J's layers that is written for it. */
class StockNetworkTest {
  private static ConvolutionLayer convolution(Activation activation) {
    return new ConvolutionLayer.Builder(3, 3).nOut(4).activation(activation).build();
  }

  @Test
  void trained_convolutionsWithActivations_outputsOfOurs() {
    ComputationGraph given =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .graphBuilder()
                .addInputs("input")
                .setInputTypes(InputType.convolutional(8, 8, 3))
                .addLayer("a", convolution(Activation.RELU), "input")
                .addLayer("bn", new BatchNormalization(), "a")
                .addLayer("b", convolution(Activation.TANH), "bn")
                .addLayer("c", convolution(Activation.IDENTITY), "b")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c")
                .addLayer(
                    "fc",
                    new OutputLayer.Builder().nOut(5).activation(Activation.SOFTMAX).build(),
                    "pool")
                .setOutputs("fc")
                .build());
    given.init();
    ComputationGraph ours = NormalizationConverter.convertToLogits(given);
    INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 8, 8).muli(4).subi(2);
    float[] expected = given.outputSingle(images).dup('c').data().asFloat();
    INDArray logits = new Teacher(ours, TeacherStatistics.AVERAGED).infer(images)[0];
    assertArrayEquals(expected, Softmax.of(logits).dup('c').data().asFloat(), 1e-5f);
    INDArray stock = StockNetwork.trained(ours, 8, 3).outputSingle(images);
    assertArrayEquals(expected, stock.dup('c').data().asFloat(), 1e-5f);
  }

  /** Softmax takes the place of its activation in DL4J's output layer. */
  @Test
  void trained_activationOfTheLogits_isRefused() {
    ComputationGraph ours =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("input")
                .addLayer("pool", Pooling.globalAverage(), "input")
                .addLayer(
                    "fc",
                    new DenseLayer.Builder().nIn(3).nOut(5).activation(Activation.RELU).build(),
                    "pool")
                .setOutputs("fc")
                .build());
    ours.init();
    UsageException e = assertThrows(UsageException.class, () -> StockNetwork.trained(ours, 8, 3));
    assertTrue(e.getMessage().contains("\"fc\""), e::getMessage);
  }
}
