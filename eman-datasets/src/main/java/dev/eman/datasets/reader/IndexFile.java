package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.AtomicFiles;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;

/**
 * The file that an index is kept in. All big-endian; texts and arrays with their length before
 * them:
 *
 * <pre>
 * long    magic
 * int     version
 * text    what is indexed
 * int     number of folders and files it depends on, for each: text path, long modified, long bytes
 * text[]  class names
 * byte    1: images lie in class folders, 2: positions are kept
 * text    fingerprint
 * text[]  notes
 * byte[]  names; int[] offsets; char[] labels; int[] sizes; long[] positions
 * int     CRC-32 of all before
 * </pre>
 */
final class IndexFile {
  private static final long MAGIC = 0x454d414e49445831L; // EMANIDX1
  private static final int VERSION = 4;
  private static final int CLASS_FOLDERS = 1;
  private static final int POSITIONS = 2;

  /** How many values are written at once. */
  private static final int CHUNK = 1 << 13;

  private IndexFile() {}

  /** Writes a file whole or not at all; a former one is replaced. */
  static void write(Path file, IndexCache.Stamped stamped) throws IOException {
    AtomicFiles.write(
        file,
        content -> {
          CRC32 crc = new CRC32();
          DataOutputStream out = new DataOutputStream(new CheckedOutputStream(content, crc));
          writeHeader(out, stamped);
          writeArrays(out, stamped.index());
          out.writeInt((int) crc.getValue());
          out.flush();
        });
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it is no such file, or damaged
   */
  static IndexCache.Stamped read(Path file) throws IOException {
    if (Files.size(file) > Integer.MAX_VALUE - 16) {
      throw new IOException("it is no index of images: it is larger than any");
    }
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
    if (in.remaining() < 16 || in.getLong() != MAGIC) {
      throw new IOException("it is no index of images");
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new IOException("expected version " + VERSION + ", found " + version);
    }
    int end = in.capacity() - Integer.BYTES;
    CRC32 crc = new CRC32();
    crc.update(in.array(), 0, end);
    if (in.getInt(end) != (int) crc.getValue()) {
      throw new IOException("it is damaged: its checksum does not match");
    }
    in.limit(end);
    try {
      String about = text(in);
      int count = length(in, 1);
      ImmutableList.Builder<Stamp.Entry> entries = ImmutableList.builder();
      for (int i = 0; i < count; i++) {
        entries.add(new Stamp.Entry(text(in), in.getLong(), in.getLong()));
      }
      Stamp stamp = new Stamp(about, entries.build());
      return new IndexCache.Stamped(index(in), stamp);
    } catch (BufferUnderflowException e) {
      throw new IOException("it is damaged: it ends too early", e);
    }
  }

  private static ImageIndex index(ByteBuffer in) throws IOException {
    ImmutableList<String> classNames = texts(in);
    int flags = in.get();
    String fingerprint = text(in);
    ImmutableList<String> notes = texts(in);
    byte[] names = new byte[length(in, 1)];
    in.get(names);
    int[] offsets = ints(in);
    char[] labels = new char[length(in, Character.BYTES)];
    in.asCharBuffer().get(labels);
    in.position(in.position() + labels.length * Character.BYTES);
    int[] sizes = ints(in);
    long[] positions = new long[length(in, Long.BYTES)];
    in.asLongBuffer().get(positions);
    boolean archive = (flags & POSITIONS) != 0;
    if (offsets.length != labels.length + 1
        || sizes.length != labels.length
        || positions.length != (archive ? labels.length : 0)) {
      throw new IOException("it is damaged: its arrays differ in length");
    }
    checkNames(offsets, names.length);
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= classNames.size() || sizes[i] < 0 || (archive && positions[i] < 0)) {
        throw new IOException("it is damaged: image " + i + " has an impossible class or place");
      }
    }
    return new ImageIndex(
        classNames,
        (flags & CLASS_FOLDERS) != 0,
        names,
        offsets,
        labels,
        sizes,
        archive ? positions : null,
        fingerprint,
        notes);
  }

  /** Each name begins where the one before it ends. */
  private static void checkNames(int[] offsets, int end) throws IOException {
    boolean right = offsets[0] == 0 && offsets[offsets.length - 1] == end;
    for (int i = 1; i < offsets.length; i++) {
      right &= offsets[i - 1] <= offsets[i];
    }
    if (!right) {
      throw new IOException("it is damaged: its names overlap");
    }
  }

  private static void writeHeader(DataOutputStream out, IndexCache.Stamped stamped)
      throws IOException {
    out.writeLong(MAGIC);
    out.writeInt(VERSION);
    writeText(out, stamped.stamp().about());
    out.writeInt(stamped.stamp().entries().size());
    for (Stamp.Entry entry : stamped.stamp().entries()) {
      writeText(out, entry.path());
      out.writeLong(entry.modified());
      out.writeLong(entry.bytes());
    }
    ImageIndex index = stamped.index();
    writeTexts(out, index.classNames());
    out.writeByte(
        (index.classFolders() ? CLASS_FOLDERS : 0) | (index.positions() == null ? 0 : POSITIONS));
    writeText(out, index.fingerprint());
    writeTexts(out, index.notes());
  }

  private static void writeArrays(DataOutputStream out, ImageIndex index) throws IOException {
    out.writeInt(index.names().length);
    out.write(index.names());
    writeInts(out, index.offsets());
    char[] labels = index.labels();
    byte[] chunk = new byte[CHUNK * Long.BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(chunk);
    out.writeInt(labels.length);
    for (int i = 0; i < labels.length; i += CHUNK) {
      int n = Math.min(CHUNK, labels.length - i);
      buffer.asCharBuffer().put(labels, i, n);
      out.write(chunk, 0, n * Character.BYTES);
    }
    writeInts(out, index.sizes());
    long[] positions = index.positions();
    if (positions == null) {
      out.writeInt(0);
      return;
    }
    out.writeInt(positions.length);
    for (int i = 0; i < positions.length; i += CHUNK) {
      int n = Math.min(CHUNK, positions.length - i);
      buffer.asLongBuffer().put(positions, i, n);
      out.write(chunk, 0, n * Long.BYTES);
    }
  }

  private static void writeInts(DataOutputStream out, int[] values) throws IOException {
    byte[] chunk = new byte[CHUNK * Integer.BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(chunk);
    out.writeInt(values.length);
    for (int i = 0; i < values.length; i += CHUNK) {
      int n = Math.min(CHUNK, values.length - i);
      buffer.asIntBuffer().put(values, i, n);
      out.write(chunk, 0, n * Integer.BYTES);
    }
  }

  private static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      writeText(out, text);
    }
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static int[] ints(ByteBuffer in) throws IOException {
    int[] values = new int[length(in, Integer.BYTES)];
    in.asIntBuffer().get(values);
    in.position(in.position() + values.length * Integer.BYTES);
    return values;
  }

  private static ImmutableList<String> texts(ByteBuffer in) throws IOException {
    int count = length(in, Integer.BYTES);
    ImmutableList.Builder<String> texts = ImmutableList.builderWithExpectedSize(count);
    for (int i = 0; i < count; i++) {
      texts.add(text(in));
    }
    return texts.build();
  }

  private static String text(ByteBuffer in) throws IOException {
    byte[] bytes = new byte[length(in, 1)];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** A length, which what is left of the file must be able to hold. */
  private static int length(ByteBuffer in, int bytesEach) throws IOException {
    int length = in.getInt();
    if (length < 0 || (long) length * bytesEach > in.remaining()) {
      throw new IOException("it is damaged: it says it holds " + length + " values");
    }
    return length;
  }
}
