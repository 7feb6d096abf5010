package dev.eman.core.oracle;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.ArrayAssertions;
import dev.eman.core.data.Batch;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.KaimingNormal;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import dev.eman.core.nn.ResidualAdd;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** Reference tensors that PyTorch computed, and the network they were computed with. */
public final class Oracle {
  private final String name;
  private final String backbonePrefix;

  /** Of one case. */
  public Oracle(String name) {
    this(name, "");
  }

  /**
   * Of a case whose names begin with something, except for those of the heads.
   *
   * @param backbonePrefix such as {@code backbone.}
   */
  public Oracle(String name, String backbonePrefix) {
    this.name = name;
    this.backbonePrefix = backbonePrefix;
  }

  /** A tensor by its path, without {@code .npy}. */
  public INDArray get(String path) {
    String resource = "/oracle/" + name + "/" + path + ".npy";
    try (InputStream in = Oracle.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      return Nd4j.createNpyFromByteArray(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The names of a folder's tensors, sorted; none where there is no such folder.
   *
   * @param folder of this module's own resources, not in an archive
   */
  public List<String> names(String folder) {
    URL resource = Oracle.class.getResource("/oracle/" + name + "/" + folder);
    if (resource == null) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(Path.of(resource.toURI()))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .map(file -> file.substring(0, file.length() - ".npy".length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first element of a tensor. */
  public double scalar(String path) {
    return get(path).getDouble(0);
  }

  /** A tensor of labels. */
  public int[] labels(String path) {
    return get(path).toIntVector();
  }

  /** A tensor under the name that our networks give it, in our shape. */
  INDArray parameter(String folder, String ours) {
    int split = ours.lastIndexOf('_');
    String vertex = ours.substring(0, split);
    String key = ours.substring(split + 1);
    boolean normalization = vertex.contains("bn");
    String torch =
        switch (key) {
          case "W", "gamma" -> "weight";
          case "b", "beta" -> "bias";
          case "mean" -> "running_mean";
          case "var" -> "running_var";
          default -> throw new IllegalStateException(ours);
        };
    String prefix = vertex.startsWith("pro") || vertex.startsWith("pre") ? "" : backbonePrefix;
    INDArray value = get(folder + "/" + prefix + vertex + "." + torch);
    return value.rank() == 2 && !normalization ? value.transpose() : value;
  }

  /** Sets a network to the tensors of a folder. */
  public void load(String folder, ComputationGraph network) {
    for (String parameter : ParameterTable.of(network).names()) {
      INDArray target = network.getParam(parameter);
      target.assign(parameter(folder, parameter).reshape(target.shape()));
    }
  }

  /** The greatest difference between a network's tensors and those of a folder. */
  public void assertState(String folder, ComputationGraph network, double tolerance) {
    for (String parameter : ParameterTable.of(network).names()) {
      INDArray actual = network.getParam(parameter);
      INDArray expected =
          parameter(folder, parameter).castTo(actual.dataType()).reshape(actual.shape());
      assertClose(folder + " " + parameter, expected, actual, tolerance);
    }
  }

  /** Fails if an element is off by more than the tolerance. */
  public static void assertClose(
      String what, INDArray expected, INDArray actual, double tolerance) {
    ArrayAssertions.assertClose(expected, actual, tolerance, what);
  }

  /**
   * The batch of one step that all cases of the FixMatch family share.
   *
   * @param views of the unlabelled images, such as {@code u_weak}
   */
  public static Batch matchBatch(int step, String... views) {
    Oracle inputs = new Oracle("match_inputs");
    String folder = "step" + step + "/";
    return Batch.of(
            inputs.get(folder + "x"),
            inputs.labels(folder + "y"),
            Arrays.stream(views).map(view -> inputs.get(folder + view)).toArray(INDArray[]::new))
        .withIndices(
            ImmutableIntArray.copyOf(inputs.labels(folder + "index_x")),
            ImmutableIntArray.copyOf(inputs.labels(folder + "index_u")));
  }

  /** The script's TinyResNet. */
  public static ComputationGraph tinyResNet() {
    return tinyResNet(10);
  }

  /** The same with another number of classes. */
  public static ComputationGraph tinyResNet(int classes) {
    GraphBuilder g = tinyFeatures();
    g.addLayer("fc", Backbone.linear(16, classes), "pool").setOutputs("fc");
    return initialized(g);
  }

  /** The script's Embedding: TinyResNet with an embedding, not normalised, as second output. */
  public static ComputationGraph embedding() {
    GraphBuilder g = tinyFeatures();
    g.addLayer("fc", Backbone.linear(16, 10), "pool")
        .addLayer("head.0", Backbone.linear(16, 16), "pool")
        .addLayer("head.1", new Relu(), "head.0")
        .addLayer("head.2", Backbone.linear(16, 8), "head.1");
    return initialized(g.setOutputs("fc", "head.2"));
  }

  /** The script's Branch: TinyResNet's features, a projector and, for a student, a predictor. */
  public static ComputationGraph branch(boolean predictor) {
    GraphBuilder g = tinyFeatures();
    mlp(g, "projector", "pool", 16);
    if (predictor) {
      mlp(g, "predictor", "projector.3", 8);
    }
    return initialized(g.setOutputs(predictor ? "predictor.3" : "projector.3"));
  }

  private static void mlp(GraphBuilder g, String name, String from, int in) {
    g.addLayer(name + ".0", withoutBias(in, 24), from);
    normalization(g, name + ".1", name + ".0", 24, true);
    g.addLayer(name + ".3", withoutBias(24, 8), name + ".1");
  }

  private static DenseLayer withoutBias(int in, int out) {
    return new DenseLayer.Builder()
        .nIn(in)
        .nOut(out)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static GraphBuilder tinyFeatures() {
    GraphBuilder g =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new NoOp())
            .miniBatch(false)
            .weightInit(new KaimingNormal())
            .graphBuilder()
            .addInputs("input");
    convolution(g, "conv0", "input", 3, 3, 8, 1);
    normalization(g, "bn0", "conv0", 8, true);
    block(g, "block1", "bn0", 8, 8, 1);
    block(g, "block2", "block1", 8, 16, 2);
    return g.addLayer("pool", Pooling.globalAverage(), "block2");
  }

  private static ComputationGraph initialized(GraphBuilder g) {
    ComputationGraph network = new ComputationGraph(g.build());
    network.init();
    return network;
  }

  private static void block(GraphBuilder g, String name, String from, int in, int out, int stride) {
    convolution(g, name + ".conv1", from, 3, in, out, stride);
    normalization(g, name + ".bn1", name + ".conv1", out, true);
    convolution(g, name + ".conv2", name + ".bn1", 3, out, out, 1);
    normalization(g, name + ".bn2", name + ".conv2", out, false);
    String shortcut = from;
    if (in != out || stride != 1) {
      convolution(g, name + ".convs", from, 1, in, out, stride);
      shortcut = name + ".bns";
      normalization(g, shortcut, name + ".convs", out, false);
    }
    g.addVertex(name, new ResidualAdd(true), name + ".bn2", shortcut);
  }

  private static void convolution(
      GraphBuilder g, String name, String from, int kernel, int in, int out, int stride) {
    g.addLayer(
        name,
        Convolution.builder(kernel).nIn(in).nOut(out).stride(stride).padding(kernel / 2).build(),
        from);
  }

  private static void normalization(
      GraphBuilder g, String name, String from, int channels, boolean relu) {
    g.addLayer(
        name,
        EmanBatchNormalization.builder().nIn(channels).nOut(channels).relu(relu).build(),
        from);
  }
}
