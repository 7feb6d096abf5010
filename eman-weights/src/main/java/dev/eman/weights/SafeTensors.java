package dev.eman.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of safetensors: the length of a header, the header in JSON, the tensors' bytes without
 * gaps.
 */
public final class SafeTensors implements TensorFile {
  static final String METADATA = "__metadata__";
  private static final long LARGEST_HEADER = 100_000_000;
  private static final int DEEPEST = 16;

  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path path;
  private final FileChannel channel;
  private final ImmutableMap<String, TensorInfo> tensors;
  private final Map<String, Long> places;
  private final ImmutableMap<String, String> metadata;

  private SafeTensors(
      Path path,
      FileChannel channel,
      Map<String, TensorInfo> tensors,
      Map<String, Long> places,
      Map<String, String> metadata) {
    this.path = path;
    this.channel = channel;
    this.tensors = ImmutableMap.copyOf(tensors);
    this.places = places;
    this.metadata = ImmutableMap.copyOf(metadata);
  }

  /**
   * Opens a file.
   *
   * @throws EmanException if it is missing or damaged
   */
  public static SafeTensors open(Path path) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      return read(path, channel);
    } catch (JsonProcessingException e) {
      close(channel);
      throw new EmanException(
          "the weights "
              + path
              + " cannot be read: its header is no JSON: "
              + e.getOriginalMessage(),
          e);
    } catch (IOException | ArithmeticException e) {
      close(channel);
      throw PyTorchStorage.damaged(path, e);
    }
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // What happened before is worth more.
    }
  }

  private static SafeTensors read(Path path, FileChannel channel) throws IOException {
    ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    PyTorchLegacy.readFully(channel, count, 0);
    long length = count.getLong(0);
    if (length < 2 || length > LARGEST_HEADER || length > channel.size() - Long.BYTES) {
      throw new IOException("its header claims " + length + " bytes");
    }
    ByteBuffer header = ByteBuffer.allocate((int) length);
    PyTorchLegacy.readFully(channel, header, Long.BYTES);
    JsonNode tree = MAPPER.readTree(header.array());
    if (tree == null || !tree.isObject()) {
      throw new IOException("its header is no JSON object");
    }
    long data = Long.BYTES + length;
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    Map<String, Long> places = new HashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      if (entry.getKey().equals(METADATA)) {
        for (Map.Entry<String, JsonNode> fact : entry.getValue().properties()) {
          metadata.put(fact.getKey(), fact.getValue().asText());
        }
      } else {
        TensorInfo info = info(entry.getKey(), entry.getValue());
        long begin = begin(info, entry.getValue(), channel.size() - data);
        tensors.put(info.name(), info);
        places.put(info.name(), data + begin);
      }
    }
    return new SafeTensors(path, channel, tensors, places, metadata);
  }

  private static TensorInfo info(String name, JsonNode node) throws IOException {
    String dtype = node.path("dtype").asText();
    ElementType type = null;
    for (ElementType known : ElementType.values()) {
      if (known.name().equals(dtype)) {
        type = known;
      }
    }
    if (type == null || !node.path("shape").isArray()) {
      throw new IOException(
          String.format(
              "tensor %s: expected dtype %s and a shape, found dtype \"%s\"",
              name, ImmutableList.copyOf(ElementType.values()), dtype));
    }
    ImmutableList.Builder<Long> shape = ImmutableList.builder();
    for (JsonNode size : node.get("shape")) {
      if (!size.canConvertToLong() || !size.isIntegralNumber() || size.asLong() < 0) {
        throw new IOException("tensor " + name + ": expected whole sizes, found " + size);
      }
      shape.add(size.asLong());
    }
    return new TensorInfo(name, type, shape.build());
  }

  private static long begin(TensorInfo info, JsonNode node, long available) throws IOException {
    JsonNode offsets = node.path("data_offsets");
    long begin = offsets.path(0).asLong(-1);
    long end = offsets.path(1).asLong(-1);
    long bytes = Math.multiplyExact(info.length(), info.type().bytes());
    if (offsets.size() != 2
        || begin < 0
        || end < begin
        || end - begin != bytes
        || end > available) {
      throw new IOException(
          String.format(
              "tensor %s: expected %d bytes within %d, found the offsets %s",
              info.name(), bytes, available, offsets));
    }
    return begin;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public ImmutableMap<String, TensorInfo> tensors() {
    return tensors;
  }

  /** Text that came with the tensors. */
  public ImmutableMap<String, String> metadata() {
    return metadata;
  }

  @Override
  public void read(String name, Sink sink) {
    TensorInfo info = tensors.get(name);
    Long place = places.get(name);
    if (info == null || place == null) {
      throw new IllegalArgumentException(
          "tensor: expected one of " + tensors.keySet() + ", got \"" + name + "\"");
    }
    long[] at = {place};
    PyTorchStorage.Source source =
        new PyTorchStorage.Source() {
          @Override
          public void read(byte[] target, int count) throws IOException {
            PyTorchLegacy.readFully(channel, ByteBuffer.wrap(target, 0, count), at[0]);
            at[0] += count;
          }

          @Override
          public void close() {}
        };
    try {
      PyTorchStorage.stream(source, info.type(), info.length(), sink);
    } catch (IOException e) {
      throw PyTorchStorage.damaged(path + ", tensor " + name, e);
    }
  }

  @Override
  public void close() {
    close(channel);
  }
}
