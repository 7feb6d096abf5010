package dev.eman.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A network of a {@link Task} in libtorch, as a user would write it: eager operations, ReLUs and
 * residual additions in place. Activations are let go of after their last reader, as local
 * variables of C++ or Python are, so that libtorch keeps only what its backward pass needs.
 *
 * <p>Its tensors live as long as the process.
 */
final class LibtorchNetwork {
  private static final long[] ONE = {1, 1};

  private final boolean channelsLast;
  private final List<Operation> operations = new ArrayList<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private final List<Tensor> parameters = new ArrayList<>();
  private final List<Tensor> statistics = new ArrayList<>();
  private final TensorOptional none = new TensorOptional();

  /** One line of the network's text, with its tensors. */
  private record Operation(
      String kind, String name, String[] inputs, double[] numbers, List<Tensor> tensors) {
    int whole(int index) {
      return (int) numbers[index];
    }

    long[] square(int index) {
      return new long[] {whole(index), whole(index)};
    }

    TensorOptional optional(int index) {
      return new TensorOptional(tensors.get(index));
    }
  }

  /** Reads a network. */
  LibtorchNetwork(Task task, boolean channelsLast) throws IOException {
    this.channelsLast = channelsLast;
    try (FloatFile weights = task.weights()) {
      for (String line : Files.readAllLines(task.network())) {
        Operation o = operation(line);
        for (String input : o.inputs()) {
          readers.merge(input, 1, Integer::sum);
        }
        read(o, weights);
        operations.add(o);
      }
    }
  }

  private static Operation operation(String line) {
    String[] words = line.split(" ");
    double[] numbers = new double[words.length - 3];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Double.parseDouble(words[i + 3]);
    }
    return new Operation(words[0], words[1], words[2].split(","), numbers, new ArrayList<>());
  }

  private void read(Operation o, FloatFile weights) throws IOException {
    switch (o.kind()) {
      case "CONVOLUTION" -> parameter(o, weights, o.whole(0), o.whole(1), o.whole(2), o.whole(2));
      case "NORMALIZATION" -> {
        parameter(o, weights, o.whole(0));
        parameter(o, weights, o.whole(0));
        statistic(o, weights, o.whole(0));
        statistic(o, weights, o.whole(0));
      }
      case "LINEAR" -> {
        parameter(o, weights, o.whole(0), o.whole(1));
        parameter(o, weights, o.whole(0));
      }
      default -> {}
    }
  }

  private void parameter(Operation o, FloatFile weights, long... shape) throws IOException {
    Tensor tensor = tensor(weights, shape);
    tensor.set_requires_grad(true); // Its result belongs to the tensor.
    o.tensors().add(tensor);
    parameters.add(tensor);
  }

  private void statistic(Operation o, FloatFile weights, long... shape) throws IOException {
    Tensor tensor = tensor(weights, shape);
    o.tensors().add(tensor);
    statistics.add(tensor);
  }

  private Tensor tensor(FloatFile values, long... shape) throws IOException {
    Tensor tensor = tensorOf(values, shape);
    if (!channelsLast || shape.length != 4) {
      return tensor;
    }
    try (tensor) {
      return tensor.contiguous(torch.MemoryFormat.ChannelsLast);
    }
  }

  /** A tensor with the next values of a file. */
  static Tensor tensorOf(FloatFile values, long... shape) throws IOException {
    Tensor tensor = torch.empty(shape);
    long left = tensor.numel();
    float[] piece = new float[FloatFile.PIECE];
    try (FloatPointer data = tensor.data_ptr_float()) {
      for (long at = 0; left > 0; ) {
        int count = (int) Math.min(left, piece.length);
        values.next(piece, count);
        data.position(at).put(piece, 0, count);
        at += count;
        left -= count;
      }
    }
    return tensor;
  }

  /** What the optimiser moves. */
  TensorVector parameters() {
    return new TensorVector(parameters.toArray(new Tensor[0]));
  }

  /** Moves all tensors, statistics too, towards those of another network of the same kind. */
  void moveTowards(LibtorchNetwork student, double share) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard();
        Scalar weight = new Scalar(share)) {
      move(parameters, student.parameters, weight);
      move(statistics, student.statistics, weight);
    }
  }

  private static void move(List<Tensor> teacher, List<Tensor> student, Scalar weight) {
    for (int i = 0; i < teacher.size(); i++) {
      teacher.get(i).lerp_(student.get(i), weight);
    }
  }

  /**
   * The logits, in a scope of the caller's.
   *
   * @param images kept
   * @param training whether normalisation uses the batch and moves its statistics
   */
  Tensor forward(Tensor images, boolean training) {
    Map<String, Tensor> values = new HashMap<>();
    Map<String, Integer> left = new HashMap<>(readers);
    values.put("images", images);
    String last = "images";
    for (Operation o : operations) {
      Tensor result = apply(o, values, training);
      for (String input : o.inputs()) {
        if (left.merge(input, -1, Integer::sum) == 0) {
          Tensor read = values.remove(input);
          if (read != images && read != result) {
            read.close();
          }
        }
      }
      values.put(o.name(), result);
      last = o.name();
    }
    return values.get(last);
  }

  /**
   * The result of one operation. What libtorch returns of one in place is a reference into its
   * input, so that the input itself is the result.
   */
  private Tensor apply(Operation o, Map<String, Tensor> values, boolean training) {
    Tensor x = values.get(o.inputs()[0]);
    return switch (o.kind()) {
      case "CONVOLUTION" ->
          torch.conv2d(x, o.tensors().get(0), none, o.square(3), o.square(4), ONE, 1);
      case "NORMALIZATION" ->
          torch.batch_norm(
              x,
              o.optional(0),
              o.optional(1),
              o.optional(2),
              o.optional(3),
              training,
              o.numbers()[2],
              o.numbers()[1],
              false);
      case "RELU" -> {
        if (o.numbers()[0] == 0) {
          torch.relu_(x);
        } else {
          torch.leaky_relu_(x, new Scalar(o.numbers()[0]));
        }
        yield x;
      }
      case "MAX_POOL" -> torch.max_pool2d(x, o.square(0), o.square(1), o.square(2), ONE, false);
      case "ADD" -> {
        Tensor other = values.get(o.inputs()[1]);
        if (readers.get(o.inputs()[0]) > 1) {
          yield x.add(other);
        }
        x.add_(other);
        yield x;
      }
      case "GLOBAL_AVERAGE" -> torch.adaptive_avg_pool2d(x, 1, 1).flatten(1, -1);
      case "LINEAR" -> torch.linear(x, o.tensors().get(0), o.optional(1));
      default -> throw new IllegalArgumentException("unknown operation " + o.kind());
    };
  }
}
