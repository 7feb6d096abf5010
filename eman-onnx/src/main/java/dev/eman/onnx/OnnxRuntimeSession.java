package dev.eman.onnx;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

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
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataBuffer;
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
  private boolean closed;

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
    checkState(!closed, "%s: expected an open model, it was closed", name);
    DataType type = values.dataType();
    checkArgument(
        type == DataType.FLOAT || type == DataType.UINT8,
        "%s: input %s: expected float32 or uint8 values, got %s; castTo changes it",
        name,
        input,
        type);
    INDArray ordered = OnnxSession.inOrder(values);
    try (OnnxTensor tensor = tensor(ordered);
        OrtSession.Result result = session.run(Map.of(input, tensor), Set.of(output))) {
      OnnxValue value = result.get(0);
      if (!(value instanceof OnnxTensor found) || found.getInfo().type != OnnxJavaType.FLOAT) {
        throw new EmanException(
            name + ": expected float32 of its output " + output + ", found " + value.getInfo());
      }
      float[] numbers = found.getFloatBuffer().array(); // A copy on the heap.
      return Nd4j.create(numbers, found.getInfo().getShape(), DataType.FLOAT);
    } catch (OrtException e) {
      throw new EmanException(name + ": ONNX Runtime fails: " + e.getMessage(), e);
    } finally {
      Reference.reachabilityFence(ordered); // The tensor views its memory.
    }
  }

  /** Of values in c order: where they lie in the host's memory, without a copy. */
  private static OnnxTensor tensor(INDArray values) throws OrtException {
    long[] shape = values.shape();
    DataBuffer data = values.data();
    boolean pixels = values.dataType() == DataType.UINT8;
    if (!Nd4j.getEnvironment().isCPU()) {
      return pixels
          ? tensor(direct(data.asBytes()), shape)
          : OnnxTensor.createTensor(
              OnnxRuntimeEngine.environment(), FloatBuffer.wrap(data.asFloat()), shape);
    }
    ByteBuffer memory = data.pointer().asByteBuffer().order(ByteOrder.nativeOrder());
    memory.limit(Math.toIntExact(values.length() * data.getElementSize()));
    return pixels
        ? tensor(memory, shape)
        : OnnxTensor.createTensor(OnnxRuntimeEngine.environment(), memory.asFloatBuffer(), shape);
  }

  private static OnnxTensor tensor(ByteBuffer pixels, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(
        OnnxRuntimeEngine.environment(), pixels, shape, OnnxJavaType.UINT8);
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Override
  public void close() {
    if (closed) {
      return; // ONNX Runtime would throw.
    }
    closed = true;
    try {
      session.close();
    } catch (OrtException e) {
      throw new EmanException(name + ": ONNX Runtime cannot close it: " + e.getMessage(), e);
    }
  }
}
