package dev.eman.core.nn.exec;

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
import dev.eman.core.nn.kernel.onednn.OneDnnLinear;
import dev.eman.core.nn.layer.ConvolutionParameters;
import dev.eman.core.nn.layer.NormalizationParameters;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@link FoldedNetwork} for one input shape and one thread: primitives, folded weights in
 * oneDNN's layout, and as few activation buffers as lifetimes allow.
 */
final class FoldedProgram {
  private interface Step {
    void run();
  }

  /** Folds one layer's weights again. */
  private interface Refold {
    void run();
  }

  private final FoldedNetwork network;
  private final OneDnn context = OneDnn.context();
  private final List<Step> steps = new ArrayList<>();
  private final List<Refold> refolds = new ArrayList<>();
  private final INDArray[] values;
  private final INDArray[] results;
  private final INDArray input;
  private final OneDnnKernels kernels = OneDnnKernels.INSTANCE;
  private long foldedVersion = -1;

  /** One output channel's weights on their way through {@link #fold}. */
  private float[] row = new float[0];

  FoldedProgram(FoldedNetwork network, long[] inputShape) {
    this.network = network;
    this.values = new INDArray[network.nodes().size()];
    this.input = image(inputShape[0], inputShape[1], inputShape[2], inputShape[3], null);
    BufferLifetimes lifetimes = new BufferLifetimes(network);
    for (int i = 0; i < values.length; i++) {
      FoldedNetwork.Node node = network.nodes().get(i);
      lifetimes.beginNode(i);
      values[i] = build(i, node, lifetimes);
      lifetimes.endNode(i);
    }
    this.results = network.outputs().stream().map(o -> values[o]).toArray(INDArray[]::new);
  }

  /** Its primitives share the scratchpad of the thread that built it with that thread's others. */
  boolean belongsToThisThread() {
    return context == OneDnn.context();
  }

  INDArray[] run(INDArray in) {
    if (foldedVersion != network.version()) {
      refolds.forEach(Refold::run);
      foldedVersion = network.version();
    }
    kernels.copy(in, input);
    for (Step step : steps) {
      step.run();
    }
    return results;
  }

  private INDArray value(int node) {
    return node == FoldedNetwork.NETWORK_INPUT ? input : values[node];
  }

  /** A channels-last array, in freed memory where there is some. */
  private static INDArray image(
      long n, long c, long h, long w, @Nullable BufferLifetimes lifetimes) {
    NativeBuffer memory =
        lifetimes == null
            ? NativeBuffer.allocate(n * c * h * w * Float.BYTES)
            : lifetimes.take(n * c * h * w * Float.BYTES);
    return ChannelsLast.view(memory.asArray(DataType.FLOAT, 'c', n, h, w, c));
  }

  private INDArray build(int index, FoldedNetwork.Node node, BufferLifetimes lifetimes) {
    INDArray x = value(node.inputs().get(0));
    return switch (node.kind()) {
      case CONVOLUTION -> convolution(index, node, x, lifetimes);
      case NORMALIZATION -> normalization(node, x, lifetimes);
      case RELU -> {
        INDArray y = like(x, lifetimes);
        steps.add(() -> kernels.relu(x, node.slope(), y));
        yield y;
      }
      case ADD -> {
        INDArray y = like(x, lifetimes);
        INDArray other = value(node.inputs().get(1));
        steps.add(() -> kernels.add(x, other, node.slope() == 0, y));
        yield y;
      }
      case POOLING -> pooling(node, x, lifetimes);
      case LINEAR -> linear(node, x, lifetimes);
    };
  }

  private static INDArray like(INDArray x, BufferLifetimes lifetimes) {
    if (x.rank() == 4) {
      return image(x.size(0), x.size(1), x.size(2), x.size(3), lifetimes);
    }
    return lifetimes
        .take(x.length() * Float.BYTES)
        .asArray(DataType.FLOAT, 'c', x.size(0), x.size(1));
  }

  private static Layer layer(FoldedNetwork.Node node) {
    Layer layer = node.layer();
    if (layer == null) {
      throw new IllegalStateException(node.name() + " has no layer");
    }
    return layer;
  }

  private INDArray normalization(FoldedNetwork.Node node, INDArray x, BufferLifetimes lifetimes) {
    INDArray y = like(x, lifetimes);
    Layer layer = layer(node);
    double eps = ((EmanBatchNormalization) layer.conf().getLayer()).getEps();
    INDArray gamma = layer.getParam(NormalizationParameters.GAMMA);
    INDArray beta = layer.getParam(NormalizationParameters.BETA);
    INDArray mean = layer.getParam(NormalizationParameters.MEAN);
    INDArray variance = layer.getParam(NormalizationParameters.VARIANCE);
    double slope = Double.isNaN(node.slope()) ? 1 : node.slope();
    steps.add(() -> kernels.normalizeWithStored(x, gamma, beta, mean, variance, eps, slope, y));
    return y;
  }

  private INDArray pooling(FoldedNetwork.Node node, INDArray x, BufferLifetimes lifetimes) {
    Pooling conf = (Pooling) layer(node).conf().getLayer();
    PoolingGeometry g = conf.geometry(x.size(0), x.size(1), x.size(2), x.size(3));
    INDArray y = image(g.n(), g.c(), g.outHeight(), g.outWidth(), lifetimes);
    steps.add(() -> kernels.pool(g, x, y, null));
    return conf.getKind() == Pooling.Kind.GLOBAL_AVERAGE ? y.reshape('c', g.n(), g.c()) : y;
  }

  private INDArray linear(FoldedNetwork.Node node, INDArray x, BufferLifetimes lifetimes) {
    DenseLayer conf = (DenseLayer) layer(node).conf().getLayer();
    INDArray w = layer(node).getParam("W"); // [in, out] in f order: [out, in] in c order
    INDArray b = conf.hasBias() ? layer(node).getParam("b") : null;
    long n = x.size(0);
    INDArray y =
        lifetimes
            .take(n * conf.getNOut() * Float.BYTES)
            .asArray(DataType.FLOAT, 'c', n, conf.getNOut());
    DnnlOp op = OneDnnLinear.forward(context, n, conf.getNIn(), conf.getNOut(), b != null);
    steps.add(() -> op.run(x, w, y, b));
    return y;
  }

  private INDArray convolution(
      int index, FoldedNetwork.Node node, INDArray x, BufferLifetimes lifetimes) {
    Convolution conf = (Convolution) layer(node).conf().getLayer();
    ConvolutionGeometry g = conf.geometry(x.size(0), x.size(2), x.size(3));
    INDArray addend = node.addend() == FoldedNetwork.NONE ? null : value(node.addend());
    INDArray y;
    // In place only where the convolution does not itself read what it would overwrite.
    if (addend != null
        && lifetimes.endsAt(node.addend(), index)
        && !node.inputs().contains(node.addend())) {
      y = addend;
      lifetimes.inherit(index, node.addend());
    } else {
      y = image(g.n(), g.k(), g.outHeight(), g.outWidth(), lifetimes);
      if (addend != null) {
        steps.add(() -> kernels.copy(addend, y));
      }
    }
    OneDnnConvolution.Fused fused =
        OneDnnConvolution.fused(context, g, addend != null, node.slope());
    INDArray packed = NativeBuffer.allocate(fused.packedBytes()).floats();
    INDArray bias = NativeBuffer.allocate(g.k() * Float.BYTES).floats();
    refolds.add(() -> fold(node, g, fused.pack(), packed, bias));
    steps.add(() -> fused.op().run(x, packed, y, bias));
    return y;
  }

  private void fold(
      FoldedNetwork.Node node, ConvolutionGeometry g, DnnlOp pack, INDArray packed, INDArray bias) {
    Layer convolution = layer(node);
    int channels = (int) g.k();
    int perChannel = (int) (g.c() * g.kernelHeight() * g.kernelWidth());
    NativeFloats memory = NativeFloats.current();
    float[] shift = new float[channels];
    if (((Convolution) convolution.conf().getLayer()).hasBias()) {
      memory.read(convolution.getParam(ConvolutionParameters.BIAS), shift, channels);
    }
    INDArray w = convolution.getParam(ConvolutionParameters.WEIGHT);
    Layer norm = node.normalization();
    if (norm == null) {
      memory.write(shift, channels, bias);
      pack.run(w, packed);
      return;
    }
    double eps = ((EmanBatchNormalization) norm.conf().getLayer()).getEps();
    float[] gamma = read(norm, NormalizationParameters.GAMMA, channels);
    float[] beta = read(norm, NormalizationParameters.BETA, channels);
    float[] mean = read(norm, NormalizationParameters.MEAN, channels);
    float[] variance = read(norm, NormalizationParameters.VARIANCE, channels);
    if (row.length < perChannel) {
      row = new float[perChannel];
    }
    INDArray scaled = context.weightsBuffer((long) channels * perChannel * Float.BYTES);
    for (int k = 0; k < channels; k++) {
      float scale = (float) (gamma[k] / Math.sqrt(variance[k] + eps));
      shift[k] = beta[k] + (shift[k] - mean[k]) * scale;
      long at = (long) k * perChannel;
      memory.read(w, at, row, perChannel);
      for (int i = 0; i < perChannel; i++) {
        row[i] *= scale;
      }
      memory.write(row, perChannel, scaled, at);
    }
    memory.write(shift, channels, bias);
    pack.run(scaled, packed);
  }

  private static float[] read(Layer layer, String parameter, int length) {
    float[] values = new float[length];
    NativeFloats.current().read(layer.getParam(parameter), values, length);
    return values;
  }
}
