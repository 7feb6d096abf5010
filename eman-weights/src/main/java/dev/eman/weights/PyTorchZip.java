package dev.eman.weights;

import dev.eman.core.EmanException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** PyTorch's format since 1.6: a zip archive of a pickle and one entry for each storage. */
final class PyTorchZip extends PyTorchFile {
  private static final String PICKLE = "/data.pkl";
  private static final int LARGEST_PICKLE = 64 << 20;

  private final ZipFile zip;

  private PyTorchZip(Path path, ZipFile zip, TensorTree tree) {
    super(path, tree);
    this.zip = zip;
  }

  static PyTorchZip open(Path path) {
    ZipFile zip = null;
    try {
      zip = new ZipFile(path.toFile());
      return new PyTorchZip(path, zip, TensorTree.of(content(zip)));
    } catch (IOException | PickleException | IllegalArgumentException | ArithmeticException e) {
      close(zip);
      throw PyTorchStorage.damaged(path, e);
    } catch (EmanException e) {
      close(zip);
      throw e;
    }
  }

  private static void close(@Nullable ZipFile zip) {
    try {
      if (zip != null) {
        zip.close();
      }
    } catch (IOException e) {
      // The original failure matters more.
    }
  }

  private static Object content(ZipFile zip) throws IOException, PickleException {
    String root =
        zip.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.endsWith(PICKLE))
            .findFirst()
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .orElseThrow(
                () ->
                    new IOException(
                        "expected an archive of PyTorch, found a zip archive without data.pkl"));
    if (zip.getEntry(root + "/constants.pkl") != null) {
      throw PickleException.notData("a TorchScript program");
    }
    checkByteOrder(zip, root);
    ByteBuffer pickle = ByteBuffer.wrap(whole(zip, root + PICKLE));
    Map<String, PyTorchStorage> storages = new HashMap<>();
    return Pickle.read(
        pickle,
        new Pickle.Tensors() {
          @Override
          public Object storage(PickleValues.Tuple id) throws PickleException {
            PyTorchStorage.Type type = PyTorchStorage.Type.of(id.get(1));
            String key = PickleValues.name(id.get(2));
            long length = PickleValues.wholeNumber(id.get(4));
            PyTorchStorage known = storages.get(key);
            if (known == null) {
              known = new PyTorchStorage(type, length, bytes(zip, root + "/data/" + key));
              checkSize(zip, root + "/data/" + key, known);
              storages.put(key, known);
            }
            return known;
          }

          @Override
          public Object tensor(PickleValues.Tuple arguments) throws PickleException {
            return PyTorchStorage.View.of(arguments);
          }
        });
  }

  private static void checkByteOrder(ZipFile zip, String root) throws IOException {
    if (zip.getEntry(root + "/byteorder") != null) {
      String order = new String(whole(zip, root + "/byteorder"), StandardCharsets.UTF_8);
      if (!order.equals("little")) {
        throw new IOException("expected little-endian numbers, found byte order " + order);
      }
    }
  }

  /** Reads a whole entry; unpacks no more than the size in its header. */
  private static byte[] whole(ZipFile zip, String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    long size = entry == null ? -1 : entry.getSize();
    if (entry == null || size < 0 || size > LARGEST_PICKLE) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "expected the entry %s with at most %d bytes, found %s",
              name,
              LARGEST_PICKLE,
              entry == null ? "none" : size + " bytes"));
    }
    byte[] content = new byte[(int) size];
    try (InputStream in = zip.getInputStream(entry)) {
      if (in.readNBytes(content, 0, content.length) < content.length || in.read() >= 0) {
        throw new IOException("expected " + size + " bytes in " + name + ", found others");
      }
    }
    checkSum(name, entry, content);
    return content;
  }

  private static void checkSum(String name, ZipEntry entry, byte[] content) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(content);
    if (entry.getCrc() > 0 && sum.getValue() != entry.getCrc()) {
      throw new IOException("the checksum of " + name + " is wrong");
    }
  }

  private static void checkSize(ZipFile zip, String name, PyTorchStorage storage)
      throws PickleException {
    ZipEntry entry = zip.getEntry(name);
    long size = entry == null ? -1 : entry.getSize();
    if (storage.length() < 0
        || size < 0
        || storage.length() > size / Math.max(1, storage.type().bytes())
        // An uncompressed entry cannot claim more bytes than the file has.
        || entry.getMethod() != ZipEntry.STORED
        || entry.getCompressedSize() != size) {
      throw new PickleException(
          String.format(
              Locale.ROOT,
              "expected %d elements of %s, uncompressed, at %s, found %s",
              storage.length(),
              storage.type().name(),
              name,
              size < 0 ? "nothing" : size + " bytes"));
    }
  }

  private static PyTorchStorage.Bytes bytes(ZipFile zip, String name) {
    return (from, length) -> {
      ZipEntry entry = zip.getEntry(name);
      InputStream in = zip.getInputStream(entry);
      in.skipNBytes(from);
      boolean all = from == 0 && length == entry.getSize() && entry.getCrc() > 0;
      return new EntrySource(in, name, all ? entry.getCrc() : -1, length);
    };
  }

  @Override
  public void close() {
    close(zip);
  }

  /** Reads an entry, and verifies its checksum if it is read to its end. */
  private static final class EntrySource implements PyTorchStorage.Source {
    private final InputStream in;
    private final String name;
    private final long expected;
    private final CRC32 sum = new CRC32();
    private long left;

    EntrySource(InputStream in, String name, long expected, long length) {
      this.in = in;
      this.name = name;
      this.expected = expected;
      this.left = length;
    }

    @Override
    public void read(byte[] target, int count) throws IOException {
      if (in.readNBytes(target, 0, count) < count) {
        throw new EOFException(name + " ends too early");
      }
      left -= count;
      if (expected >= 0) {
        sum.update(target, 0, count);
        if (left == 0 && sum.getValue() != expected) {
          throw new IOException("the checksum of " + name + " is wrong");
        }
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
