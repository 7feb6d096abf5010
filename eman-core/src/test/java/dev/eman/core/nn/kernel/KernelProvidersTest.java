package dev.eman.core.nn.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

class KernelProvidersTest {
  private record Fake(String name, int rank, DataType only) implements KernelProvider {
    @Override
    public boolean supports(DataType type, Nd4jBackend backend) {
      return type == only;
    }

    @Override
    public Kernels kernels(DataType type) {
      return LoopKernels.INSTANCE;
    }
  }

  private static Fake floats(String name, int rank) {
    return new Fake(name, rank, DataType.FLOAT);
  }

  private static KernelProvider choose(String requested, DataType type, KernelProvider... all) {
    return KernelProviders.choose(
        List.of(all), Optional.ofNullable(requested), type, Nd4j.getBackend());
  }

  @Test
  void all_onTheClassPath_highestRankFirst() {
    assertEquals(
        List.of("onednn", "nd4j", "loops"),
        KernelProviders.all().stream().map(KernelProvider::name).toList());
  }

  /** A copy of the class in which nothing has been looked for. */
  private static Class<?> anew() throws ClassNotFoundException {
    String name = KernelProviders.class.getName();
    return new ClassLoader(KernelProviders.class.getClassLoader()) {
      @Override
      protected Class<?> loadClass(String wanted, boolean resolve) throws ClassNotFoundException {
        if (!wanted.equals(name) || findLoadedClass(name) != null) {
          return super.loadClass(wanted, resolve);
        }
        try (InputStream in = KernelProviders.class.getResourceAsStream("KernelProviders.class")) {
          byte[] bytes = Objects.requireNonNull(in).readAllBytes();
          return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    }.loadClass(name);
  }

  @Test
  void all_onceThereWereNone_areLookedForAgain() throws ReflectiveOperationException {
    Method all = anew().getMethod("all");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(
        new ClassLoader(before) {
          @Override
          public Enumeration<URL> getResources(String resource) {
            return Collections.emptyEnumeration();
          }
        });
    try {
      assertEquals(List.of(), all.invoke(null));
    } finally {
      thread.setContextClassLoader(before);
    }
    assertEquals(3, ((List<?>) all.invoke(null)).size());
  }

  @Test
  void chosen_float64_isNd4j() {
    assertEquals("nd4j", KernelProviders.chosen(DataType.DOUBLE).name());
  }

  private static Kernels floatsWith(String property, String value) {
    return SystemProperties.with(property, value, () -> Kernels.of(DataType.FLOAT));
  }

  @Test
  void chosen_higherRankOnTheClassPath_isPreferred() {
    assertSame(LoopKernels.INSTANCE, floatsWith(LoopKernelProvider.RANK, "1000"));
    assertFalse(Kernels.of(DataType.FLOAT) instanceof LoopKernels);
  }

  @Test
  void chosen_requestedByName_isPreferred() {
    assertSame(LoopKernels.INSTANCE, floatsWith(KernelProviders.PROPERTY, "loops"));
    assertFalse(floatsWith(KernelProviders.PROPERTY, "") instanceof LoopKernels);
  }

  @Test
  void chosen_unknownName_isRefusedWithSuggestion() {
    UsageException e =
        assertThrows(UsageException.class, () -> floatsWith(KernelProviders.PROPERTY, "onedn"));
    assertEquals(
        "eman.kernels: expected one of onednn, nd4j, loops, got onedn; did you mean onednn?",
        e.getMessage());
  }

  @Test
  void choose_requestedDoesNotSupportType_leavesItToRank() {
    Fake doubles = new Fake("doubles", -1, DataType.DOUBLE);
    assertSame(doubles, choose("floats", DataType.DOUBLE, floats("floats", 5), doubles));
  }

  @Test
  void choose_anyOrder_takesHighestRankThatSupports() {
    Fake low = floats("low", 1);
    Fake high = floats("high", 2);
    Fake other = new Fake("other", 3, DataType.DOUBLE);
    assertSame(high, choose(null, DataType.FLOAT, low, high, other));
    assertSame(high, choose(null, DataType.FLOAT, other, high, low));
  }

  @Test
  void choose_equalHighestRanks_refusedUnlessOneIsRequested() {
    Fake first = floats("first", 2);
    Fake second = floats("second", 2);
    Fake low = floats("low", 1);
    Fake alsoLow = floats("also-low", 1);
    EmanException e =
        assertThrows(
            EmanException.class, () -> choose(null, DataType.FLOAT, low, first, second, alsoLow));
    assertEquals(
        ("two kernel providers of rank 2 support FLOAT: first (%s) and second (%s);"
                + " name one with -Deman.kernels=first")
            .formatted(Fake.class.getName(), Fake.class.getName()),
        e.getMessage());
    assertSame(second, choose("second", DataType.FLOAT, low, first, second));
    assertSame(second, choose(null, DataType.FLOAT, low, second, alsoLow));
    Fake otherType = new Fake("other-type", 2, DataType.DOUBLE);
    assertSame(second, choose(null, DataType.FLOAT, otherType, second));
  }

  @Test
  void choose_nobodySupportsType_namesWhoIsThere() {
    EmanException e =
        assertThrows(
            EmanException.class,
            () -> choose(null, DataType.DOUBLE, floats("one", 1), floats("two", 2)));
    assertTrue(e.getMessage().startsWith("no kernels for DOUBLE on "), e.getMessage());
    assertTrue(e.getMessage().contains("[one, two]"), e.getMessage());
  }
}
