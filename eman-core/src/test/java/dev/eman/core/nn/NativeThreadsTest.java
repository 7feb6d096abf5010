package dev.eman.core.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.UsageException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

class NativeThreadsTest {
  @Test
  void check_numbersOrNothing_areAccepted() {
    NativeThreads.check(name -> null);
    NativeThreads.check(name -> "");
    NativeThreads.check(Map.of("OMP_NUM_THREADS", "1", "SD_MAX_THREADS", "1024")::get);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-3", "2,1", " 2", " ", "two", "1025", "99999999999", "\u0663"})
  void check_whatNd4jCannotUse_isRefusedByName(String value) {
    for (String name : new String[] {"OMP_NUM_THREADS", "SD_MAX_THREADS", "SD_MASTER_THREADS"}) {
      UsageException e =
          assertThrows(
              UsageException.class, () -> NativeThreads.check(Map.of(name, value)::get), value);
      String start = name + ": expected a number of threads from 1 to 1024, got ";
      assertTrue(String.valueOf(e.getMessage()).startsWith(start), e::toString);
    }
  }

  @Test
  void check_zero_saysWhatToDo() {
    UsageException e =
        assertThrows(
            UsageException.class, () -> NativeThreads.check(Map.of("OMP_NUM_THREADS", "0")::get));
    assertEquals(
        "OMP_NUM_THREADS: expected a number of threads from 1 to 1024, got 0; set it to one, such"
            + " as 2, or remove it from the environment",
        e.getMessage());
  }

  @Test
  void limit_fewerProcessorsThanTheMachineHas_isAThreadForEach() throws Exception {
    assumeTrue(Loader.totalCores() > 1, "the machine has one core");
    assertEquals("threads: 1, 1, 1", threadsOfAProcessWithOneProcessor(Map.of()));
  }

  @Test
  void limit_numberInTheEnvironment_isLeftAlone() throws Exception {
    assertEquals(
        "threads: 2, 2, 2", threadsOfAProcessWithOneProcessor(Map.of("OMP_NUM_THREADS", "2")));
  }

  private static String threadsOfAProcessWithOneProcessor(Map<String, String> environment)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:ActiveProcessorCount=1",
                "-Xmx256m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                NativeThreadsTest.class.getName())
            .redirectErrorStream(true);
    builder.environment().keySet().removeAll(NativeThreads.ALL);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.lines().filter(line -> line.startsWith("threads: ")).findFirst().orElse(output);
  }

  /** Prints what the calling thread's OpenMP, ND4J and its BLAS compute with. */
  public static void main(String[] args) {
    Backend.limitThreads();
    Nd4j.getBackend(); // Loads the library, where there was nothing to limit.
    System.out.printf(
        "threads: %d, %d, %d%n",
        NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads(),
        Nd4j.getEnvironment().maxMasterThreads(),
        Nd4j.factory().blas().getMaxThreads());
  }
}
