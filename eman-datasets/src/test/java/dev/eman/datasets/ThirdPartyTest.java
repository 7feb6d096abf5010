package dev.eman.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A data set of another jar: it keeps the contract, and is found by its name. */
class ThirdPartyTest extends DatasetContractTest {
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private URLClassLoader jar;

  /** Its service file, apart from this module's tests, which count the data sets. */
  @BeforeEach
  void putOnClassPath() {
    URL root = Objects.requireNonNull(before.getResource("third-party/"));
    jar = new URLClassLoader(new URL[] {root}, before);
    Thread.currentThread().setContextClassLoader(jar);
  }

  @AfterEach
  void takeOffClassPath() throws IOException {
    Thread.currentThread().setContextClassLoader(before);
    jar.close();
  }

  @Override
  protected DatasetProvider provider(Path folder) {
    return new StripesProvider();
  }

  @Override
  protected void writeData(Path folder, int variant) {}

  @Override
  protected boolean comesWithData() {
    return true;
  }

  @Test
  void named_providerOfOtherJar_found() {
    assertInstanceOf(StripesProvider.class, Datasets.named("stripes"));
    assertEquals(10, Datasets.all().size());
  }

  @Test
  void named_nearlyItsName_suggested() {
    String message =
        assertThrows(UsageException.class, () -> Datasets.named("stripe")).getMessage();
    assertTrue(message.endsWith("got stripe; did you mean stripes?"), message);
  }
}
