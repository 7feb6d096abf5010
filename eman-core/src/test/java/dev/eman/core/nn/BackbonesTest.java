package dev.eman.core.nn;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.exec.FoldedNetwork;
import dev.eman.core.nn.exec.GraphExecutor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BackbonesTest {
  /** Published figures; for the small ResNets, of the variant with 1x1 shortcuts. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 1000, 11689512",
    "resnet34, 1000, 21797672",
    "resnet50, 1000, 25557032",
    "wide-resnet50-2, 1000, 68883240",
    "wrn-28-2, 10, 1467610",
    "wrn-28-8, 100, 23401012",
    "wrn-37-2, 10, 5929434",
    "resnet20-w16, 10, 272474",
    "resnet56-w16, 10, 855770"
  })
  void classifier_learnedParameters_equalThePublishedCount(
      String name, int classes, long expected) {
    ComputationGraph network = Backbones.named(name).classifier(classes, 1);
    assertEquals(expected, ParameterTable.of(network).learnedCount());
  }

  @Test
  void named_unknown_saysWhatThereIsAndWhatMayHaveBeenMeant() {
    String message =
        assertThrows(UsageException.class, () -> Backbones.named("resnet51")).getMessage();
    assertEquals(
        "backbone: expected one of resnet14-w16, resnet18, resnet20-w16, resnet34, resnet50,"
            + " tiny-cnn, wide-resnet50-2, wrn-28-2, wrn-28-8, wrn-37-2, resnetD-wW with depth D ="
            + " 6n + 2 and width W, wrn-D-K with depth D = 6n + 4 and widths 16K, 32K and 64K,"
            + " wrn-D-K with depth D = 8n + 5 and widths 16K, 32K, 64K and 128K, for larger images,"
            + " got resnet51; did you mean resnet50?",
        message);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet15-w16, 6n + 2 (8",
    "resnet2-w16, 6n + 2 (8",
    "resnet14-w0, got 14 and 0",
    "wrn-27-2, 6n + 4 (10",
    "wrn-4-2, 6n + 4 (10",
    "wrn-5-2, 8n + 5 (13",
    "wrn-28-0, got 28 and 0"
  })
  void named_sizesThatCannotBe_saysWhichCan(String name, String expected) {
    String message =
        String.valueOf(
            assertThrows(UsageException.class, () -> Backbones.named(name)).getMessage());
    assertTrue(message.contains(name) && message.contains(expected), message);
  }

  @Test
  void named_twoProvidersOfOneName_namesBoth() {
    BackboneProvider first = new ResNetProvider();
    BackboneProvider second = new Impostor();
    String message =
        String.valueOf(
            assertThrows(
                    EmanException.class,
                    () -> Backbones.named("resnet18", 3, List.of(first, second)))
                .getMessage());
    assertTrue(message.contains("two backbones are named resnet18"), message);
    assertTrue(message.contains(ResNetProvider.class.getName()), message);
    assertTrue(message.contains(Impostor.class.getName()), message);
    assertEquals(
        "resnet34", Backbones.named("resnet34", 3, List.of(first, second)).name(), "not claimed");
  }

  private static final class Impostor implements BackboneProvider {
    @Override
    public String description() {
      return "another ResNet";
    }

    @Override
    public List<String> names() {
      return List.of("resnet18");
    }

    @Override
    public Optional<Backbone> find(String name, int channels) {
      return names().contains(name) ? Optional.of(new TinyCnn(name, channels)) : Optional.empty();
    }
  }

  @Test
  void names_all_areFoundByTheirProviderAlone() {
    for (BackboneProvider provider : Backbones.all()) {
      assertFalse(provider.description().isBlank());
      for (String name : provider.names()) {
        assertEquals(name, Backbones.named(name, 1).name());
        assertEquals(name, provider.find(name, 1).orElseThrow().name());
      }
    }
    assertTrue(Backbones.names().containsAll(List.of("resnet50", "wrn-28-2", "tiny-cnn")));
  }

  @Test
  void constructor_impossibleSizes_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> Backbones.named("resnet18", 0));
    assertThrows(IllegalArgumentException.class, () -> new TinyCnn(" ", 3));
  }

  @Test
  void zeroInitLastGamma_makesEveryBlockBeginAsItsShortcut() {
    ComputationGraph network =
        Backbones.named("resnet8-w4").zeroInitLastGamma(true).classifier(3, 1);
    Map<String, INDArray> all = network.feedForward(Nd4j.rand(2, 3, 8, 8), false);
    // The first block has an identity shortcut behind a ReLU.
    assertSameValues(all.get("bn1"), all.get("layer1.0"));
  }

  @Test
  void kaimingNormal_deviation_isThatOfTheFanOut() {
    ComputationGraph network = Backbones.named("resnet18").features(1);
    double deviation = network.getParam("layer4.0.conv2_W").stdNumber(true).doubleValue();
    assertEquals(Math.sqrt(2.0 / (512 * 9)), deviation, 1e-3);
  }

  @ParameterizedTest
  @CsvSource({"resnet14-w16, 16", "wrn-10-2, 16", "wrn-13-1, 32", "resnet18, 64", "resnet50, 64"})
  void inference_executorAndFolded_equalDl4jsOwnLoop(String name, int size) {
    ComputationGraph network = Backbones.named(name).classifier(5, 1);
    GraphExecutor executor = new GraphExecutor(network);
    for (int i = 0; i < 3; i++) {
      executor.forward(true, Nd4j.randn(4, 3, size, size)); // statistics that fit
    }
    INDArray x = Nd4j.randn(3, 3, size, size);
    INDArray expected = network.outputSingle(x);
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    INDArray executed = executor.forward(false, x)[0];
    assertClose(expected, executed, 1e-5 * scale);
    if (Backend.layersReachOneDnn()) {
      FoldedNetwork folded = FoldedNetwork.of(network);
      assertNotNull(folded, "our own backbones can be planned");
      INDArray output = folded.run(x)[0];
      assertClose(expected, output, 1e-5 * scale);
    }
  }

  @Test
  void default_onLinuxX86_isOneDnn() {
    assumeTrue(Nd4j.getEnvironment().isCPU(), "another backend");
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "natives with oneDNN are checked on Linux x86-64");
    assertTrue(Backend.layersReachOneDnn());
    assertTrue(Backend.describe().contains("ND4J with oneDNN"), Backend.describe());
  }

  @Test
  @Tag("gpu")
  void step_onCudaDevice_runs() {
    assumeTrue(!Nd4j.getEnvironment().isCPU(), "no CUDA device: build with -Pcuda on one");
    ComputationGraph network = Backbones.named("resnet8-w4").classifier(3, 1);
    GraphExecutor executor = new GraphExecutor(network);
    INDArray logits = executor.forward(true, Nd4j.randn(4, 3, 8, 8))[0];
    executor.backward(logits.dup());
    assertTrue(network.getFlattenedGradients().amaxNumber().doubleValue() > 0);
  }
}
