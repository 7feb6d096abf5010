package dev.eman.benchmarks.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.MainAccess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BenchTrainTest {
  @ParameterizedTest
  @ValueSource(strings = {"--rounds=0", "--batch=0", "--mu=0", "--workers=-1"})
  void options_belowOne_exit2AndSaysWhatIsExpected(String option) {
    MainAccess result = MainAccess.run("bench", "train", option);
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("of at least 1"), result::err);
  }

  @Test
  void peers_unknown_exit2AndSaysWhatIsExpected() {
    MainAccess result = MainAccess.run("bench", "train", "--peers=libtorch,onnxruntime");
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("expected libtorch or pytorch"), result::err);
  }
}
