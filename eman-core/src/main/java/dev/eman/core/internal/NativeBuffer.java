package dev.eman.core.internal;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Off-heap memory that begins on a 64-byte line: AVX-512 loads that straddle two lines cost double,
 * and malloc gives 16. Freed by {@link #close()}, or when it is no longer reachable.
 */
public final class NativeBuffer implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final BytePointer memory;
  private final long address;
  private final long bytes;

  private NativeBuffer(long bytes) {
    this.memory = new BytePointer(bytes + ALIGNMENT);
    this.address = (memory.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    this.bytes = bytes;
  }

  public static NativeBuffer allocate(long bytes) {
    return new NativeBuffer(bytes);
  }

  public long address() {
    return address;
  }

  public long bytes() {
    return bytes;
  }

  /** All of it as one vector, which keeps this memory alive. */
  public INDArray floats() {
    return asArray(DataType.FLOAT, 'c', bytes / Float.BYTES);
  }

  /** An array over the beginning of this memory, which it keeps alive. */
  public INDArray asArray(DataType type, char order, long... shape) {
    return asArrayAt(address, type, order, shape);
  }

  /**
   * An array over a part of this memory, which it keeps alive.
   *
   * @param at the part's address
   */
  public INDArray asArrayAt(long at, DataType type, char order, long... shape) {
    long length = 1;
    for (long s : shape) {
      length *= s;
    }
    Pointer pointer;
    Indexer indexer;
    if (type == DataType.FLOAT) {
      FloatWindow p = new FloatWindow(this, at, length);
      pointer = p;
      indexer = FloatIndexer.create(p);
    } else if (type == DataType.DOUBLE) {
      DoubleWindow p = new DoubleWindow(this, at, length);
      pointer = p;
      indexer = DoubleIndexer.create(p);
    } else if (type == DataType.UINT8) {
      ByteWindow p = new ByteWindow(this, at, length);
      pointer = p;
      indexer = UByteIndexer.create(p);
    } else {
      return Nd4j.createUninitialized(type, shape, order);
    }
    DataBuffer buffer = Nd4j.createBuffer(pointer, type, length, indexer);
    return Nd4j.create(buffer, shape, Nd4j.getStrides(shape, order), 0, order, type);
  }

  @Override
  public void close() {
    memory.close();
  }

  // Pointers into the aligned part, each keeping the whole alive.

  private static final class FloatWindow extends FloatPointer {
    @SuppressWarnings({"unused", "FieldCanBeLocal"})
    private final NativeBuffer owner;

    FloatWindow(NativeBuffer owner, long at, long length) {
      super((Pointer) null);
      this.owner = owner;
      this.address = at;
      this.limit = length;
      this.capacity = length;
    }
  }

  private static final class DoubleWindow extends DoublePointer {
    @SuppressWarnings({"unused", "FieldCanBeLocal"})
    private final NativeBuffer owner;

    DoubleWindow(NativeBuffer owner, long at, long length) {
      super((Pointer) null);
      this.owner = owner;
      this.address = at;
      this.limit = length;
      this.capacity = length;
    }
  }

  private static final class ByteWindow extends BytePointer {
    @SuppressWarnings({"unused", "FieldCanBeLocal"})
    private final NativeBuffer owner;

    ByteWindow(NativeBuffer owner, long at, long length) {
      super((Pointer) null);
      this.owner = owner;
      this.address = at;
      this.limit = length;
      this.capacity = length;
    }
  }
}
