package dev.eman.core.nn.kernel.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.base.Splitter;
import dev.eman.core.nn.Backend;
import dev.eman.core.nn.kernel.KernelProviders;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class OneDnnProviderTest {
  private static final Logger LOG = LoggerFactory.getLogger(OneDnnProviderTest.class);

  /** What a process without oneDNN's native code says about itself. */
  public static void main(String[] arguments) {
    boolean supported = new OneDnnProvider().supports(DataType.FLOAT, Nd4j.getBackend());
    LOG.info("supported: {}, chosen: {}", supported, KernelProviders.chosen(DataType.FLOAT).name());
    LOG.info(Backend.describe());
  }

  @Test
  void supports_float32AloneOnTheCpu() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN is not there");
    OneDnnProvider provider = new OneDnnProvider();
    assertTrue(provider.supports(DataType.FLOAT, Nd4j.getBackend()));
    assertFalse(provider.supports(DataType.DOUBLE, Nd4j.getBackend()));
    assertFalse(provider.supports(DataType.FLOAT16, Nd4j.getBackend()));
  }

  /** As on a system for which there is no oneDNN, such as macOS on ARM. */
  @Test
  void supports_nativeLibraryMissing_fallsToNd4j() throws Exception {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String without =
        Splitter.on(File.pathSeparatorChar)
            .splitToStream(classPath)
            .filter(entry -> !new File(entry).getName().matches("dnnl-.*-(linux|macosx|windows).*"))
            .collect(Collectors.joining(File.pathSeparator));
    assumeTrue(!without.equals(classPath), "oneDNN's native code is on the class path as no jar");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx512m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
                "-cp",
                without,
                OneDnnProviderTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains("supported: false, chosen: nd4j"), output);
    assertTrue(output.contains("layers on ND4J's operations"), output);
  }
}
