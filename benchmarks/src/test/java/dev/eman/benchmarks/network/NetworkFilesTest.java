package dev.eman.benchmarks.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.Pooling;
import dev.eman.core.optimizer.Sgd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

final class NetworkFilesTest {
  @TempDir private Path folder;

  @Test
  void onnx_oneOfEachOperation_givesOurLogits() throws IOException {
    ComputationGraph graph = TinyBackbone.classifier();
    INDArray x = TinyBackbone.images();
    Path file = folder.resolve("network.onnx");
    OnnxFile.write(NetworkPlan.of(graph), x.shape(), TinyBackbone.CLASSES, file);
    OnnxInterpreter onnx = new OnnxInterpreter(file);
    assertEquals(7, onnx.irVersion());
    assertEquals(13, onnx.opset());
    assertEquals("images [2, 3, 11, 11] of type 1", onnx.value(11));
    assertEquals("fc [2, 5] of type 1", onnx.value(12));
    OnnxInterpreter.Tensor logits =
        onnx.run(new OnnxInterpreter.Tensor(x.shape(), x.dup('c').data().asDouble()));
    INDArray ours = new Student(graph, Sgd.decayingAll(0, false, 0)).infer(x)[0];
    assertArrayEquals(ours.shape(), logits.shape());
    assertArrayEquals(ours.dup('c').data().asDouble(), logits.data(), 1e-5);
  }

  @Test
  void plainFiles_oneOfEachOperation_linesAndParametersInTheirOrder() throws IOException {
    ComputationGraph graph = TinyBackbone.classifier();
    Path text = folder.resolve("network.txt");
    Path weights = folder.resolve("weights.f32");
    PlainFiles.write(NetworkPlan.of(graph), text, weights);
    assertEquals(
        List.of(
            "CONVOLUTION conv1 images 4 3 5 2 2",
            "NORMALIZATION bn1 conv1 4 1.0E-5 0.1",
            "RELU bn1.relu bn1 0",
            "MAX_POOL maxpool bn1.relu 3 2 1",
            "CONVOLUTION conv2 maxpool 6 4 3 1 1",
            "CONVOLUTION short maxpool 6 4 1 1 0",
            "NORMALIZATION bn2 conv2 6 0.001 0.1",
            "RELU bn2.relu bn2 0.1",
            "ADD add bn2.relu,short",
            "RELU add.relu add 0",
            "RELU relu add.relu 0.2",
            "GLOBAL_AVERAGE avgpool relu",
            "LINEAR fc avgpool 5 6"),
        Files.readAllLines(text));
    FloatBuffer values =
        ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    assertEquals(graph.numParams(), values.remaining());
    assertEquals(graph.getParam("conv1_W").getFloat(3, 2, 4, 1), values.get(3 * 75 + 2 * 25 + 21));
    assertEquals(graph.getParam("bn1_gamma").getFloat(1), values.get(300 + 1));
    assertEquals(graph.getParam("bn1_var").getFloat(2), values.get(300 + 3 * 4 + 2));
    int linear = (int) graph.numParams() - 35;
    assertEquals(graph.getParam("fc_W").getFloat(2, 4), values.get(linear + 4 * 6 + 2));
  }

  @Test
  void plan_whatOthersAreNotToldOf_namesTheVertex() {
    for (Convolution odd :
        List.of(
            Convolution.builder(3).nIn(3).nOut(2).samePadding().build(),
            Convolution.builder(3).nIn(3).nOut(2).activation(Activation.RELU).build())) {
      ComputationGraph graph =
          new ComputationGraph(
              new TinyBackbone()
                  .newGraph(1)
                  .addLayer("odd", odd, "input")
                  .addLayer("avgpool", Pooling.globalAverage(), "odd")
                  .setOutputs("avgpool")
                  .build());
      graph.init();
      EmanException e = assertThrows(EmanException.class, () -> NetworkPlan.of(graph));
      assertTrue(e.getMessage().contains("\"odd\""), e::getMessage);
    }
  }

  /** He et al. 2016 and torchvision give 4.09 billion multiply-adds for ResNet-50. */
  @Test
  void arithmetic_resnet50_publishedCount() {
    NetworkPlan plan = NetworkPlan.of(Backbones.named("resnet50").classifier(1000, 1));
    Arithmetic one = Arithmetic.of(plan, 1, 224);
    assertEquals(2 * 4.089e9, one.inferenceFlops(), 2e6);
    assertEquals(53, one.convolutions().size());
    long first = Arithmetic.flops(one.convolutions().get(0));
    assertEquals(2L * 64 * 112 * 112 * 3 * 49, first);
    assertEquals(3 * one.inferenceFlops() - first, one.stepFlops());
    assertEquals(2 * one.stepFlops(), Arithmetic.of(plan, 2, 224).stepFlops());
  }
}
