package dev.eman.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.nn.BackboneProvider;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.kernel.KernelProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ServicesTest {
  @TempDir private Path jar;

  /** With a jar on the class path that names a class which it does not have. */
  private void assertRefused(Class<?> service, Executable call) throws IOException {
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(services.resolve(service.getName()), "a.ClassThatIsGone\n");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader with = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
      thread.setContextClassLoader(with);
      String message = String.valueOf(assertThrows(EmanException.class, call).getMessage());
      assertTrue(message.contains("a.ClassThatIsGone"), message);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void load_classThatIsGone_isNamed() throws IOException {
    assertRefused(KernelProvider.class, () -> Services.load(KernelProvider.class));
    assertRefused(AlgorithmProvider.class, Algorithms::all);
    assertRefused(BackboneProvider.class, Backbones::all);
  }

  @Test
  void load_contextLoaderWithoutTheService_findsItsProviders() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      assertTrue(Backbones.names().contains("resnet18"));
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void byName_twoOfOneName_areRefused() {
    EmanException e =
        assertThrows(
            EmanException.class,
            () -> Services.byName("numbers", List.<Number>of(1, 2L, 1L), Number::toString));
    assertEquals(
        "two numbers are named 1: java.lang.Integer and java.lang.Long; take one of their jars off"
            + " the class path",
        e.getMessage());
  }

  @Test
  void byName_different_areSorted() {
    assertEquals(
        List.of("a", "b"),
        Services.byName("letters", List.of("b", "a"), letter -> letter).keySet().asList());
  }
}
