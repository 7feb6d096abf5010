package dev.eman.core.nn.kernel;

import java.util.function.Supplier;

/** System properties that are set for a while. */
final class SystemProperties {
  private SystemProperties() {}

  /** What {@code code} returns while a property has this value. */
  static <T> T with(String name, String value, Supplier<T> code) {
    String before = System.getProperty(name);
    System.setProperty(name, value);
    try {
      return code.get();
    } finally {
      if (before == null) {
        System.clearProperty(name);
      } else {
        System.setProperty(name, before);
      }
    }
  }
}
