package dev.eman.benchmarks.network;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.UnknownFieldSet;
import org.nd4j.shade.protobuf.UnknownFieldSet.Field;

/**
 * Reads an ONNX model by the field numbers of ONNX's specification, without the schema's classes,
 * and computes it with plain loops.
 */
final class OnnxInterpreter {
  private final UnknownFieldSet model;
  private final Map<String, Tensor> values = new HashMap<>();

  /** Values in c order. */
  record Tensor(long[] shape, double[] data) {
    int size(int dimension) {
      return (int) shape[dimension];
    }
  }

  OnnxInterpreter(Path file) throws IOException {
    model = UnknownFieldSet.parseFrom(Files.readAllBytes(file));
  }

  long irVersion() {
    return model.getField(1).getVarintList().get(0);
  }

  long opset() throws IOException {
    return message(model, 8).getField(2).getVarintList().get(0);
  }

  /** Name and dimensions of the graph's input (11) or output (12). */
  String value(int field) throws IOException {
    UnknownFieldSet info = message(message(model, 7), field);
    UnknownFieldSet type = message(message(info, 2), 1);
    List<Long> sizes = new ArrayList<>();
    for (ByteString d : message(type, 2).getField(1).getLengthDelimitedList()) {
      sizes.add(UnknownFieldSet.parseFrom(d).getField(1).getVarintList().get(0));
    }
    return text(info, 1) + " " + sizes + " of type " + type.getField(1).getVarintList().get(0);
  }

  /** The graph's output for an input. */
  Tensor run(Tensor images) throws IOException {
    UnknownFieldSet graph = message(model, 7);
    values.put(text(message(graph, 11), 1), images);
    for (ByteString bytes : graph.getField(5).getLengthDelimitedList()) {
      UnknownFieldSet tensor = UnknownFieldSet.parseFrom(bytes);
      values.put(text(tensor, 8), initializer(tensor));
    }
    for (ByteString bytes : graph.getField(1).getLengthDelimitedList()) {
      UnknownFieldSet node = UnknownFieldSet.parseFrom(bytes);
      values.put(text(node, 2), compute(node));
    }
    return values.get(text(message(graph, 12), 1));
  }

  private static Tensor initializer(UnknownFieldSet tensor) throws IOException {
    if (tensor.getField(2).getVarintList().get(0) != 1) {
      throw new IOException("not float32");
    }
    var floats =
        tensor
            .getField(9)
            .getLengthDelimitedList()
            .get(0)
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    double[] data = new double[floats.remaining()];
    for (int i = 0; i < data.length; i++) {
      data[i] = floats.get();
    }
    return new Tensor(wholes(tensor.getField(1)), data);
  }

  private Tensor compute(UnknownFieldSet node) throws IOException {
    List<Tensor> in = new ArrayList<>();
    for (ByteString name : node.getField(1).getLengthDelimitedList()) {
      in.add(values.get(name.toStringUtf8()));
    }
    Map<String, Field[]> attributes = new HashMap<>();
    for (ByteString bytes : node.getField(5).getLengthDelimitedList()) {
      UnknownFieldSet a = UnknownFieldSet.parseFrom(bytes);
      attributes.put(
          text(a, 1), new Field[] {a.getField(2), a.getField(3), a.getField(8), a.getField(20)});
    }
    Tensor x = in.get(0);
    return switch (text(node, 4)) {
      case "Conv" -> window(x, in.get(1), attributes);
      case "MaxPool" -> window(x, null, attributes);
      case "BatchNormalization" -> normalized(x, in, real(attributes, "epsilon"));
      case "Relu" -> leaky(x, 0);
      case "LeakyRelu" -> leaky(x, real(attributes, "alpha"));
      case "Add" -> added(x, in.get(1));
      case "GlobalAveragePool" -> averaged(x);
      case "Flatten" -> new Tensor(new long[] {x.shape()[0], x.shape()[1]}, x.data());
      case "Gemm" -> product(x, in.get(1), in.get(2), attributes.get("transB"));
      default -> throw new IOException("unknown operation " + text(node, 4));
    };
  }

  /** A convolution, or without weights the maximum of each window. */
  private static Tensor window(Tensor x, Tensor w, Map<String, Field[]> attributes)
      throws IOException {
    int k = (int) wholes(attributes.get("kernel_shape")[2])[0];
    int stride = (int) wholes(attributes.get("strides")[2])[0];
    int pad = (int) wholes(attributes.get("pads")[2])[0];
    int out = (x.size(2) + 2 * pad - k) / stride + 1;
    int channels = w == null ? x.size(1) : w.size(0);
    double[] y = new double[x.size(0) * channels * out * out];
    int at = 0;
    for (int n = 0; n < x.size(0); n++) {
      for (int c = 0; c < channels; c++) {
        for (int i = 0; i < out; i++) {
          for (int j = 0; j < out; j++) {
            y[at++] =
                w == null
                    ? maximum(x, n, c, i * stride - pad, j * stride - pad, k)
                    : sum(x, w, n, c, i * stride - pad, j * stride - pad, k);
          }
        }
      }
    }
    return new Tensor(new long[] {x.size(0), channels, out, out}, y);
  }

  private static double maximum(Tensor x, int n, int c, int top, int left, int k) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = Math.max(top, 0); i < Math.min(top + k, x.size(2)); i++) {
      for (int j = Math.max(left, 0); j < Math.min(left + k, x.size(3)); j++) {
        max = Math.max(max, pixel(x, n, c, i, j));
      }
    }
    return max;
  }

  private static double sum(Tensor x, Tensor w, int n, int o, int top, int left, int k) {
    double sum = 0;
    for (int c = 0; c < x.size(1); c++) {
      for (int i = Math.max(top, 0); i < Math.min(top + k, x.size(2)); i++) {
        for (int j = Math.max(left, 0); j < Math.min(left + k, x.size(3)); j++) {
          sum += pixel(x, n, c, i, j) * pixel(w, o, c, i - top, j - left);
        }
      }
    }
    return sum;
  }

  private static double pixel(Tensor x, int n, int c, int i, int j) {
    return x.data()[((n * x.size(1) + c) * x.size(2) + i) * x.size(3) + j];
  }

  private static Tensor normalized(Tensor x, List<Tensor> in, double eps) {
    int plane = x.size(2) * x.size(3);
    double[] y = new double[x.data().length];
    for (int i = 0; i < y.length; i++) {
      int c = i / plane % x.size(1);
      double deviation = Math.sqrt(in.get(4).data()[c] + eps);
      y[i] =
          in.get(1).data()[c] * (x.data()[i] - in.get(3).data()[c]) / deviation
              + in.get(2).data()[c];
    }
    return new Tensor(x.shape(), y);
  }

  private static Tensor leaky(Tensor x, double slope) {
    double[] y = x.data().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] = y[i] > 0 ? y[i] : slope * y[i];
    }
    return new Tensor(x.shape(), y);
  }

  private static Tensor added(Tensor a, Tensor b) {
    double[] y = a.data().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] += b.data()[i];
    }
    return new Tensor(a.shape(), y);
  }

  private static Tensor averaged(Tensor x) {
    int plane = x.size(2) * x.size(3);
    double[] y = new double[x.data().length / plane];
    for (int i = 0; i < x.data().length; i++) {
      y[i / plane] += x.data()[i] / plane;
    }
    return new Tensor(new long[] {x.shape()[0], x.shape()[1], 1, 1}, y);
  }

  private static Tensor product(Tensor x, Tensor w, Tensor b, Field[] transposed)
      throws IOException {
    if (transposed == null || transposed[1].getVarintList().get(0) != 1) {
      throw new IOException("expected transB");
    }
    double[] y = new double[x.size(0) * w.size(0)];
    for (int i = 0; i < y.length; i++) {
      int row = i / w.size(0);
      int out = i % w.size(0);
      y[i] = b.data()[out];
      for (int k = 0; k < w.size(1); k++) {
        y[i] += x.data()[row * w.size(1) + k] * w.data()[out * w.size(1) + k];
      }
    }
    return new Tensor(new long[] {x.shape()[0], w.shape()[0]}, y);
  }

  private static double real(Map<String, Field[]> attributes, String name) {
    return Float.intBitsToFloat(attributes.get(name)[0].getFixed32List().get(0));
  }

  private static UnknownFieldSet message(UnknownFieldSet of, int field) throws IOException {
    return UnknownFieldSet.parseFrom(of.getField(field).getLengthDelimitedList().get(0));
  }

  private static String text(UnknownFieldSet of, int field) {
    return of.getField(field).getLengthDelimitedList().get(0).toStringUtf8();
  }

  /** Whole numbers, packed or not. */
  private static long[] wholes(Field field) throws IOException {
    List<Long> found = new ArrayList<>(field.getVarintList());
    for (ByteString packed : field.getLengthDelimitedList()) {
      CodedInputStream in = packed.newCodedInput();
      while (!in.isAtEnd()) {
        found.add(in.readRawVarint64());
      }
    }
    return found.stream().mapToLong(Long::longValue).toArray();
  }
}
