package dev.eman.core.train;

import static dev.eman.core.train.CheckpointFormat.FORMAT;
import static dev.eman.core.train.CheckpointFormat.META;
import static dev.eman.core.train.CheckpointFormat.STEPS;
import static dev.eman.core.train.CheckpointFormat.STUDENT;
import static dev.eman.core.train.CheckpointFormat.TEACHER;

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
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/** Reads the parts of {@link Checkpoint}s, each with its checksum. */
final class CheckpointReader {
  private CheckpointReader() {}

  static Checkpoint read(Path file) {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
      return read(raw, file, () -> ZipDirectory.of(file));
    } catch (NoSuchFileException e) {
      throw missing(file, e);
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
      ZipEntry first = format(zip, file);
      ZipParts.rest(directory.read(), zip, first, CheckpointFormat::isText)
          .forEach(
              (name, content) -> {
                if (name.startsWith(META)) {
                  putText(metadata, name, content);
                } else {
                  parts.put(name, content);
                }
              });
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      throw damaged(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    checkWhole(file, metadata, parts.keySet());
    return new Checkpoint(file, metadata, parts);
  }

  /** Reads the metadata alone. */
  static CheckpointFacts readFacts(Path file) {
    Map<String, String> metadata = new LinkedHashMap<>();
    Set<String> names;
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
      format(new ZipInputStream(raw), file);
      try (ZipFile zip = new ZipFile(file.toFile())) {
        ZipDirectory directory = ZipDirectory.of(zip, Files.size(file));
        names = directory.entries().keySet();
        ZipParts.some(directory, zip, CheckpointFormat::isText, name -> name.startsWith(META))
            .forEach((name, content) -> putText(metadata, name, content));
      }
    } catch (NoSuchFileException e) {
      throw missing(file, e);
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      throw damaged(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    checkWhole(file, metadata, names);
    return new CheckpointFacts(file, metadata, names.contains(TEACHER));
  }

  /** Reads the first part, which says that it is a checkpoint. */
  private static ZipEntry format(ZipInputStream zip, Path file) throws IOException {
    ZipEntry first = zip.getNextEntry();
    if (first == null
        || !first.getName().equals("format")
        || !FORMAT.equals(new String(zip.readNBytes(64), StandardCharsets.UTF_8))) {
      throw new EmanException(
          "expected a checkpoint (" + FORMAT + ") at " + file + ", found another file");
    }
    return first;
  }

  private static void putText(Map<String, String> metadata, String part, byte[] content) {
    metadata.put(part.substring(META.length()), new String(content, StandardCharsets.UTF_8));
  }

  private static void checkWhole(Path file, Map<String, String> metadata, Set<String> parts) {
    if (!metadata.containsKey(STEPS) || !parts.contains(STUDENT)) {
      throw new EmanException("the checkpoint " + file + " is truncated: parts are missing");
    }
  }

  private static EmanException missing(Path file, NoSuchFileException e) {
    return new EmanException("expected a checkpoint at " + file + ", found nothing", e);
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
