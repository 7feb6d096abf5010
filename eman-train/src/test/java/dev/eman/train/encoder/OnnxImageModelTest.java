package dev.eman.train.encoder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import dev.eman.train.encoder.EncoderOptions.Normalization;
import dev.eman.weights.onnx.OnnxSession;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OnnxImageModelTest {
  /** Gives each image's channels, and notes how many it was given at a time. */
  private static final class Session implements OnnxSession {
    private final List<Long> batches = new ArrayList<>();
    private final long batch;

    /**
     * A session.
     *
     * @param batch -1 for any
     */
    Session(long batch) {
      this.batch = batch;
    }

    @Override
    public ImmutableList<Value> inputs() {
      return ImmutableList.of(
          new Value("x", ElementType.FLOAT32, "FLOAT", ImmutableLongArray.of(batch, 3, -1, -1)));
    }

    @Override
    public ImmutableList<Value> outputs() {
      return ImmutableList.of(
          new Value("y", ElementType.FLOAT32, "FLOAT", ImmutableLongArray.of(batch, 3)));
    }

    @Override
    public ImmutableMap<String, String> metadata() {
      return ImmutableMap.of();
    }

    @Override
    public INDArray run(String input, INDArray values, String output) {
      batches.add(values.size(0));
      return values.mean(2, 3);
    }

    @Override
    public void close() {}
  }

  @Test
  void rows_imagesPermutedFromChannelsLast_areOfTheirChannels() {
    INDArray channelsLast = Nd4j.createFromArray(10f, 20, 30).reshape(1, 1, 1, 3).dup();
    INDArray images = Nd4j.tile(channelsLast, 2, 4, 4, 1).permute(0, 3, 1, 2);
    EncoderOptions options = new EncoderOptions(4, null, Normalization.parse("pixels"), null, null);
    try (OnnxImageModel model = OnnxImageModel.of("model", new Session(-1), options)) {
      INDArray expected = Nd4j.createFromArray(new float[][] {{10, 20, 30}, {10, 20, 30}});
      assertEquals(expected, model.rows(images));
    }
  }

  /** A model's own number of images is kept, whatever the size. */
  @ParameterizedTest
  @CsvSource({"-1, 16, 66, 64, 2", "-1, 800, 3, 2, 1", "-1, 1024, 2, 1, 1", "2, 1024, 3, 2, 2"})
  void rows_largerImages_areFewerAtATime(
      long ofModel, int size, int images, long first, long second) {
    Session session = new Session(ofModel);
    EncoderOptions options =
        new EncoderOptions(size, null, Normalization.parse("pixels"), null, null);
    try (OnnxImageModel model = OnnxImageModel.of("model", session, options)) {
      assertEquals(images, model.rows(Nd4j.create(images, 3, size, size)).size(0));
    }
    assertEquals(List.of(first, second), session.batches);
  }
}
