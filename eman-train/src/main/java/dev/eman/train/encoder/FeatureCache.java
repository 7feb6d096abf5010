package dev.eman.train.encoder;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Features of one model, by the image: by the pixels that the model sees, so that moved, renamed
 * and repeated files are found, and changed ones are not. New ones are written in files of their
 * own, each whole or not at all, so that several processes can use one folder, and one that is
 * killed keeps what it has written. A file that is damaged is named in the log and deleted; its
 * features are computed again.
 *
 * <p>A file: the bytes {@code EMANFTR1}, the number of features F and of images N as int32, N times
 * an image's SHA-256 and F float32, and the SHA-256 of all before it; little endian.
 */
final class FeatureCache {
  private static final Logger LOG = LoggerFactory.getLogger(FeatureCache.class);
  private static final byte[] MAGIC = {'E', 'M', 'A', 'N', 'F', 'T', 'R', '1'};
  private static final String ENDING = ".features";
  private static final int HASH = 32;
  private static final int HEADER = 16;

  /** Images in a file: what a killed process loses at most. */
  private static final int FILE = 2048;

  private final Path folder;
  private final Map<HashCode, float[]> known = new HashMap<>();
  private final Map<HashCode, float[]> unsaved = new LinkedHashMap<>();

  /**
   * Opens a model's cache and reads it.
   *
   * @param folder of the model's features alone; made if it is missing
   * @throws EmanException if it cannot be made or read
   */
  FeatureCache(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
        for (Path file : files) {
          read(file);
        }
      }
    } catch (IOException e) {
      throw new EmanException(
          "cannot use the cache of features " + folder + ": " + IoFailures.reason(e), e);
    }
  }

  private void read(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Map<HashCode, float[]> found = parse(content);
    if (found == null) {
      LOG.warn("{} is damaged: its features are computed again", file);
      Files.deleteIfExists(file);
    } else {
      known.putAll(found);
    }
  }

  private static @Nullable Map<HashCode, float[]> parse(byte[] content) {
    int end = content.length - HASH;
    if (end < HEADER
        || !Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        || !Hashing.sha256()
            .hashBytes(content, 0, end)
            .equals(HashCode.fromBytes(Arrays.copyOfRange(content, end, content.length)))) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
    int width = in.getInt();
    int images = in.getInt();
    Map<HashCode, float[]> found = new HashMap<>();
    for (int i = 0; i < images; i++) {
      byte[] hash = new byte[HASH];
      in.get(hash);
      float[] features = new float[width];
      in.asFloatBuffer().get(features);
      in.position(in.position() + width * Float.BYTES);
      found.put(HashCode.fromBytes(hash), features);
    }
    return found;
  }

  /** The features of an image; null if they are not known. */
  float @Nullable [] find(HashCode image) {
    return known.get(image);
  }

  /** Adds an image's features, which it keeps. */
  void add(HashCode image, float[] features) {
    known.put(image, features);
    unsaved.put(image, features);
    if (unsaved.size() >= FILE) {
      save();
    }
  }

  /**
   * Writes what is new.
   *
   * @throws EmanException if it cannot be written
   */
  void save() {
    if (unsaved.isEmpty()) {
      return;
    }
    int width = unsaved.values().iterator().next().length;
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + unsaved.size() * (HASH + width * Float.BYTES) + HASH)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putInt(width).putInt(unsaved.size());
    unsaved.forEach(
        (image, features) -> {
          out.put(image.asBytes());
          for (float value : features) {
            out.putFloat(value);
          }
        });
    out.put(Hashing.sha256().hashBytes(out.array(), 0, out.position()).asBytes());
    AtomicFiles.save(folder.resolve(UUID.randomUUID() + ENDING), to -> to.write(out.array()));
    unsaved.clear();
  }

  /** Number of images whose features are known. */
  int size() {
    return known.size();
  }
}
