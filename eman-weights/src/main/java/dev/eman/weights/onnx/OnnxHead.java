package dev.eman.weights.onnx;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.UsageException;
import dev.eman.core.eval.LinearLayer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.UnsafeByteOperations;

/**
 * Puts a linear classifier behind an encoder: any ONNX model that gives features, of any program.
 * The new model is the old one with one to four more operations, and has one output, {@value
 * #OUTPUT}, float32 {@code [batch, K]}.
 */
public final class OnnxHead {
  /** The name of the logits, unless the encoder has a tensor of that name. */
  public static final String OUTPUT = "logits";

  private static final int FIRST_VERSION = 7; // Gemm adds the bias to each row since then.
  private static final int FIRST_FORMAT = 4; // Weights need not be inputs since then.
  private static final int POSITIONS = 3;
  private static final int MAP = 4;

  private final ModelProto encoder;
  private final String features;
  private final int rank;
  private boolean first;
  private boolean channelsLast;
  private ImmutableMap<String, String> metadata = ImmutableMap.of();

  private OnnxHead(ModelProto encoder, String features, int rank) {
    this.encoder = encoder;
    this.features = features;
    this.rank = rank;
  }

  /**
   * Reads an encoder.
   *
   * @param model content of its file; must not be changed afterwards
   * @param name for messages
   * @param features the output of features, float32
   * @param rank of this output: 2 for {@code [N, F]}, 3 for {@code [N, T, F]}, whose positions are
   *     averaged, 4 for {@code [N, F, H, W]} or {@code [N, H, W, F]}, averaged too
   * @throws UsageException if it is no model, an old one, or has its weights in files beside it
   */
  public static OnnxHead behind(byte[] model, String name, String features, int rank) {
    checkArgument(rank >= 2 && rank <= MAP, "rank: expected 2 to 4, got %s", rank);
    ModelProto encoder;
    try {
      CodedInputStream input = UnsafeByteOperations.unsafeWrap(model).newCodedInput();
      input.enableAliasing(true); // The weights stay where they are.
      encoder = ModelProto.parseFrom(input);
    } catch (IOException e) {
      throw new UsageException(name + ": expected an ONNX model, found something else", e);
    }
    check(
        encoder.getIrVersion() >= FIRST_FORMAT && version(encoder) >= FIRST_VERSION,
        String.format(
            Locale.ROOT,
            "%s: expected operator set %d and format %d or later, found %d and %d; convert the"
                + " model to a newer version",
            name,
            FIRST_VERSION,
            FIRST_FORMAT,
            version(encoder),
            encoder.getIrVersion()));
    check(
        !anyTensor(
            encoder.getGraph(),
            tensor -> tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL),
        name
            + ": expected a model with its weights inside, found weights in files beside it; save"
            + " the model as one file first");
    check(
        encoder.getGraph().getOutputList().stream().anyMatch(o -> o.getName().equals(features)),
        name + ": expected an output " + features + ", found none");
    return new OnnxHead(encoder, features, rank);
  }

  private static void check(boolean fits, String message) {
    if (!fits) {
      throw new UsageException(message);
    }
  }

  private static long version(ModelProto model) {
    return model.getOpsetImportList().stream()
        .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
        .mapToLong(OperatorSetIdProto::getVersion)
        .max()
        .orElse(0);
  }

  private static boolean anyTensor(GraphProto graph, Predicate<TensorProto> condition) {
    return graph.getInitializerList().stream().anyMatch(condition)
        || graph.getNodeList().stream()
            .map(NodeProto::getAttributeList)
            .flatMap(List::stream)
            .anyMatch(
                attribute ->
                    (attribute.hasT() && condition.test(attribute.getT()))
                        || (attribute.hasG() && anyTensor(attribute.getG(), condition)));
  }

  /**
   * Takes the first of several positions {@code [N, T, F]} instead of their mean.
   *
   * @throws IllegalArgumentException if that is asked for of features of another rank
   */
  public OnnxHead first(boolean value) {
    checkArgument(
        !value || rank == POSITIONS, "first: expected features of rank 3, got rank %s", rank);
    first = value;
    return this;
  }

  /** Takes features of rank 4 to be {@code [N, H, W, F]}; without it, {@code [N, F, H, W]}. */
  public OnnxHead channelsLast(boolean value) {
    channelsLast = value;
    return this;
  }

  /** Sets what the model says about itself; what else the encoder says of itself stays. */
  public OnnxHead metadata(Map<String, String> texts) {
    metadata = ImmutableMap.copyOf(texts);
    return this;
  }

  /**
   * Writes the model: as large as the encoder, with which it shares its memory.
   *
   * @param classifier of the features
   * @param out not closed
   * @throws IOException if that fails
   */
  public void writeTo(LinearLayer classifier, OutputStream out) throws IOException {
    OnnxNodes nodes = new OnnxNodes(encoder.getGraph());
    String rows = rows(nodes);
    String logits =
        nodes.add(
            "Gemm",
            OUTPUT,
            List.of(
                rows,
                nodes.constant("classifier.weight", classifier.weights()),
                nodes.constant("classifier.bias", classifier.bias())));
    nodes.output(logits, classifier.classes());
    ModelProto.Builder model = encoder.toBuilder().setGraph(nodes.build()).clearMetadataProps();
    for (StringStringEntryProto entry : encoder.getMetadataPropsList()) {
      if (!metadata.containsKey(entry.getKey())) {
        model.addMetadataProps(entry);
      }
    }
    metadata.forEach(
        (key, text) ->
            model.addMetadataProps(StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
    model.build().writeTo(out);
  }

  /** Operations whose attributes are the same in all operator sets. */
  private String rows(OnnxNodes nodes) {
    String pooled = features;
    if (rank == POSITIONS && first) {
      String zero = nodes.index("classifier.position", 0);
      return nodes.add(
          "Gather", "classifier.first", List.of(features, zero), OnnxNodes.integer("axis", 1));
    }
    if (rank == POSITIONS || (rank == MAP && channelsLast)) {
      pooled =
          nodes.add(
              "Transpose",
              "classifier.channels",
              List.of(features),
              rank == POSITIONS
                  ? OnnxNodes.ints("perm", 0, 2, 1)
                  : OnnxNodes.ints("perm", 0, 3, 1, 2));
    }
    if (rank > 2) {
      pooled = nodes.add("GlobalAveragePool", "classifier.mean", List.of(pooled));
      pooled =
          nodes.add("Flatten", "classifier.rows", List.of(pooled), OnnxNodes.integer("axis", 1));
    }
    return pooled;
  }
}
