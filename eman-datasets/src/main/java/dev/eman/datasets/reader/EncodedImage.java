package dev.eman.datasets.reader;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Optional;
import com.google.common.io.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A part of one image's file, or all of it, read when it is asked for. */
final class EncodedImage extends ByteSource {
  private final IndexedImages images;
  private final int index;
  private final long offset;
  private final int length;

  EncodedImage(IndexedImages images, int index) {
    this(images, index, 0, images.index().bytes(index));
  }

  private EncodedImage(IndexedImages images, int index, long offset, int length) {
    this.images = images;
    this.index = index;
    this.offset = offset;
    this.length = length;
  }

  @Override
  public InputStream openStream() throws IOException {
    return new ByteArrayInputStream(read());
  }

  @Override
  public byte[] read() throws IOException {
    byte[] bytes = new byte[length];
    images.readFile(index, offset, bytes);
    return bytes;
  }

  @Override
  public ByteSource slice(long from, long most) {
    checkArgument(from >= 0 && most >= 0, "expected a part, got %s from %s", most, from);
    long start = Math.min(from, length);
    return new EncodedImage(images, index, offset + start, (int) Math.min(most, length - start));
  }

  @Override
  public Optional<Long> sizeIfKnown() {
    return Optional.of((long) length);
  }

  @Override
  public String toString() {
    return images.imageName(index);
  }
}
