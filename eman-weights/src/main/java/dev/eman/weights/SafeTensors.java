package dev.eman.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.ByteStreams;
import dev.eman.core.EmanException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file: the length of a header, the header in JSON, and the tensors' bytes without
 * gaps.
 */
public final class SafeTensors implements TensorFile {
  private static final long LARGEST_HEADER = 100_000_000;

  private final Path path;
  private final FileChannel channel;
  private final ImmutableMap<String, TensorInfo> tensors;
  private final ImmutableMap<String, Unread> unread;
  private final ImmutableMap<String, Long> places;
  private final ImmutableMap<String, String> metadata;

  private SafeTensors(Path path, FileChannel channel, SafeTensorsHeader header, long data) {
    this.path = path;
    this.channel = channel;
    ImmutableMap.Builder<String, TensorInfo> infos = ImmutableMap.builder();
    ImmutableMap.Builder<String, Unread> others = ImmutableMap.builder();
    ImmutableMap.Builder<String, Long> begins = ImmutableMap.builder();
    header
        .places()
        .forEach(
            (name, place) -> {
              TensorInfo info = place.info();
              if (info == null) {
                others.put(name, new Unread("a tensor of " + place.dtype(), true));
                return;
              }
              infos.put(name, info);
              begins.put(name, data + place.begin());
            });
    this.tensors = infos.buildOrThrow();
    this.unread = others.buildOrThrow();
    this.places = begins.buildOrThrow();
    this.metadata = ImmutableMap.copyOf(header.metadata());
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
              + " cannot be read: its header is not JSON as required by the format: "
              + e.getOriginalMessage(),
          e);
    } catch (CharacterCodingException e) {
      close(channel);
      throw PyTorchStorage.damaged(path, new IOException("its header is no UTF-8", e));
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
      // The original failure matters more.
    }
  }

  private static SafeTensors read(Path path, FileChannel channel) throws IOException {
    ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    PyTorchLegacy.readFully(channel, count, 0);
    long length = count.getLong(0);
    if (length < 2 || length > LARGEST_HEADER || length > channel.size() - Long.BYTES) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "its header claims %d bytes, expected 2 to %d and no more than the %d that are there%s",
              length,
              LARGEST_HEADER,
              channel.size() - Long.BYTES,
              length > 0 && length <= LARGEST_HEADER ? PyTorchStorage.TRUNCATED : ""));
    }
    Reader text =
        new InputStreamReader(
            new BufferedInputStream(
                ByteStreams.limit(Channels.newInputStream(channel.position(Long.BYTES)), length)),
            StandardCharsets.UTF_8.newDecoder()); // It rejects invalid UTF-8.
    SafeTensorsHeader header = SafeTensorsHeader.read(text, channel.size() - Long.BYTES - length);
    return new SafeTensors(path, channel, header, Long.BYTES + length);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public ImmutableMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public ImmutableMap<String, Unread> unread() {
    return unread;
  }

  /** The text metadata of the file. */
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
