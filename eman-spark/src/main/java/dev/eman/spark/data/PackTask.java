package dev.eman.spark.data;

import com.google.common.base.Strings;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingOutputStream;
import com.google.common.io.CountingOutputStream;
import dev.eman.core.io.Printable;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.ImageDecoder;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.packed.PackIndex;
import dev.eman.datasets.packed.PackedImage;
import dev.eman.datasets.table.TablePart;
import dev.eman.spark.internal.HadoopFiles;
import dev.eman.spark.internal.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Writes the images of a partition into an archive. Its bytes depend on the rows alone: they come
 * sorted, and entries have neither owner nor time.
 *
 * @param place folder of the packed set
 * @param hadoop opens files
 * @param prefix what all names begin with, to be left out
 * @param parts whether rows say which part they belong to
 * @param maxBytes the largest image that is taken
 */
record PackTask(
    String place, SerializableConfiguration hadoop, String prefix, boolean parts, long maxBytes)
    implements Serializable {
  /** Columns of the rows: a path or the content, name, label, part. */
  static final int IMAGE = 0;

  static final int NAME = 1;
  static final int LABEL = 2;
  static final int PART = 3;

  private static final int RECORD = 512;

  /** What goes on while a partition is written. */
  private static final class Progress {
    final StringBuilder lines = new StringBuilder();
    final Problems problems = new Problems();
    final Problems corrupt = new Problems();
    final Image scratch = new Image();
    int images;
    long repeated;
    @Nullable PackedImage last;
  }

  /** Sentences, of which the first are kept: rows come by name. */
  private static final class Problems {
    private final List<String> first = new ArrayList<>();
    private long count;

    void add(String sentence) {
      if (count++ < PackResult.Findings.NAMED) {
        first.add(Printable.escape(sentence));
      }
    }

    PackResult.Findings findings() {
      return new PackResult.Findings(count, first);
    }
  }

  /** An archive's name. */
  static String archive(int number) {
    return String.format(Locale.ROOT, "images-%05d.tar", number);
  }

  PackResult run(Iterator<Row> rows) {
    int number = TaskContext.getPartitionId();
    String name = archive(number);
    Progress progress = new Progress();
    long[] bytes = {0};
    String[] sha256 = {""};
    String failure = null;
    try {
      WholeFile.write(
          new Path(HadoopFiles.path(place), name),
          hadoop.value(),
          out -> {
            HashingOutputStream hashed = new HashingOutputStream(Hashing.sha256(), out);
            bytes[0] = write(rows, number, hashed, progress);
            sha256[0] = hashed.hash().toString();
          });
    } catch (IOException e) {
      failure = "cannot write " + place + "/" + name + ": " + HadoopFiles.reason(e);
    }
    return new PackResult(
        failure == null ? name : null,
        bytes[0],
        sha256[0],
        progress.images,
        progress.lines.toString(),
        progress.repeated,
        progress.problems.findings(),
        progress.corrupt.findings(),
        failure);
  }

  private long write(Iterator<Row> rows, int number, OutputStream out, Progress progress)
      throws IOException {
    CountingOutputStream counted = new CountingOutputStream(out);
    // Blocks of a record, or the count would lag behind. Not closed, as the file is not ours.
    TarArchiveOutputStream tar =
        new TarArchiveOutputStream(counted, RECORD, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    while (rows.hasNext()) {
      Row row = rows.next();
      String name = name(row);
      try {
        check(name);
        add(row, name, number, tar, counted, progress);
      } catch (Fault e) {
        progress.problems.add((name.isEmpty() ? "a row" : name) + ": " + e.getMessage());
      }
    }
    tar.finish();
    return counted.getCount();
  }

  private void add(
      Row row,
      String name,
      int number,
      TarArchiveOutputStream tar,
      CountingOutputStream counted,
      Progress progress)
      throws IOException, Fault {
    String label = label(row);
    Optional<TablePart> part = part(row);
    byte[] content = content(row);
    Checksum checksum = new CRC32C();
    checksum.update(content);
    int crc = (int) checksum.getValue();
    PackedImage last = progress.last;
    if (last != null && last.name().equals(name)) {
      if (!last.label().equals(label) || !last.part().equals(part)) {
        throw new Fault(
            "expected one label and part, found "
                + describe(last.label(), last.part())
                + " and "
                + describe(label, part)
                + "; decide on one");
      }
      if (last.bytes() != content.length || last.crc32c() != crc) {
        throw new Fault("expected one image of this name, found two; give each a name of its own");
      }
      progress.repeated++;
      return;
    }
    decode(content, name, progress);
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    entry.setModTime(0);
    entry.setIds(0, 0);
    entry.setNames("", "");
    tar.putArchiveEntry(entry);
    long position = counted.getCount();
    tar.write(content);
    tar.closeArchiveEntry();
    PackedImage image = new PackedImage(name, label, part, number, position, content.length, crc);
    progress.lines.append(PackIndex.line(image));
    progress.images++;
    progress.last = image;
  }

  private static String describe(String label, Optional<TablePart> part) {
    return part.map(known -> known.label() + ", ").orElse("")
        + (label.isEmpty() ? "no label" : "'" + label + "'");
  }

  /** A row that cannot be used. */
  private static final class Fault extends Exception {
    private static final long serialVersionUID = 1;

    Fault(String message) {
      super(message);
    }
  }

  private String name(Row row) {
    String whole = row.isNullAt(NAME) ? "" : row.getString(NAME);
    return whole.startsWith(prefix) ? whole.substring(prefix.length()) : whole;
  }

  private static void check(String name) throws Fault {
    if (name.isBlank()) {
      throw new Fault("expected a name or a path of its image, found nothing");
    }
    if (Printable.hasControls(name) || name.endsWith("/")) {
      throw new Fault("expected a name without line breaks and control characters, of a file");
    }
  }

  private static String label(Row row) throws Fault {
    String label = row.isNullAt(LABEL) ? "" : row.getString(LABEL).strip();
    if (Printable.hasControls(label)) {
      throw new Fault(
          "expected a label without line breaks and control characters, found " + label);
    }
    return label;
  }

  private Optional<TablePart> part(Row row) throws Fault {
    if (!parts) {
      return Optional.empty();
    }
    String name = row.isNullAt(PART) ? "" : row.getString(PART).strip();
    Optional<TablePart> part = TablePart.named(name);
    if (part.isEmpty()) {
      throw new Fault(
          "expected a part ("
              + TablePart.NAMES
              + "), found "
              + (name.isEmpty() ? "nothing" : name));
    }
    return part;
  }

  private byte[] content(Row row) throws Fault {
    if (row.isNullAt(IMAGE)) {
      throw new Fault("expected an image, found null");
    }
    Object image = row.get(IMAGE);
    try {
      if (image instanceof byte[] content) {
        HadoopFiles.checkSize("the image", content.length, maxBytes);
        return content;
      }
      return HadoopFiles.image(String.valueOf(image), hadoop.value(), maxBytes);
    } catch (CorruptImageException e) {
      throw new Fault(Strings.nullToEmpty(e.getMessage()));
    }
  }

  private static void decode(byte[] content, String name, Progress progress) {
    if (content.length == 0) {
      progress.corrupt.add(name + ": the file is empty");
      return;
    }
    try {
      ImageDecoder.local()
          .decode(
              content,
              content.length,
              name,
              Orientation.IGNORE,
              DecodePlan.WHOLE,
              progress.scratch);
    } catch (CorruptImageException e) {
      progress.corrupt.add(Strings.nullToEmpty(e.getMessage()));
    }
  }
}
