package dev.eman.weights.onnx;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.IoFailures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.TreeSet;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.SparseTensorProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;
import org.nd4j.shade.protobuf.WireFormat;

/**
 * Finds the files beside a model that have its weights. The model is read as a stream and its own
 * weights are skipped: they may be larger than Java's memory.
 */
public final class OnnxExternalData {
  private static final int DEEPEST = 200; // Graphs within nodes, within graphs.
  private static final int FUNCTION_NODE = 7; // Of a FunctionProto.

  /** The messages that lead to tensors. */
  private enum Kind {
    MODEL,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE,
    TENSOR
  }

  private static final ImmutableMap<Kind, ImmutableMap<Integer, Kind>> PARTS =
      ImmutableMap.of(
          Kind.MODEL,
          ImmutableMap.of(
              ModelProto.GRAPH_FIELD_NUMBER,
              Kind.GRAPH,
              ModelProto.FUNCTIONS_FIELD_NUMBER,
              Kind.FUNCTION),
          Kind.FUNCTION,
          ImmutableMap.of(FUNCTION_NODE, Kind.NODE),
          Kind.GRAPH,
          ImmutableMap.of(
              GraphProto.NODE_FIELD_NUMBER,
              Kind.NODE,
              GraphProto.INITIALIZER_FIELD_NUMBER,
              Kind.TENSOR,
              GraphProto.SPARSE_INITIALIZER_FIELD_NUMBER,
              Kind.SPARSE),
          Kind.NODE,
          ImmutableMap.of(NodeProto.ATTRIBUTE_FIELD_NUMBER, Kind.ATTRIBUTE),
          Kind.ATTRIBUTE,
          ImmutableMap.of(
              AttributeProto.T_FIELD_NUMBER,
              Kind.TENSOR,
              AttributeProto.TENSORS_FIELD_NUMBER,
              Kind.TENSOR,
              AttributeProto.G_FIELD_NUMBER,
              Kind.GRAPH,
              AttributeProto.GRAPHS_FIELD_NUMBER,
              Kind.GRAPH,
              AttributeProto.SPARSE_TENSOR_FIELD_NUMBER,
              Kind.SPARSE,
              AttributeProto.SPARSE_TENSORS_FIELD_NUMBER,
              Kind.SPARSE),
          Kind.SPARSE,
          ImmutableMap.of(
              SparseTensorProto.VALUES_FIELD_NUMBER,
              Kind.TENSOR,
              SparseTensorProto.INDICES_FIELD_NUMBER,
              Kind.TENSOR),
          Kind.TENSOR,
          ImmutableMap.of());

  private final CodedInputStream input;
  private final TreeSet<String> locations = new TreeSet<>();

  private OnnxExternalData(CodedInputStream input) {
    this.input = input;
  }

  /**
   * The files that hold weights of a model.
   *
   * @param model its file
   * @return names relative to the model's folder; none for a model with its weights inside
   * @throws UsageException if a name leads out of the model's folder, as runtimes refuse it too
   * @throws EmanException if the model cannot be read
   */
  public static ImmutableSortedSet<String> names(Path model) {
    TreeSet<String> found;
    try (InputStream stream = Files.newInputStream(model)) {
      OnnxExternalData search = new OnnxExternalData(CodedInputStream.newInstance(stream));
      search.read(Kind.MODEL, 0);
      found = search.locations;
    } catch (InvalidProtocolBufferException e) {
      throw new EmanException(model + ": expected an ONNX model, found something else", e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + model + ": " + IoFailures.reason(e), e);
    }
    found.forEach(name -> checkInside(model, name));
    return ImmutableSortedSet.copyOf(found);
  }

  private static void checkInside(Path model, String name) {
    boolean inside;
    try {
      Path path = Path.of(name);
      inside = !path.isAbsolute() && path.getRoot() == null && !path.normalize().startsWith("..");
    } catch (InvalidPathException e) {
      inside = false;
    }
    if (!inside) {
      throw new UsageException(
          model
              + ": expected weights in files beside the model, found them at "
              + name
              + "; save the model as one file");
    }
  }

  /** Reads a message up to its end, or the limit. */
  private void read(Kind kind, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new InvalidProtocolBufferException("nested too deeply");
    }
    ImmutableMap<Integer, Kind> parts = PARTS.getOrDefault(kind, ImmutableMap.of());
    String location = "";
    boolean external = false;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      boolean message = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      Kind part = parts.get(field);
      if (message && part != null) {
        int outer = input.pushLimit(input.readRawVarint32());
        read(part, depth + 1);
        input.popLimit(outer);
      } else if (message
          && kind == Kind.TENSOR
          && field == TensorProto.EXTERNAL_DATA_FIELD_NUMBER) {
        StringStringEntryProto entry = StringStringEntryProto.parseFrom(input.readByteArray());
        location = entry.getKey().equals("location") ? entry.getValue() : location;
      } else if (!message
          && kind == Kind.TENSOR
          && field == TensorProto.DATA_LOCATION_FIELD_NUMBER) {
        external = input.readEnum() == TensorProto.DataLocation.EXTERNAL_VALUE;
      } else {
        input.skipField(tag);
      }
    }
    if (external && !location.isEmpty()) {
      locations.add(location);
    }
  }
}
