package dev.eman.core.train;

import static dev.eman.core.train.CheckpointFormat.FORMAT;
import static dev.eman.core.train.CheckpointFormat.META;
import static dev.eman.core.train.CheckpointFormat.STEPS;
import static dev.eman.core.train.CheckpointFormat.STUDENT;

import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** Reads the parts of {@link Checkpoint}s, each with its checksum. */
final class CheckpointReader {
  private CheckpointReader() {}

  static Checkpoint read(Path file) {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
      return read(raw, file, () -> ZipDirectory.of(file));
    } catch (NoSuchFileException e) {
      throw new EmanException("expected a checkpoint at " + file + ", found nothing", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Reads the content of a file.
   *
   * @param name for messages; nothing need be there
   */
  static Checkpoint read(byte[] content, Path name) {
    return read(new ByteArrayInputStream(content), name, () -> ZipDirectory.of(content));
  }

  /**
   * Reads an archive.
   *
   * @param raw read to its end, not closed
   * @param file where it comes from, for messages
   */
  private static Checkpoint read(InputStream raw, Path file, ZipDirectory.Source directory) {
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, byte[]> parts = new LinkedHashMap<>();
    try {
      ZipInputStream zip = new ZipInputStream(raw);
      ZipEntry first = zip.getNextEntry();
      if (first == null
          || !first.getName().equals("format")
          || !FORMAT.equals(new String(zip.readNBytes(64), StandardCharsets.UTF_8))) {
        throw new EmanException(
            "expected a checkpoint (" + FORMAT + ") at " + file + ", found another file");
      }
      ZipParts.rest(directory.read(), zip, first, CheckpointFormat::isText)
          .forEach(
              (name, content) -> {
                if (name.startsWith(META)) {
                  metadata.put(
                      name.substring(META.length()), new String(content, StandardCharsets.UTF_8));
                } else {
                  parts.put(name, content);
                }
              });
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      throw damaged(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    if (!metadata.containsKey(STEPS) || !parts.containsKey(STUDENT)) {
      throw new EmanException("the checkpoint " + file + " is truncated: parts are missing");
    }
    return new Checkpoint(file, metadata, parts);
  }

  /** Whatever is in it: a network drive that is gone, no permission, a folder. */
  private static EmanException unreadable(Path file, IOException e) {
    return new EmanException("cannot read the checkpoint " + file + ": " + IoFailures.reason(e), e);
  }

  private static EmanException damaged(Path file, Exception e) {
    String what = e.getMessage() == null ? "it ends too early" : e.getMessage();
    return new EmanException("the checkpoint " + file + " is truncated or damaged: " + what, e);
  }
}
