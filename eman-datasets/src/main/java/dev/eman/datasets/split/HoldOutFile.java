package dev.eman.datasets.split;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Held-out images as text, in the manner of {@link SplitFile}. */
final class HoldOutFile {
  private static final String MAGIC = "eman hold-out 1";

  private HoldOutFile() {}

  static void write(Path file, HoldOut held) {
    StringBuilder text = new StringBuilder(MAGIC).append('\n');
    SplitFile.line(text, "fingerprint", held.fingerprint());
    SplitFile.line(text, "size", held.size());
    SplitFile.line(text, "origin", Printable.escape(held.origin()));
    SplitFile.line(text, "hash", held.hash());
    SplitFile.positions(text, "held-out", held.positions());
    try {
      AtomicFiles.writeString(file, text.toString());
    } catch (IOException e) {
      throw new DatasetException("cannot write " + file + ": " + IoFailures.reason(e), e);
    }
  }

  static HoldOut read(Path file, ImageDataset data) {
    HoldOut held = read(file);
    if (!held.fingerprint().equals(data.fingerprint()) || held.size() != data.size()) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected the images that the hold-out was made of (%d, fingerprint %s), found %s"
                  + " with other ones (%d, fingerprint %s); restore them, or start a new run",
              file,
              held.size(),
              held.fingerprint(),
              data.name(),
              data.size(),
              data.fingerprint()));
    }
    return held;
  }

  static HoldOut read(Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      if (!MAGIC.equals(reader.readLine())) {
        throw SplitFile.damaged(file, "expected the first line '" + MAGIC + "'");
      }
      String fingerprint = SplitFile.value(file, reader, "fingerprint");
      int size = SplitFile.number(file, SplitFile.value(file, reader, "size"));
      String origin = SplitFile.value(file, reader, "origin");
      String hash = SplitFile.value(file, reader, "hash");
      ImmutableIntArray positions = SplitFile.positions(file, reader, "held-out");
      HoldOut held = new HoldOut(fingerprint, size, origin, positions);
      if (!held.hash().equals(hash)) {
        throw SplitFile.damaged(file, "expected content of the hash " + hash);
      }
      return held;
    } catch (IllegalArgumentException e) {
      throw SplitFile.damaged(file, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new DatasetException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }
}
