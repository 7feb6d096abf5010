package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.NaiveConvolution;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What folded networks run beside {@link Kernels}, as {@link GuardedKernels}. */
final class GuardedInference {
  private static final double CLOSE = 2e-5;

  private final GuardedCall call;
  private final GuardedMemory memory;

  GuardedInference(GuardedCall call) {
    this.call = call;
    this.memory = call.memory();
  }

  /** A convolution with packed weights, bias and a fused sum or ReLU. */
  void convolution(ConvolutionGeometry g, boolean add, double slope) {
    memory.clear();
    SplittableRandom random = new SplittableRandom(g.hashCode());
    INDArray x = memory.image("input", g.n(), g.c(), g.h(), g.w());
    INDArray w = memory.vector("weights", g.k(), g.c(), g.kernelHeight(), g.kernelWidth());
    INDArray b = memory.strided("bias", new long[] {g.k()}, new long[] {1}, 0);
    INDArray y = memory.image("output", g.n(), g.k(), g.outHeight(), g.outWidth());
    float[] before = GuardedCall.random(random, y.length());
    memory.fill(x, GuardedCall.random(random, x.length()));
    memory.fill(w, GuardedCall.random(random, w.length()));
    memory.fill(b, GuardedCall.random(random, b.length()));
    double[] expected =
        new NaiveConvolution(
                g, memory.values(x), memory.values(w), memory.values(b), new double[before.length])
            .output();
    for (int i = 0; i < expected.length; i++) {
      expected[i] += add ? before[i] : 0;
      expected[i] *= expected[i] < 0 && !Double.isNaN(slope) ? slope : 1;
    }
    OneDnn context = OneDnn.context();
    OneDnnConvolution.Fused fused = OneDnnConvolution.fused(context, g, add, slope);
    INDArray packed = memory.bytes("packed weights", fused.layout().bytes());
    call.run("packing", () -> call.watch(fused.pack()).run(w, packed), packed);
    memory.poison(y);
    if (add) {
      memory.fill(y, before);
    }
    call.runInPlace("fused", () -> call.watch(fused.op()).run(x, packed, y, b), y);
    call.expect("fused", expected, y, CLOSE);
  }

  /** A linear layer. */
  void linear(int n, int in, int out, boolean withBias) {
    memory.clear();
    SplittableRandom random = new SplittableRandom(31L * (31L * n + in) + out);
    INDArray x = memory.strided("input", new long[] {n, in}, new long[] {in, 1}, 0);
    INDArray w = memory.vector("weights", out, in);
    INDArray b = memory.vector("bias", out);
    INDArray y = memory.strided("output", new long[] {n, out}, new long[] {out, 1}, 0);
    float[] inputs = GuardedCall.random(random, x.length());
    float[] weights = GuardedCall.random(random, w.length());
    float[] biases = GuardedCall.random(random, out);
    memory.fill(x, inputs);
    memory.fill(w, weights);
    memory.fill(b, biases);
    double[] expected = new double[n * out];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = withBias ? biases[i % out] : 0;
      for (int j = 0; j < in; j++) {
        expected[i] += (double) inputs[i / out * in + j] * weights[i % out * in + j];
      }
    }
    DnnlOp op = OneDnnLinear.forward(OneDnn.context(), n, in, out, withBias);
    call.run("linear", () -> call.watch(op).run(x, w, y, withBias ? b : null), y);
    call.expect("linear", expected, y, CLOSE);
  }
}
