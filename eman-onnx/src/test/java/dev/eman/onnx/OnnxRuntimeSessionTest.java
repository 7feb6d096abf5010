package dev.eman.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxSession;
import java.util.List;
import onnx.Onnx.GraphProto;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class OnnxRuntimeSessionTest {
  private static OnnxEngine engine;

  @BeforeAll
  static void findRuntime() {
    engine = Runtime.engine();
  }

  private static OnnxSession open(GraphProto.Builder graph) {
    return engine.open(SmallModels.model(graph).build().toByteArray(), "model");
  }

  private static float[] values(INDArray array) {
    return array.dup('c').castTo(DataType.FLOAT).data().asFloat();
  }

  @Test
  void run_viewsAndPermutedArrays_areTakenInTheirOrder() {
    INDArray pixels = SmallModels.pixels(4, 3, 8);
    INDArray large = SmallModels.pixels(2, 3, 10);
    try (OnnxSession session = open(SmallModels.flat())) {
      for (INDArray images :
          List.of(
              pixels,
              pixels.permute(0, 2, 3, 1).dup('c').permute(0, 3, 1, 2),
              pixels.permute(0, 1, 3, 2),
              pixels.dup('f'),
              pixels.get(NDArrayIndex.interval(0, 2)),
              pixels.get(NDArrayIndex.interval(2, 4)),
              large.get(
                  NDArrayIndex.all(),
                  NDArrayIndex.all(),
                  NDArrayIndex.interval(0, 8),
                  NDArrayIndex.interval(2, 10)))) {
        assertArrayEquals(values(images), values(session.run("x", images, "y")));
      }
    }
  }

  @Test
  void run_bytesPermutedFromChannelsFirst_areTakenInTheirOrder() {
    INDArray images = SmallModels.pixels(1, 3, 4).castTo(DataType.UINT8).permute(0, 2, 3, 1);
    try (OnnxSession session = open(SmallModels.bytes())) {
      assertArrayEquals(values(images), values(session.run("x", images, "y")));
    }
  }

  /** Their bits would be read as other numbers. */
  @Test
  void run_otherTypes_areAMistake() {
    try (OnnxSession session = open(SmallModels.flat())) {
      for (DataType type : List.of(DataType.INT32, DataType.DOUBLE, DataType.INT8)) {
        INDArray images = Nd4j.ones(type, 2, 3, 8, 8);
        IllegalArgumentException e =
            assertThrows(
                IllegalArgumentException.class, () -> session.run("x", images, "y"), type::name);
        assertEquals(
            "model: input x: expected float32 or uint8 values, got " + type + "; castTo changes it",
            e.getMessage());
      }
    }
  }

  @Test
  void close_twice_isOnce() {
    OnnxSession session = open(SmallModels.flat());
    session.close();
    session.close();
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class, () -> session.run("x", SmallModels.pixels(1, 3, 8), "y"));
    assertEquals("model: expected an open model, it was closed", e.getMessage());
  }
}
