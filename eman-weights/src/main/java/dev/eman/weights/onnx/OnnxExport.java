package dev.eman.weights.onnx;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.primitives.ImmutableDoubleArray;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.AtomicFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Writes networks as ONNX models of operator set {@value #OPSET}: the first with today's softmax,
 * and old enough for runtimes of 2021. One input {@value #INPUT}, float32 {@code [batch, C, H, W]},
 * and one output, float32 {@code [batch, K]}; the batch may have any size.
 */
public final class OnnxExport {
  /** The operator set's version. */
  public static final int OPSET = 13;

  /** The name of the images. */
  public static final String INPUT = "images";

  /** In the metadata of this library's models: {@code true} if the input is pixels, 0 to 255. */
  public static final String PIXELS = "pixels";

  private static final int IR_VERSION = 7; // Of ONNX 1.8, which has operator set 13.
  private static final double WHITE = 255;

  private final ComputationGraph network;
  private final int channels;
  private final int height;
  private final int width;
  private final int outputs;
  private String output = "logits";
  private boolean folded = true;
  private boolean softmax;
  private ImmutableDoubleArray mean = ImmutableDoubleArray.of();
  private ImmutableDoubleArray deviation = ImmutableDoubleArray.of();
  private ImmutableSortedMap<String, String> metadata = ImmutableSortedMap.of();

  private OnnxExport(ComputationGraph network, int outputs, int channels, int height, int width) {
    checkArgument(
        outputs > 0 && channels > 0 && height > 0 && width > 0,
        "sizes: expected at least 1, got %s outputs for images [%s, %s, %s]",
        outputs,
        channels,
        height,
        width);
    checkArgument(
        network.getNumInputArrays() == 1 && network.getNumOutputArrays() == 1,
        "network: expected one input and one output, got %s and %s",
        network.getNumInputArrays(),
        network.getNumOutputArrays());
    this.network = network;
    this.outputs = outputs;
    this.channels = channels;
    this.height = height;
    this.width = width;
  }

  /**
   * An export, folded unless changed, with the network's output as it is, named {@code logits}.
   *
   * @param network read when the model is made, not changed
   * @param outputs K of its output {@code [N, K]}
   * @param channels C of its images {@code [N, C, H, W]}
   * @param height H, in pixels
   * @param width W, in pixels
   */
  public static OnnxExport of(
      ComputationGraph network, int outputs, int channels, int height, int width) {
    return new OnnxExport(network, outputs, channels, height, width);
  }

  /** Names the output, such as {@code features}. */
  public OnnxExport outputName(String name) {
    output = name;
    return this;
  }

  /**
   * Whether normalisations become a part of the convolutions before them, where these have no other
   * reader. The unfolded model has an operation for each, with the parameters as trained.
   */
  public OnnxExport folded(boolean value) {
    folded = value;
    return this;
  }

  /** Whether the output passes through a softmax. */
  public OnnxExport softmax(boolean value) {
    softmax = value;
    return this;
  }

  /**
   * Makes the model take pixels from 0 to 255 and normalise them itself.
   *
   * @param channelMeans C means of pixels from 0 to 1
   * @param channelDeviations C deviations of the same, above 0
   */
  public OnnxExport normalizing(
      ImmutableDoubleArray channelMeans, ImmutableDoubleArray channelDeviations) {
    checkArgument(
        channelMeans.length() == channels && channelDeviations.length() == channels,
        "normalisation: expected %s means and deviations, got %s and %s",
        channels,
        channelMeans.length(),
        channelDeviations.length());
    mean = channelMeans;
    deviation = channelDeviations;
    return this;
  }

  /** Sets what the model says about itself ({@code metadata_props}), text by name. */
  public OnnxExport metadata(Map<String, String> texts) {
    metadata = ImmutableSortedMap.copyOf(texts);
    return this;
  }

  /**
   * The model as a file's content.
   *
   * @throws UsageException for a layer or vertex that has no form in ONNX here
   */
  public byte[] toBytes() {
    OnnxNodes nodes = new OnnxNodes();
    String images = nodes.input(INPUT, channels, height, width);
    if (!mean.isEmpty()) {
      images = normalized(nodes, images);
    }
    InputType size = InputType.convolutional(height, width, channels);
    String result = new OnnxLayers(network, size, folded, nodes).addAll(images);
    if (softmax) {
      result = nodes.add("Softmax", output, List.of(result), OnnxNodes.integer("axis", 1));
    }
    nodes.output(nodes.rename(result, output), outputs);
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("eman")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .setGraph(nodes.build());
    metadata.forEach(
        (name, text) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(name).setValue(text)));
    return model.build().toByteArray();
  }

  private String normalized(OnnxNodes nodes, String images) {
    float[] means = new float[channels];
    float[] deviations = new float[channels];
    for (int c = 0; c < channels; c++) {
      means[c] = (float) (WHITE * mean.get(c));
      deviations[c] = (float) (WHITE * deviation.get(c));
    }
    String less =
        nodes.add(
            "Sub",
            INPUT + ".centred",
            List.of(images, nodes.constant(INPUT + ".mean", means, 1, channels, 1, 1)));
    return nodes.add(
        "Div",
        INPUT + ".normalised",
        List.of(less, nodes.constant(INPUT + ".deviation", deviations, 1, channels, 1, 1)));
  }

  /**
   * Writes the model, whole or not at all.
   *
   * @throws UsageException for a layer or vertex that has no form in ONNX here
   * @throws EmanException if it cannot be written; then a former file is untouched
   */
  public void write(Path file) {
    byte[] model = toBytes();
    AtomicFiles.save(file, out -> out.write(model));
  }
}
