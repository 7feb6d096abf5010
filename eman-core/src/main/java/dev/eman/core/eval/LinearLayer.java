package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.internal.NativeFloats;
import dev.eman.core.nn.MatrixProducts;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A linear classifier of features: {@code logits = x W + b}.
 *
 * @param weights W, float32 {@code [F, K]}
 * @param bias b, float32 {@code [1, K]}
 */
public record LinearLayer(INDArray weights, INDArray bias) {
  /** Elements that are held on the heap at once. */
  private static final int BLOCK = 4096;

  /** Checks the shapes. */
  public LinearLayer {
    checkArgument(
        weights.rank() == 2
            && weights.dataType() == DataType.FLOAT
            && bias.dataType() == DataType.FLOAT
            && Arrays.equals(bias.shape(), new long[] {1, weights.size(1)}),
        "linear layer: expected [F, K] and [1, K] of FLOAT, got %s of %s and %s of %s",
        Arrays.toString(weights.shape()),
        weights.dataType(),
        Arrays.toString(bias.shape()),
        bias.dataType());
  }

  /** F, the number of features. */
  public int features() {
    return (int) weights.size(0);
  }

  /** K, the number of classes. */
  public int classes() {
    return (int) weights.size(1);
  }

  /**
   * Computes the logits.
   *
   * @param features {@code [N, F]}, float32; read
   * @return {@code [N, K]}, a new row-major array
   */
  public INDArray logits(INDArray features) {
    INDArray logits = MatrixProducts.of(features, weights);
    if (Nd4j.getEnvironment().isCPU()) {
      addToRows(bias, logits);
    } else {
      logits.addi(bias);
    }
    return logits;
  }

  /** ND4J's own adds a row with all threads, and waits for them where others use the processor. */
  private static void addToRows(INDArray row, INDArray matrix) {
    int width = (int) row.length();
    int rows = Math.max(1, BLOCK / width);
    float[] added = new float[width];
    float[] block = new float[rows * width];
    NativeFloats floats = NativeFloats.current();
    floats.read(row.stride(1) == 1 ? row : row.dup('c'), added, width);
    long length = matrix.length();
    for (long at = 0; at < length; at += block.length) {
      int count = (int) Math.min(block.length, length - at);
      floats.read(matrix, at, block, count);
      for (int i = 0; i < count; i += width) {
        for (int k = 0; k < width; k++) {
          block[i + k] += added[k];
        }
      }
      floats.write(block, count, matrix, at);
    }
  }

  /** Evaluates the classifier. */
  public Evaluation evaluate(Features test) {
    Evaluation evaluation = new Evaluation(classes());
    int block = 4096;
    for (int at = 0; at < test.labels().length(); at += block) {
      int end = Math.min(test.labels().length(), at + block);
      INDArray rows = test.values().get(NDArrayIndex.interval(at, end), NDArrayIndex.all());
      float[] logits = logits(rows).data().asFloat();
      ImmutableIntArray labels = test.labels().subArray(at, end);
      for (int i = 0; i < labels.length(); i++) {
        evaluation.add(logits, i, labels.get(i));
      }
    }
    return evaluation;
  }

  /**
   * The classifier of features x that gives what this one gives for {@code (x - shift) * scale}.
   *
   * @param shift float32 {@code [1, F]}; read
   * @param scale float32 {@code [1, F]}; read
   * @return a new one, computed in float64
   */
  public LinearLayer after(INDArray shift, INDArray scale) {
    INDArray scaled = weights.castTo(DataType.DOUBLE);
    INDArray factors = scale.castTo(DataType.DOUBLE).reshape(features(), 1);
    scaled = scaled.mul(factors.broadcast(features(), classes()));
    INDArray moved = shift.castTo(DataType.DOUBLE).mmul(scaled);
    return new LinearLayer(
        scaled.castTo(DataType.FLOAT),
        bias.castTo(DataType.DOUBLE).sub(moved).castTo(DataType.FLOAT));
  }
}
