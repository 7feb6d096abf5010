package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.PoolingGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Small geometries for {@link GuardedKernels}, without gaps. */
final class KernelSweep {
  private KernelSweep() {}

  /** One geometry and what runs it. */
  record Case(String kernel, Object geometry, BiConsumer<GuardedKernels, GuardedInference> check) {
    static Case of(String kernel, Object geometry, Consumer<GuardedKernels> check) {
      return new Case(kernel, geometry, (kernels, inference) -> check.accept(kernels));
    }

    static Case ofInference(String kernel, Object geometry, Consumer<GuardedInference> check) {
      return new Case(kernel, geometry, (kernels, inference) -> check.accept(inference));
    }

    @Override
    public String toString() {
      return kernel + " " + geometry;
    }
  }

  private record Normalization(int n, int c, int h, int w, boolean flat, boolean relu) {}

  private record Elementwise(int n, int c, int h, int w, double slope) {}

  private record Copy(List<Integer> shape, List<Integer> from, List<Integer> to, int gap) {}

  /** Windows along one dimension. */
  private record Windows(int size, int kernel, int stride, int dilation, int before, int after) {}

  /**
   * All windows along one dimension that fit.
   *
   * @param outside whether windows may lie outside of the map: padding is at most the window, else
   *     at most half of it
   */
  private static List<Windows> windows(
      int kernels, int strides, int dilations, int sizes, boolean outside) {
    List<Windows> all = new ArrayList<>();
    for (int kernel = 1; kernel <= kernels; kernel++) {
      for (int stride = 1; stride <= strides; stride++) {
        for (int dilation = 1; dilation <= (kernel == 1 ? 1 : dilations); dilation++) {
          int span = dilation * (kernel - 1) + 1;
          int paddings = (outside ? span : span / 2) + 1;
          for (int pads = 0; pads < paddings * paddings; pads++) {
            int before = pads % paddings;
            int after = pads / paddings;
            for (int size = Math.max(1, span - before - after); size <= sizes; size++) {
              all.add(new Windows(size, kernel, stride, dilation, before, after));
            }
          }
        }
      }
    }
    return all;
  }

  /** Evenly spread, the same for the same turn. */
  private static <T> T any(List<T> list, int turn) {
    return list.get(new SplittableRandom(turn).nextInt(list.size()));
  }

  /**
   * Every window along the rows with some window along the columns, and the other way round; each
   * with every kind of pooling, the numbers of channels in turn.
   */
  static List<Case> pooling(int kernels, int strides, int sizes, int... channels) {
    List<Windows> along = windows(kernels, strides, 1, sizes, false);
    List<Windows> across = windows(3, 2, 1, 4, false);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < along.size(); i++) {
      Windows a = along.get(i);
      Windows b = any(across, i);
      for (int kind = 0; kind < 3; kind++) {
        int c = channels[(i + kind) % channels.length];
        cases.add(pooling(kind, 1 + i % 2, c, b, a));
        cases.add(pooling(kind, 1 + i % 2, c, a, b));
      }
    }
    return cases;
  }

  /** Large windows on rows of up to {@code size}, padded on one side or both. */
  static List<Case> largePooling(int kernels, int sizes, int... channels) {
    List<Case> cases = new ArrayList<>();
    Windows across = new Windows(2, 1, 1, 1, 0, 0);
    for (int kernel = 8; kernel <= kernels; kernel += 3) {
      for (int size = kernel; size <= sizes; size++) {
        for (int code = 0; code < 18; code++) {
          int before = code / 3 % 3 * (kernel / 2) / 2;
          int after = (2 - code / 9 * 2) * (kernel / 2) / 2;
          Windows along = new Windows(size, kernel, 1 + code % 2, 1, before, after);
          cases.add(pooling(code % 3, 1, channels[size % channels.length], across, along));
        }
      }
    }
    return cases;
  }

  private static Case pooling(int kind, int n, int c, Windows v, Windows h) {
    PoolingGeometry g =
        new PoolingGeometry(
            kind == 0, kind == 1, n, c, v.size, h.size, v.kernel, h.kernel, v.stride, h.stride,
            v.before, h.before, v.after, h.after);
    return Case.of("pooling", g, k -> k.pooling(g));
  }

  /**
   * Every window along the rows with some window along the columns.
   *
   * @param turns how many pairs of channels each takes, in turn
   */
  static List<Case> convolution(
      int kernels, int strides, int dilations, int sizes, int turns, int... channels) {
    List<Windows> along = windows(kernels, strides, dilations, sizes, true);
    List<Windows> across = windows(3, 2, 2, 4, true);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < along.size() * turns; i++) {
      Windows a = along.get(i % along.size());
      Windows b = any(across, i);
      SplittableRandom random = new SplittableRandom(-i);
      int c = channels[random.nextInt(channels.length)];
      int k = channels[random.nextInt(channels.length)];
      add(cases, convolution(1 + i % 2, c, k, b, a), i);
    }
    return cases;
  }

  /** Kernels of 1x1 and 3x3 with every pair of numbers of channels. */
  static List<Case> channels(int most, int size) {
    List<Case> cases = new ArrayList<>();
    for (int c = 1; c <= most; c++) {
      for (int k = 1; k <= most; k++) {
        int stride = 1 + (c + k) % 2;
        Windows point = new Windows(size, 1, stride, 1, 0, 0);
        Windows window = new Windows(size, 3, stride, 1, 1, 1);
        add(cases, convolution(2, c, k, point, point), c * most + k);
        add(cases, convolution(2, c, k, window, window), c * most + k);
      }
    }
    return cases;
  }

  private static void add(List<Case> cases, ConvolutionGeometry g, int turn) {
    SplittableRandom random = new SplittableRandom(turn * 31L);
    boolean bias = random.nextBoolean();
    cases.add(
        Case.of(bias ? "convolution with bias" : "convolution", g, k -> k.convolution(g, bias)));
    boolean sum = random.nextBoolean();
    double slope = new double[] {Double.NaN, 0, 0.1}[random.nextInt(3)];
    cases.add(Case.ofInference("fused convolution", g, k -> k.convolution(g, sum, slope)));
  }

  private static ConvolutionGeometry convolution(int n, int c, int k, Windows v, Windows h) {
    return new ConvolutionGeometry(
        n,
        c,
        v.size,
        h.size,
        k,
        v.kernel,
        h.kernel,
        v.stride,
        h.stride,
        v.dilation,
        h.dilation,
        v.before,
        h.before,
        v.after,
        h.after);
  }

  /** Every pair of numbers of features. */
  static List<Case> linear(int most) {
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < most * most; i++) {
      int n = 1 + i % 5;
      int in = 1 + i % most;
      int out = 1 + i / most;
      boolean bias = i % 3 > 0;
      cases.add(
          Case.ofInference("linear", List.of(n, in, out, bias), k -> k.linear(n, in, out, bias)));
    }
    return cases;
  }

  /** Images and features of every number of channels. */
  static List<Case> normalization(int channels, int sizes) {
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < 4 * channels * sizes; i++) {
      int c = 1 + i / 4 % channels;
      int size = 1 + i / 4 / channels;
      boolean relu = i % 2 == 1;
      boolean flat = i % 4 < 2;
      int n = flat ? size : 1 + (c + size) % 3;
      int h = flat ? 1 : 1 + size % 3;
      int w = flat ? 1 : size;
      Normalization g = new Normalization(n, c, h, w, flat, relu);
      cases.add(Case.of("normalization", g, k -> k.normalization(n, c, h, w, flat, relu ? 0 : 1)));
    }
    return cases;
  }

  /** Images of every number of channels, slopes in turn. */
  static List<Case> elementwise(int channels, int sizes) {
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < channels * sizes; i++) {
      int c = 1 + i % channels;
      int w = 1 + i / channels;
      int h = 1 + (c + w) % 2;
      int n = 1 + w % 3;
      double slope = i % 4 / 10.0;
      Elementwise g = new Elementwise(n, c, h, w, slope);
      cases.add(Case.of("elementwise", g, k -> k.elementwise(n, c, h, w, slope)));
    }
    return cases;
  }

  /** Every pair of orders of four dimensions, with and without room between the rows. */
  static List<Case> copies(int channels) {
    List<List<Integer>> orders = new ArrayList<>();
    for (int code = 0; code < 256; code++) {
      List<Integer> order = List.of(code >> 6, code >> 4 & 3, code >> 2 & 3, code & 3);
      if (order.stream().distinct().count() == 4) {
        orders.add(order);
      }
    }
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < orders.size() * orders.size() * channels; i++) {
      List<Integer> from = orders.get(i % orders.size());
      List<Integer> to = orders.get(i / orders.size() % orders.size());
      int c = 1 + i / orders.size() / orders.size();
      List<Integer> shape = List.of(1 + i % 2, c, 1 + i % 5, 1 + i % 7);
      int gap = i % 3 == 0 ? 3 : 0;
      Copy g = new Copy(shape, from, to, gap);
      cases.add(
          Case.of(
              "copy",
              g,
              k -> k.copy(shape.stream().mapToLong(s -> s).toArray(), ints(from), ints(to), gap)));
    }
    return cases;
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(v -> v).toArray();
  }
}
