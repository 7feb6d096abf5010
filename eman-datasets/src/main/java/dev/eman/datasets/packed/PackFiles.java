package dev.eman.datasets.packed;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** The files of a packed set, wherever they lie. Safe for use by several threads at once. */
public interface PackFiles extends Closeable {
  /** Opens them, once for each part of a set that is read. */
  @FunctionalInterface
  interface Opener {
    /** Nothing is read yet. */
    PackFiles open();
  }

  /** Where they lie, for messages. */
  String place();

  /**
   * Opens a file to be read from its beginning.
   *
   * @throws java.io.FileNotFoundException or {@link java.nio.file.NoSuchFileException} if there is
   *     none
   */
  InputStream open(String name) throws IOException;

  /** How long a file is, in bytes. */
  long size(String name) throws IOException;

  /**
   * Reads a part of a file.
   *
   * @param position of its first byte
   * @param into filled from its beginning
   * @param length in bytes; fewer in the file are an {@link IOException}
   */
  void read(String name, long position, byte[] into, int length) throws IOException;

  @Override
  void close();
}
