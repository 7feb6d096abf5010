package dev.eman.train.encoder;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import com.google.common.io.ByteStreams;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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
 * <p>Features stay in the files: in memory are where those of each image are, and what is not yet
 * written, 2,048 images at most.
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
  private static final int BUFFER = 1 << 16;

  /** Images in a file: what a killed process loses at most. */
  private static final int FILE = 2048;

  private final Path folder;
  private final Map<HashCode, Place> saved = new HashMap<>();
  private final Map<HashCode, float[]> unsaved = new LinkedHashMap<>();

  /** A file that was whole when it was opened. */
  private record Stored(Path path, int width) {
    /** Where the features of an image begin, in bytes. */
    long offset(int row) {
      return HEADER + row * bytesOf(width) + HASH;
    }
  }

  /** The features of an image: a row of a file. */
  private record Place(Stored file, int row) {}

  /**
   * Opens a model's cache: reads all of its files once, and keeps what is where.
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
    List<HashCode> images = new ArrayList<>();
    Stored stored = index(file, images);
    if (stored == null) {
      LOG.warn("{} is damaged: its features are computed again", file);
      Files.deleteIfExists(file);
      return;
    }
    for (int row = 0; row < images.size(); row++) {
      saved.put(images.get(row), new Place(stored, row));
    }
  }

  /** Reads whose features a file has, in order; null if it is damaged. */
  private static @Nullable Stored index(Path file, List<HashCode> into) throws IOException {
    long length = Files.size(file);
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      HashingInputStream hashed = new HashingInputStream(Hashing.sha256(), raw);
      DataInputStream in = new DataInputStream(hashed);
      byte[] magic = in.readNBytes(MAGIC.length);
      int width = Integer.reverseBytes(in.readInt());
      int images = Integer.reverseBytes(in.readInt());
      if (!Arrays.equals(magic, MAGIC)
          || width < 0
          || images < 0
          || HEADER + images * bytesOf(width) + HASH != length) {
        return null;
      }
      for (int i = 0; i < images; i++) {
        into.add(hash(in));
        ByteStreams.exhaust(ByteStreams.limit(in, (long) width * Float.BYTES)); // Not skipped.
      }
      return hashed.hash().equals(hash(raw)) ? new Stored(file, width) : null;
    } catch (EOFException e) {
      return null;
    }
  }

  private static HashCode hash(InputStream in) throws IOException {
    byte[] hash = new byte[HASH];
    ByteStreams.readFully(in, hash);
    return HashCode.fromBytes(hash);
  }

  /** Of an image in a file: its hash and features. */
  private static long bytesOf(int width) {
    return HASH + (long) width * Float.BYTES;
  }

  /** Whether the features of an image are known. */
  boolean contains(HashCode image) {
    return unsaved.containsKey(image) || saved.containsKey(image);
  }

  /**
   * The features of some images, all of them known, in their order.
   *
   * @throws EmanException if a file of the cache cannot be read any more
   */
  float[][] findAll(HashCode[] images) {
    float[][] rows = new float[images.length][];
    try (Reader reader = new Reader()) {
      for (int i = 0; i < rows.length; i++) {
        float[] features = unsaved.get(images[i]);
        rows[i] = features != null ? features : reader.read(requireNonNull(saved.get(images[i])));
      }
    }
    return rows;
  }

  /** Keeps a file open for the next row of it, as images of a batch were written together. */
  private static final class Reader implements AutoCloseable {
    private @Nullable Stored file;
    private @Nullable FileChannel channel;

    float[] read(Place place) {
      Stored wanted = place.file();
      float[] features = new float[wanted.width()];
      ByteBuffer bytes =
          ByteBuffer.allocate(features.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      long offset = wanted.offset(place.row());
      try {
        FileChannel from = open(wanted);
        while (bytes.hasRemaining()) {
          if (from.read(bytes, offset + bytes.position()) < 0) {
            throw new EOFException("expected " + bytes.capacity() + " bytes at " + offset);
          }
        }
      } catch (IOException e) {
        throw new EmanException(
            "cannot read features from "
                + wanted.path()
                + ", which was whole before: "
                + IoFailures.reason(e)
                + ". Start again: what is missing is computed again",
            e);
      }
      bytes.flip().asFloatBuffer().get(features);
      return features;
    }

    private FileChannel open(Stored wanted) throws IOException {
      if (channel == null || !wanted.equals(file)) {
        close();
        channel = FileChannel.open(wanted.path());
        file = wanted;
      }
      return channel;
    }

    @Override
    public void close() {
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException e) {
          LOG.debug("cannot close {}", file, e); // It was only read.
        }
        channel = null;
      }
    }
  }

  /** Adds an image's features, which it keeps until they are written, unless they are known. */
  void add(HashCode image, float[] features) {
    if (contains(image)) {
      return;
    }
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
        ByteBuffer.allocate(Math.toIntExact(HEADER + unsaved.size() * bytesOf(width) + HASH))
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
    Path file = folder.resolve(UUID.randomUUID() + ENDING);
    AtomicFiles.save(file, to -> to.write(out.array()));
    Stored stored = new Stored(file, width);
    int row = 0;
    for (HashCode image : unsaved.keySet()) {
      saved.put(image, new Place(stored, row++));
    }
    unsaved.clear();
  }

  /** Number of images whose features are known. */
  int size() {
    return saved.size() + unsaved.size();
  }
}
