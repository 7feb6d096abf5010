package dev.eman.benchmarks.network;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.eman.benchmarks.network.Operation.Kind;
import dev.eman.core.EmanException;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.PaddingMode;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import dev.eman.core.nn.ResidualAdd;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A classifier as a list of operations with their parameters, in an order in which they can run;
 * the last one gives the logits.
 *
 * @param operations each after its inputs
 */
public record NetworkPlan(ImmutableList<Operation> operations) {
  /** The name of the images {@code [N, C, H, W]}. */
  public static final String INPUT = "images";

  /**
   * The plan of a network of this library's layers, with copies of its parameters.
   *
   * @throws EmanException for a layer, or a geometry, that other runtimes are not told of
   */
  public static NetworkPlan of(ComputationGraph graph) {
    return new Builder(graph).build();
  }

  private static final class Builder {
    private final ComputationGraph graph;
    private final ImmutableList.Builder<Operation> operations = ImmutableList.builder();

    /** The operation that gives each vertex's result. */
    private final Map<String, String> results = new HashMap<>();

    Builder(ComputationGraph graph) {
      this.graph = graph;
    }

    NetworkPlan build() {
      results.put(graph.getConfiguration().getNetworkInputs().get(0), INPUT);
      for (int index : graph.topologicalSortOrder()) {
        String name = graph.getVertices()[index].getVertexName();
        if (!results.containsKey(name)) {
          add(name);
        }
      }
      return new NetworkPlan(operations.build());
    }

    private void add(String name) {
      List<String> inputs = requireNonNull(graph.getConfiguration().getVertexInputs().get(name));
      ImmutableList<String> from =
          inputs.stream().map(results::get).collect(ImmutableList.toImmutableList());
      GraphVertex vertex = requireNonNull(graph.getConfiguration().getVertices().get(name));
      if (vertex instanceof ResidualAdd add) {
        operation(Kind.ADD, name, from, ImmutableList.of());
        relu(name, add.isRelu(), 0);
      } else if (vertex instanceof LayerVertex layer && layer.getPreProcessor() == null) {
        layer(layer.getLayerConf().getLayer(), name, from);
      } else {
        throw unknown(name, vertex);
      }
    }

    private void layer(Layer layer, String name, ImmutableList<String> from) {
      if (layer instanceof Convolution c) {
        convolution(c, name, from);
      } else if (layer instanceof EmanBatchNormalization n) {
        ImmutableList<INDArray> tensors = parameters(name, "gamma", "beta", "mean", "var");
        double share = 1 - n.getDecay();
        operation(Kind.NORMALIZATION, name, from, tensors, (double) n.getNOut(), n.getEps(), share);
        relu(name, n.isRelu(), n.getSlope());
      } else if (layer instanceof Relu r) {
        operation(Kind.RELU, name, from, ImmutableList.of(), r.getSlope());
      } else if (layer instanceof Pooling p) {
        pooling(p, name, from);
      } else if (layer instanceof DenseLayer d
          && d.hasBias()
          && d.getActivationFn() instanceof ActivationIdentity) {
        INDArray weights = graph.getParam(name + "_W").transpose().dup('c');
        ImmutableList<INDArray> tensors =
            ImmutableList.of(weights, parameters(name, "b").get(0).reshape(d.getNOut()));
        operation(Kind.LINEAR, name, from, tensors, (double) d.getNOut(), (double) d.getNIn());
      } else {
        throw unknown(name, layer);
      }
    }

    private void convolution(Convolution c, String name, ImmutableList<String> from) {
      boolean plain =
          c.getPaddingMode() == PaddingMode.EXPLICIT
              && !c.hasBias()
              && c.getActivationFn() instanceof ActivationIdentity
              && Arrays.equals(c.getDilation(), new int[] {1, 1});
      if (!plain || !(same(c.getKernel()) && same(c.getStride()) && same(c.getPadding()))) {
        throw unknown(name, c);
      }
      operation(
          Kind.CONVOLUTION,
          name,
          from,
          parameters(name, "W"),
          (double) c.getNOut(),
          (double) c.getNIn(),
          c.getKernel()[0],
          c.getStride()[0],
          c.getPadding()[0]);
    }

    private void pooling(Pooling p, String name, ImmutableList<String> from) {
      if (p.getKind() == Pooling.Kind.GLOBAL_AVERAGE) {
        operation(Kind.GLOBAL_AVERAGE, name, from, ImmutableList.of());
      } else if (p.getKind() == Pooling.Kind.MAX
          && p.getPaddingMode() == PaddingMode.EXPLICIT
          && same(p.getKernel())
          && same(p.getStride())
          && same(p.getPadding())) {
        int[] sizes = {p.getKernel()[0], p.getStride()[0], p.getPadding()[0]};
        operation(Kind.MAX_POOL, name, from, ImmutableList.of(), sizes[0], sizes[1], sizes[2]);
      } else {
        throw unknown(name, p);
      }
    }

    private void relu(String of, boolean wanted, double slope) {
      if (wanted) {
        operation(Kind.RELU, of + ".relu", ImmutableList.of(of), ImmutableList.of(), slope);
        results.put(of, of + ".relu");
      }
    }

    private void operation(
        Kind kind,
        String name,
        ImmutableList<String> from,
        ImmutableList<INDArray> tensors,
        double... numbers) {
      operations.add(Operation.of(kind, name, from, tensors, numbers));
      results.put(name, name);
    }

    private ImmutableList<INDArray> parameters(String name, String... keys) {
      return Arrays.stream(keys)
          .map(key -> graph.getParam(name + "_" + key).dup('c'))
          .collect(ImmutableList.toImmutableList());
    }

    private static boolean same(int[] sizes) {
      return Arrays.stream(sizes).allMatch(size -> size == sizes[0]);
    }

    private static EmanException unknown(String name, Object what) {
      return new EmanException(
          "vertex \""
              + name
              + "\": other runtimes are told of square convolutions, normalisation, ReLU, max"
              + " pooling, global average, addition and linear layers alone, got "
              + what.getClass().getSimpleName());
    }
  }
}
