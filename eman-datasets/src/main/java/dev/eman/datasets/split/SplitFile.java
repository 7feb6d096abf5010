package dev.eman.datasets.split;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import dev.eman.core.UsageException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.SubsetDataset;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A split as text: lines {@code key: value}, then one position a line. */
final class SplitFile {
  private static final String MAGIC = "eman split 1";

  /** Only where the data set's own unlabelled images are used. */
  private static final String PART = "own";

  /** Only where a user's unlabelled images are used. */
  private static final String ADDED = "added";

  /** Only where images are left out. */
  private static final String LEFT_OUT = "left-out";

  private SplitFile() {}

  static void write(Path file, LabelSplit split) {
    StringBuilder text = new StringBuilder(MAGIC).append('\n');
    // Both are for people: a folder's or a list's name may have line breaks.
    line(text, "dataset", Printable.escape(split.datasetName()));
    line(text, "fingerprint", split.fingerprint());
    line(text, "size", split.size());
    line(text, "origin", Printable.escape(split.origin()));
    line(text, "pool", split.pool().label());
    images(text, PART, split.part());
    images(text, ADDED, split.added());
    line(text, "hash", split.hash());
    positions(text, "labeled", split.labeled());
    positions(text, "validation", split.validation());
    if (!split.leftOut().isEmpty()) {
      positions(text, LEFT_OUT, split.leftOut());
    }
    try {
      AtomicFiles.writeString(file, text.toString());
    } catch (IOException e) {
      throw new DatasetException(
          "cannot write the split to " + file + ": " + IoFailures.reason(e), e);
    }
  }

  static LabelSplit read(Path file, ImageDataset data) {
    LabelSplit split;
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      split = parse(file, reader);
    } catch (NoSuchFileException e) {
      throw new DatasetException(
          "expected a split at " + file + ", found nothing; check the path", e);
    } catch (CharacterCodingException e) {
      throw foreign(file, e);
    } catch (IOException e) {
      throw new DatasetException("cannot read " + file + ": " + e, e);
    }
    if (!split.fingerprint().equals(data.fingerprint()) || split.size() != data.size()) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected a split of %s (%d images, fingerprint %s), found one of %s (%d images,"
                  + " fingerprint %s); open the data that it was drawn from%s, or draw again",
              file,
              data.name(),
              data.size(),
              data.fingerprint(),
              split.datasetName(),
              split.size(),
              split.fingerprint(),
              data instanceof SubsetDataset ? ", with the seed and --holdout of its draw" : ""));
    }
    return split;
  }

  private static LabelSplit parse(Path file, BufferedReader reader) throws IOException {
    if (!MAGIC.equals(reader.readLine())) {
      throw foreign(file, null);
    }
    String name = value(file, reader, "dataset");
    String fingerprint = value(file, reader, "fingerprint");
    int size = number(file, value(file, reader, "size"));
    String origin = value(file, reader, "origin");
    UnlabeledPool pool = pool(file, value(file, reader, "pool"));
    String line = reader.readLine();
    String part = optional(line, PART);
    line = part == null ? line : reader.readLine();
    String added = optional(line, ADDED);
    String hash = value(file, added == null ? line : reader.readLine(), "hash");
    LabelSplit split;
    try {
      split =
          new LabelSplit(
              name,
              fingerprint,
              size,
              origin,
              pool,
              positions(file, reader, "labeled"),
              positions(file, reader, "validation"),
              leftOut(file, reader),
              part == null ? null : images(file, part),
              added == null ? null : images(file, added));
    } catch (IllegalArgumentException e) {
      throw damaged(file, String.valueOf(e.getMessage()));
    }
    String more = reader.readLine();
    if (more != null) {
      throw damaged(file, "expected the end, found " + more);
    }
    if (!split.hash().equals(hash)) {
      throw damaged(file, "expected content of the hash " + hash + ", found " + split.hash());
    }
    return split;
  }

  static void line(StringBuilder text, String key, Object value) {
    text.append(key).append(": ").append(value).append('\n');
  }

  private static void images(StringBuilder text, String key, @Nullable UnlabeledPart images) {
    if (images != null) {
      line(text, key, images.size() + " " + images.fingerprint());
    }
  }

  static void positions(StringBuilder text, String key, ImmutableIntArray positions) {
    line(text, key, positions.length());
    positions.forEach(position -> text.append(position).append('\n'));
  }

  private static ImmutableIntArray leftOut(Path file, BufferedReader reader) throws IOException {
    String line = reader.readLine();
    String count = optional(line, LEFT_OUT);
    if (line != null && count == null) {
      throw damaged(file, "expected the end, found " + line);
    }
    return count == null ? ImmutableIntArray.of() : positions(file, reader, number(file, count));
  }

  static ImmutableIntArray positions(Path file, BufferedReader reader, String key)
      throws IOException {
    return positions(file, reader, number(file, value(file, reader, key)));
  }

  private static ImmutableIntArray positions(Path file, BufferedReader reader, int count)
      throws IOException {
    ImmutableIntArray.Builder positions = ImmutableIntArray.builder();
    for (int i = 0; i < count; i++) {
      positions.add(number(file, reader.readLine()));
    }
    return positions.build();
  }

  static String value(Path file, BufferedReader reader, String key) throws IOException {
    return value(file, reader.readLine(), key);
  }

  private static String value(Path file, @Nullable String line, String key) {
    if (line == null || !line.startsWith(key + ": ")) {
      throw damaged(file, "expected the line '" + key + ": ...', found " + line);
    }
    return line.substring(key.length() + 2);
  }

  /** The rest of a line that may be another one. */
  private static @Nullable String optional(@Nullable String line, String key) {
    return line != null && line.startsWith(key + ": ") ? line.substring(key.length() + 2) : null;
  }

  private static UnlabeledPool pool(Path file, String text) {
    try {
      return UnlabeledPool.named(text);
    } catch (UsageException e) {
      throw damaged(file, "expected the pool all, rest, train or part, found " + text);
    }
  }

  private static UnlabeledPart images(Path file, String text) {
    int space = text.indexOf(' ');
    if (space < 0) {
      throw damaged(file, "expected a number and a fingerprint, found " + text);
    }
    return new UnlabeledPart(number(file, text.substring(0, space)), text.substring(space + 1));
  }

  static int number(Path file, @Nullable String text) {
    Integer number = text == null ? null : Ints.tryParse(text);
    if (number == null) {
      throw damaged(file, "expected a number, found " + (text == null ? "the end" : text));
    }
    return number;
  }

  private static DatasetException foreign(Path file, @Nullable Exception cause) {
    String message =
        file + ": expected a split, whose first line is '" + MAGIC + "', found another file";
    return cause == null ? new DatasetException(message) : new DatasetException(message, cause);
  }

  static DatasetException damaged(Path file, String what) {
    return new DatasetException(file + " is damaged: " + what + "; draw the split again");
  }
}
