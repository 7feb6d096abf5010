package dev.eman.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import dev.eman.core.EmanException;
import dev.eman.weights.onnx.OnnxSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A session of ONNX Runtime. */
final class OnnxRuntimeSession implements OnnxSession {
  private final String name;
  private final OrtSession session;
  private final ImmutableList<Value> inputs;
  private final ImmutableList<Value> outputs;
  private final ImmutableMap<String, String> metadata;

  OnnxRuntimeSession(String name, OrtSession session) throws OrtException {
    this.name = name;
    this.session = session;
    inputs = values(session.getInputInfo().values());
    outputs = values(session.getOutputInfo().values());
    metadata = ImmutableMap.copyOf(session.getMetadata().getCustomMetadata());
  }

  private static ImmutableList<Value> values(Collection<NodeInfo> nodes) {
    return nodes.stream().map(OnnxRuntimeSession::value).collect(ImmutableList.toImmutableList());
  }

  private static Value value(NodeInfo node) {
    if (!(node.getInfo() instanceof TensorInfo tensor)) {
      return new Value(
          node.getName(),
          ElementType.OTHER,
          node.getInfo().getClass().getSimpleName(),
          ImmutableLongArray.of());
    }
    ElementType type =
        tensor.type == OnnxJavaType.FLOAT && tensor.onnxType.toString().endsWith("FLOAT")
            ? ElementType.FLOAT32
            : tensor.type == OnnxJavaType.UINT8 ? ElementType.UINT8 : ElementType.OTHER;
    return new Value(
        node.getName(),
        type,
        tensor.onnxType.toString().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", ""),
        ImmutableLongArray.copyOf(tensor.getShape()));
  }

  @Override
  public ImmutableList<Value> inputs() {
    return inputs;
  }

  @Override
  public ImmutableList<Value> outputs() {
    return outputs;
  }

  @Override
  public ImmutableMap<String, String> metadata() {
    return metadata;
  }

  @Override
  public INDArray run(String input, INDArray values, String output) {
    try (OnnxTensor tensor = tensor(values);
        OrtSession.Result result = session.run(Map.of(input, tensor), Set.of(output))) {
      OnnxValue value = result.get(0);
      if (!(value instanceof OnnxTensor found) || found.getInfo().type != OnnxJavaType.FLOAT) {
        throw new EmanException(
            name + ": expected float32 of its output " + output + ", found " + value.getInfo());
      }
      FloatBuffer numbers = found.getFloatBuffer(); // A copy.
      float[] copy = new float[numbers.remaining()];
      numbers.get(copy);
      return Nd4j.create(copy, found.getInfo().getShape(), DataType.FLOAT);
    } catch (OrtException e) {
      throw new EmanException(name + ": ONNX Runtime fails: " + e.getMessage(), e);
    }
  }

  private static OnnxTensor tensor(INDArray values) throws OrtException {
    INDArray ordered = values.dup('c');
    if (values.dataType() == DataType.UINT8) {
      byte[] bytes = ordered.data().asBytes();
      ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
      return OnnxTensor.createTensor(
          OnnxRuntimeEngine.environment(),
          buffer.put(bytes).flip(),
          values.shape(),
          OnnxJavaType.UINT8);
    }
    return OnnxTensor.createTensor(
        OnnxRuntimeEngine.environment(),
        FloatBuffer.wrap(ordered.data().asFloat()),
        values.shape());
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new EmanException(name + ": ONNX Runtime cannot close it: " + e.getMessage(), e);
    }
  }
}
