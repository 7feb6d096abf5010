package dev.eman.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes archives as {@code torch.save} does, of whatever content. */
final class PyTorchArchive implements AutoCloseable {
  private final ZipOutputStream zip;

  PyTorchArchive(OutputStream out) {
    zip = new ZipOutputStream(out);
    zip.setMethod(ZipOutputStream.STORED);
  }

  void put(String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry("archive/" + name);
    CRC32 sum = new CRC32();
    sum.update(content);
    entry.setCrc(sum.getValue());
    entry.setSize(content.length);
    zip.putNextEntry(entry);
    zip.write(content);
  }

  /** An archive of a pickle alone: text and single bytes. */
  static byte[] ofPickle(Object... parts) throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof String text) {
        pickle.write(text.getBytes(StandardCharsets.ISO_8859_1));
      } else if (part instanceof byte[] bytes) {
        pickle.write(bytes);
      } else {
        pickle.write((Integer) part);
      }
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (PyTorchArchive archive = new PyTorchArchive(all)) {
      archive.put("data.pkl", pickle.toByteArray());
    }
    return all.toByteArray();
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
