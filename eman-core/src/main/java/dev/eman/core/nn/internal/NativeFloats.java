package dev.eman.core.nn.internal;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.api.Layer;

/** Bulk copies between addresses and Java arrays, with one pointer object per thread. */
final class NativeFloats {
  private static final ThreadLocal<NativeFloats> CURRENT =
      ThreadLocal.withInitial(NativeFloats::new);

  private final Window window = new Window();

  private NativeFloats() {}

  static NativeFloats current() {
    return CURRENT.get();
  }

  void read(long address, float[] into) {
    read(address, into, into.length);
  }

  void read(long address, float[] into, int length) {
    window.at(address, length).get(into, 0, length);
  }

  void write(float[] from, long address) {
    write(from, from.length, address);
  }

  void write(float[] from, int length, long address) {
    window.at(address, length).put(from, 0, length);
  }

  float[] read(Layer layer, String parameter, int length) {
    float[] values = new float[length];
    read(OneDnn.address(layer.getParam(parameter)), values);
    return values;
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
