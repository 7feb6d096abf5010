package dev.eman.weights;

import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's format before 1.6: pickles of a magic number, a version, system information, the
 * content and the storages' keys, then a count and the bytes for each key.
 */
final class PyTorchLegacy extends PyTorchFile {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;
  private static final long LARGEST_HEAD = 64L << 20;

  private final FileChannel channel;

  private PyTorchLegacy(Path path, FileChannel channel, TensorTree tree) {
    super(path, tree);
    this.channel = channel;
  }

  static PyTorchLegacy open(Path path) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      return new PyTorchLegacy(path, channel, tree(channel));
    } catch (IOException | PickleException | ArithmeticException e) {
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

  private static TensorTree tree(FileChannel channel) throws IOException, PickleException {
    // The pickles come first, without their length; mapping costs no memory.
    ByteBuffer head =
        channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), LARGEST_HEAD));
    Storages storages = new Storages(channel);
    if (!MAGIC.equals(Pickle.read(head, storages))) {
      throw new PickleException("expected a file of torch.save, found another pickle");
    }
    Object version = Pickle.read(head, storages);
    if (!version.equals(VERSION)) {
      throw new PickleException(
          "expected version 1001 of the format, found " + PickleValues.kind(version));
    }
    if (Pickle.read(head, storages) instanceof Map<?, ?> system
        && Boolean.FALSE.equals(system.get("little_endian"))) {
      throw new PickleException("expected little-endian numbers");
    }
    Object content = Pickle.read(head, storages);
    storages.place(Pickle.read(head, storages), head.position());
    return TensorTree.of(content);
  }

  @Override
  public void close() {
    close(channel);
  }

  /** Storages by key; their positions are known only at the end. */
  private static final class Storages implements Pickle.Tensors {
    private final FileChannel channel;
    private final Map<String, PyTorchStorage> known = new HashMap<>();
    private final Map<String, Long> places = new HashMap<>();

    Storages(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public Object storage(PickleValues.Tuple id) throws PickleException {
      if (id.get(0).equals("module")) {
        return id.get(1); // A class, with its source behind it.
      }
      PyTorchStorage.Type type = PyTorchStorage.Type.of(id.get(1));
      String key = PickleValues.name(id.get(2));
      long length = PickleValues.wholeNumber(id.get(4));
      if (id.items().size() > 5 && id.get(5) != PickleValues.NONE) {
        throw new PickleException(
            "a storage is a view of another one; save it again with a later PyTorch");
      }
      return known.computeIfAbsent(
          key, k -> new PyTorchStorage(type, length, (from, n) -> source(k, from)));
    }

    @Override
    public Object tensor(PickleValues.Tuple arguments) throws PickleException {
      return PyTorchStorage.View.of(arguments);
    }

    void place(Object keys, long from) throws IOException, PickleException {
      long at = from;
      if (!(keys instanceof List<?> list)) {
        throw new PickleException("expected the list of storages");
      }
      for (Object item : list) {
        String key = PickleValues.name(item);
        PyTorchStorage storage = known.get(key);
        if (storage == null) {
          throw new PickleException(
              "storage " + PickleValues.shortened(key) + " belongs to no tensor");
        }
        ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, count, at);
        long length = count.getLong(0);
        at += Long.BYTES;
        int width = storage.type().bytes();
        if (width == 0) {
          throw new PickleException(
              "storage "
                  + PickleValues.shortened(key)
                  + " is of "
                  + storage.type().name()
                  + ", whose size is unknown; save the file again with a later PyTorch");
        }
        if (length != storage.length() || length < 0 || length > (channel.size() - at) / width) {
          throw new PickleException(
              String.format(
                  Locale.ROOT,
                  "expected %d elements of storage %s, found %d where %d bytes are left%s",
                  storage.length(),
                  key,
                  length,
                  channel.size() - at,
                  PyTorchStorage.TRUNCATED));
        }
        if (places.put(key, at) != null) {
          throw new PickleException("storage " + PickleValues.shortened(key) + " is there twice");
        }
        at += length * width;
      }
      for (String key : known.keySet()) {
        if (!places.containsKey(key)) {
          throw new PickleException(
              "storage " + PickleValues.shortened(key) + " is not in the file");
        }
      }
    }

    private PyTorchStorage.Source source(String key, long from) {
      long[] at = {places.getOrDefault(key, Long.MAX_VALUE / 2) + from};
      return new PyTorchStorage.Source() {
        @Override
        public void read(byte[] target, int count) throws IOException {
          readFully(channel, ByteBuffer.wrap(target, 0, count), at[0]);
          at[0] += count;
        }

        @Override
        public void close() {}
      };
    }
  }

  static void readFully(FileChannel channel, ByteBuffer target, long from) throws IOException {
    long at = from;
    while (target.hasRemaining()) {
      int read = channel.read(target, at);
      if (read < 0) {
        throw new EOFException("it ends too early");
      }
      at += read;
    }
  }
}
