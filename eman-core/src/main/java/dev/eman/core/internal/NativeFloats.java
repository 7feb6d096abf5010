package dev.eman.core.internal;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Bulk copies between float arrays and Java's, with one pointer object per thread. An array is kept
 * until its copy is done (docs/architecture.md, "Native arrays and the garbage collector").
 */
public final class NativeFloats {
  private static final ThreadLocal<NativeFloats> CURRENT =
      ThreadLocal.withInitial(NativeFloats::new);

  private final Window window = new Window();

  private NativeFloats() {}

  public static NativeFloats current() {
    return CURRENT.get();
  }

  /** Copies the first elements of an array whose elements are adjacent. */
  public void read(INDArray from, float[] into, int length) {
    read(from, 0, into, length);
  }

  /** Copies elements from {@code offset} on. */
  public void read(INDArray from, long offset, float[] into, int length) {
    try {
      window.at(address(from) + offset * Float.BYTES, length).get(into, 0, length);
    } finally {
      Reference.reachabilityFence(from);
    }
  }

  /** Overwrites the first elements of an array whose elements are adjacent. */
  public void write(float[] from, int length, INDArray to) {
    write(from, length, to, 0);
  }

  /** Overwrites elements from {@code offset} on. */
  public void write(float[] from, int length, INDArray to, long offset) {
    try {
      window.at(address(to) + offset * Float.BYTES, length).put(from, 0, length);
    } finally {
      Reference.reachabilityFence(to);
    }
  }

  /** Whether two arrays begin at one address. */
  public static boolean sameMemory(INDArray a, INDArray b) {
    return address(a) == address(b);
  }

  /**
   * The address of an array's first element. For those alone who keep the array until they are done
   * with it: {@code ArchitectureTest} lists them.
   */
  public static long address(INDArray a) {
    Pointer p = a.data().pointer();
    return p.address() + a.offset() * a.dataType().width();
  }

  private static final class Window extends FloatPointer {
    Window() {
      super((Pointer) null);
    }

    Window at(long address, long length) {
      this.address = address;
      this.limit = length;
      this.capacity = length;
      return this;
    }
  }
}
