package dev.eman.core.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WideResNetTest extends BackboneContractTest {
  @Override
  protected BackboneProvider provider() {
    return new WideResNetProvider();
  }

  @Override
  protected List<String> backbones() {
    return List.of("wrn-10-1", "wrn-16-2", "wrn-13-1");
  }

  /** Three groups for small images; four, of which the first halves too, for larger ones. */
  @ParameterizedTest
  @CsvSource({
    "wrn-16-2, block1.1, 32, 32",
    "wrn-16-2, block3.1, 128, 8",
    "wrn-13-1, block1.0, 16, 16",
    "wrn-21-1, block4.1, 128, 2"
  })
  void groups_ofImagesOf32_haveTheseWidthsAndSizes(
      String name, String vertex, int channels, int side) {
    Map<String, INDArray> activations =
        Backbones.named(name).features(1).feedForward(Nd4j.rand(1, 3, 32, 32), false);
    INDArray output = activations.get(vertex);
    assertArrayEquals(new long[] {1, channels, side, side}, output.shape());
  }
}
