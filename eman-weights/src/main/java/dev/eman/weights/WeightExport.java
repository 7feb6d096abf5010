package dev.eman.weights;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.model.ParameterTable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Writes networks as safetensors under torchvision's names. */
public final class WeightExport {
  private static final int BLOCK = 1 << 16;
  private static final int ALIGNMENT = 8;
  private static final JsonMapper MAPPER = new JsonMapper();

  private WeightExport() {}

  /**
   * Writes all parameters and statistics, and for each normalisation the counter that PyTorch
   * expects, 0.
   *
   * @param network read, not changed
   * @param file created or replaced, whole or not at all
   * @param metadata text by name
   * @throws EmanException if it cannot be written; then a former file is untouched
   */
  public static void write(ComputationGraph network, Path file, Map<String, String> metadata) {
    ParameterTable table = ParameterTable.of(network);
    try {
      AtomicFiles.write(file, out -> write(table, out, metadata));
    } catch (IOException e) {
      throw new EmanException(
          "cannot write the weights "
              + file
              + ": "
              + IoFailures.reason(e)
              + "; nothing was changed",
          e);
    }
  }

  private static void write(ParameterTable table, OutputStream out, Map<String, String> metadata)
      throws IOException {
    boolean wide = table.dataType() == DataType.DOUBLE;
    int width = wide ? Double.BYTES : Float.BYTES;
    ObjectNode header = MAPPER.createObjectNode();
    ObjectNode facts = header.putObject(SafeTensorsHeader.METADATA);
    facts.put("format", "pt");
    new TreeMap<>(metadata).forEach(facts::put);
    long at = 0;
    for (ParameterTable.Entry entry : table.entries()) {
      long end = at + entry.length() * width;
      describe(
          header,
          WeightNames.torchName(entry),
          wide ? "F64" : "F32",
          WeightNames.torchShape(entry),
          at,
          end);
      at = end;
    }
    int counters = 0;
    for (ParameterTable.Entry entry : table.entries()) {
      if (entry.statistic() && entry.key().equals("mean")) {
        String name = entry.vertex() + "." + WeightNames.COUNTER;
        describe(header, name, "I64", List.of(), at, at + Long.BYTES);
        at += Long.BYTES;
        counters++;
      }
    }
    byte[] text = MAPPER.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    out.write(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).array());
    out.write(text);
    out.write(" ".repeat(padded - text.length).getBytes(StandardCharsets.UTF_8));
    for (ParameterTable.Entry entry : table.entries()) {
      elements(table.vector(), entry, wide, out);
    }
    out.write(new byte[counters * Long.BYTES]);
  }

  private static void describe(
      ObjectNode header, String name, String type, Iterable<Long> shape, long begin, long end) {
    ObjectNode tensor = header.putObject(name);
    tensor.put("dtype", type);
    shape.forEach(tensor.putArray("shape")::add);
    tensor.putArray("data_offsets").add(begin).add(end);
  }

  private static void elements(
      INDArray vector, ParameterTable.Entry entry, boolean wide, OutputStream out)
      throws IOException {
    for (long done = 0; done < entry.length(); done += BLOCK) {
      long from = entry.offset() + done;
      long to = Math.min(entry.offset() + entry.length(), from + BLOCK);
      INDArray block = vector.get(NDArrayIndex.interval(from, to)).dup();
      ByteBuffer bytes =
          ByteBuffer.allocate((int) (to - from) * (wide ? Double.BYTES : Float.BYTES))
              .order(ByteOrder.LITTLE_ENDIAN);
      if (wide) {
        bytes.asDoubleBuffer().put(block.data().asDouble());
      } else {
        bytes.asFloatBuffer().put(block.data().asFloat());
      }
      out.write(bytes.array());
    }
  }
}
