package dev.eman.core.nn.exec;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.internal.NativeBuffer;
import dev.eman.core.internal.NativeFloats;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.kernel.ChannelsLast;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.PoolingGeometry;
import dev.eman.core.nn.kernel.onednn.DnnlOp;
import dev.eman.core.nn.kernel.onednn.OneDnn;
import dev.eman.core.nn.kernel.onednn.OneDnnConvolution;
import dev.eman.core.nn.kernel.onednn.OneDnnKernels;
import dev.eman.core.nn.layer.ConvolutionLayerImpl;
import dev.eman.core.nn.layer.NormalizationLayerImpl;
import dev.eman.core.nn.layer.NormalizationParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A {@link FoldedNetwork} for one input shape and one thread: primitives and as few activation
 * buffers as lifetimes allow. The batch goes through it in {@link BatchSegments}.
 */
final class FoldedProgram {
  private interface Step {
    void run();
  }

  /** What a node computes, apart from where its arrays are. */
  private interface Operation {
    /** The operation on these arrays, of as many images as a part has. */
    Step on(INDArray x, @Nullable INDArray other, INDArray y);
  }

  /**
   * A node's output.
   *
   * @param array of the whole batch, or of one part after the other
   * @param whole whether it is of the whole batch
   */
  private record Value(INDArray array, boolean whole) {
    /** The images from {@code first} on. */
    INDArray part(long first, int images) {
      if (!whole || images == array.size(0)) {
        return array;
      }
      INDArrayIndex[] all = new INDArrayIndex[array.rank()];
      Arrays.fill(all, NDArrayIndex.all());
      all[0] = NDArrayIndex.interval(first, first + images);
      return array.get(all);
    }
  }

  /** Weights, and what this thread brings them into their layout by. */
  private record Folding(FoldedWeights weights, DnnlOp pack) {}

  private final FoldedNetwork network;
  private final OneDnn context = OneDnn.context();
  private final List<Step> steps = new ArrayList<>();
  private final List<Folding> foldings = new ArrayList<>();
  private final Value[] values;
  private final INDArray[] results;
  private final Value input;
  private final BufferLifetimes memory;
  private final OneDnnKernels kernels = OneDnnKernels.INSTANCE;
  private long foldedVersion = -1;

  FoldedProgram(FoldedNetwork network, long[] inputShape) {
    this(network, inputShape, BatchSegments.CACHED);
  }

  /**
   * @param cached see {@link BatchSegments#of}
   */
  FoldedProgram(FoldedNetwork network, long[] inputShape, long cached) {
    this.network = network;
    this.values = new Value[network.nodes().size()];
    long n = inputShape[0];
    long c = inputShape[1];
    long h = inputShape[2];
    long w = inputShape[3];
    this.memory = new BufferLifetimes(network);
    try {
      NativeBuffer images = memory.allocate(n * c * h * w * Float.BYTES);
      this.input =
          new Value(ChannelsLast.view(images.asArray(DataType.FLOAT, 'c', n, h, w, c)), true);
      for (BatchSegments.Segment segment : BatchSegments.of(network, inputShape, cached)) {
        build(segment, n, memory);
      }
      this.results =
          network.outputs().stream().map(o -> values[o].array()).toArray(INDArray[]::new);
    } catch (Throwable e) { // An input that does not fit, or too little memory: keep none of it.
      memory.close();
      throw e;
    }
  }

  /** Its primitives share the scratchpad of the thread that built it with that thread's others. */
  boolean belongsToThisThread() {
    return context == OneDnn.context();
  }

  /** Frees its memory, that of its last results included; it must not run again. */
  void close() {
    memory.close();
  }

  /** The convolutions' weights, in their order. */
  List<FoldedWeights> weights() {
    return foldings.stream().map(Folding::weights).toList();
  }

  INDArray[] run(INDArray in) {
    if (foldedVersion != network.version()) {
      for (Folding folding : foldings) {
        folding.weights().fold(network.version(), context, folding.pack());
      }
      foldedVersion = network.version();
    }
    kernels.copy(in, input.array());
    for (Step step : steps) {
      step.run();
    }
    return results;
  }

  /** All nodes of a segment for the first part of the batch, then for the second, and so on. */
  private void build(BatchSegments.Segment segment, long batch, BufferLifetimes lifetimes) {
    List<Operation> operations = new ArrayList<>();
    boolean inParts = segment.images() < batch;
    for (int i = segment.from(); i < segment.to(); i++) {
      lifetimes.beginNode(i);
      operations.add(plan(i, segment, batch, lifetimes));
      lifetimes.endNode(i, inParts, node -> !inParts || !values[node].whole());
    }
    lifetimes.endSegment(segment.to() - 1);
    for (long first = 0; first < batch; first += segment.images()) {
      for (int i = segment.from(); i < segment.to(); i++) {
        FoldedNetwork.Node node = network.nodes().get(i);
        int other = node.kind() == FoldedNetwork.Kind.ADD ? node.inputs().get(1) : node.addend();
        steps.add(
            operations
                .get(i - segment.from())
                .on(
                    value(node.inputs().get(0)).part(first, segment.images()),
                    other == FoldedNetwork.NONE ? null : value(other).part(first, segment.images()),
                    values[i].part(first, segment.images())));
      }
    }
  }

  private Value value(int node) {
    return node == FoldedNetwork.NETWORK_INPUT ? input : values[node];
  }

  /** A channels-last array, in freed memory where there is some. */
  private static INDArray image(
      long n, long c, long h, long w, boolean whole, BufferLifetimes lifetimes) {
    NativeBuffer memory = lifetimes.take(n * c * h * w * Float.BYTES, !whole);
    return ChannelsLast.view(memory.asArray(DataType.FLOAT, 'c', n, h, w, c));
  }

  /** Decides where a node's output is, and prepares what computes it. */
  private Operation plan(
      int index, BatchSegments.Segment segment, long batch, BufferLifetimes lifetimes) {
    FoldedNetwork.Node node = network.nodes().get(index);
    int images = segment.images();
    boolean whole = images == batch || lifetimes.readBehind(index, segment.to());
    long n = whole ? batch : images;
    INDArray x = value(node.inputs().get(0)).array();
    switch (node.kind()) {
      case CONVOLUTION -> {
        return convolution(index, images, n, whole, lifetimes);
      }
      case POOLING -> {
        Pooling conf = (Pooling) layer(node).conf().getLayer();
        PoolingGeometry g = conf.geometry(images, x.size(1), x.size(2), x.size(3));
        INDArray y = image(n, g.c(), g.outHeight(), g.outWidth(), whole, lifetimes);
        boolean features = conf.getKind() == Pooling.Kind.GLOBAL_AVERAGE;
        values[index] = new Value(features ? y.reshape('c', n, g.c()) : y, whole);
        return (from, other, to) -> {
          INDArray map = features ? to.reshape('c', images, g.c(), 1, 1) : to;
          return () -> kernels.pool(g, from, map, null);
        };
      }
      case LINEAR -> {
        return linear(index, n, whole, lifetimes);
      }
      case NORMALIZATION -> {
        ((NormalizationLayerImpl) layer(node)).checkInput(x);
        values[index] = new Value(like(x, n, whole, lifetimes), whole);
        return normalization(node);
      }
      case RELU -> {
        values[index] = new Value(like(x, n, whole, lifetimes), whole);
        return (from, other, to) -> () -> kernels.relu(from, node.slope(), to);
      }
      default -> {
        checkAddend(node, value(node.inputs().get(1)).array(), ofOneImage(x));
        values[index] = new Value(like(x, n, whole, lifetimes), whole);
        return (from, other, to) -> () -> kernels.add(from, given(other), node.slope() == 0, to);
      }
    }
  }

  private static long[] ofOneImage(INDArray x) {
    return Arrays.copyOfRange(x.shape(), 1, x.rank());
  }

  private static void checkAddend(FoldedNetwork.Node node, INDArray addend, long... shape) {
    checkArgument(
        Arrays.equals(ofOneImage(addend), shape),
        "vertex \"%s\": expected two inputs of one shape, got, of each image, %s and %s",
        node.name(),
        Arrays.toString(shape),
        Arrays.toString(ofOneImage(addend)));
  }

  private static INDArray given(@Nullable INDArray addend) {
    if (addend == null) {
      throw new IllegalStateException("an addition of one array");
    }
    return addend;
  }

  private static INDArray like(INDArray x, long n, boolean whole, BufferLifetimes lifetimes) {
    if (x.rank() == 4) {
      return image(n, x.size(1), x.size(2), x.size(3), whole, lifetimes);
    }
    return lifetimes
        .take(n * x.size(1) * Float.BYTES, !whole)
        .asArray(DataType.FLOAT, 'c', n, x.size(1));
  }

  static Layer layer(FoldedNetwork.Node node) {
    Layer layer = node.layer();
    if (layer == null) {
      throw new IllegalStateException(node.name() + " has no layer");
    }
    return layer;
  }

  private Operation normalization(FoldedNetwork.Node node) {
    Layer layer = layer(node);
    double eps = ((EmanBatchNormalization) layer.conf().getLayer()).getEps();
    INDArray gamma = layer.getParam(NormalizationParameters.GAMMA);
    INDArray beta = layer.getParam(NormalizationParameters.BETA);
    INDArray mean = layer.getParam(NormalizationParameters.MEAN);
    INDArray variance = layer.getParam(NormalizationParameters.VARIANCE);
    double slope = Double.isNaN(node.slope()) ? 1 : node.slope();
    return (x, other, y) ->
        () -> kernels.normalizeWithStored(x, gamma, beta, mean, variance, eps, slope, y);
  }

  private Operation linear(int index, long n, boolean whole, BufferLifetimes lifetimes) {
    FoldedNetwork.Node node = network.nodes().get(index);
    DenseLayer conf = (DenseLayer) layer(node).conf().getLayer();
    INDArray x = value(node.inputs().get(0)).array();
    checkArgument(
        x.rank() == 2 && x.size(1) == conf.getNIn(),
        "layer \"%s\": expected input [N, %s], got %s",
        node.name(),
        conf.getNIn(),
        Arrays.toString(x.shape()));
    INDArray w = layer(node).getParam("W"); // [in, out] in f order: [out, in] in c order
    INDArray b = conf.hasBias() ? layer(node).getParam("b") : null;
    INDArray array =
        lifetimes
            .take(n * conf.getNOut() * Float.BYTES, !whole)
            .asArray(DataType.FLOAT, 'c', n, conf.getNOut());
    values[index] = new Value(array, whole);
    FoldedLinear linear = new FoldedLinear(context, conf.getNIn(), conf.getNOut(), w, b, lifetimes);
    return (from, other, to) -> linear.on(from, to)::run;
  }

  private Operation convolution(
      int index, int images, long n, boolean whole, BufferLifetimes lifetimes) {
    FoldedNetwork.Node node = network.nodes().get(index);
    INDArray x = value(node.inputs().get(0)).array();
    ((ConvolutionLayerImpl) layer(node)).checkInput(x);
    Convolution conf = (Convolution) layer(node).conf().getLayer();
    ConvolutionGeometry g = conf.geometry(images, x.size(2), x.size(3));
    boolean add = node.addend() != FoldedNetwork.NONE;
    if (add) {
      checkAddend(node, value(node.addend()).array(), g.k(), g.outHeight(), g.outWidth());
    }
    // In place only where the convolution does not itself read what it would overwrite.
    if (add
        && lifetimes.endsAt(node.addend(), index)
        && !node.inputs().contains(node.addend())
        && value(node.addend()).whole() == whole) {
      values[index] = value(node.addend());
      lifetimes.inherit(index, node.addend());
    } else {
      values[index] =
          new Value(image(n, g.k(), g.outHeight(), g.outWidth(), whole, lifetimes), whole);
    }
    OneDnnConvolution.Fused fused = OneDnnConvolution.fused(context, g, add, node.slope());
    FoldedWeights folded = network.weights(index, g, fused.layout());
    foldings.add(new Folding(folded, fused.pack()));
    return (from, addend, to) -> {
      boolean copies = addend != null && !NativeFloats.sameMemory(addend, to);
      return () -> {
        if (copies) {
          kernels.copy(given(addend), to);
        }
        fused.op().run(from, folded.packed(), to, folded.bias());
      };
    };
  }
}
