package dev.eman.benchmarks.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.cli.MainAccess;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BenchMethodsTest {
  @ParameterizedTest
  @ValueSource(strings = {"--rounds=0", "--batch=0", "--mu=-1", "--images=127"})
  void options_tooSmall_exit2AndSaysWhatIsExpected(String option) {
    MainAccess result = MainAccess.run("bench", "methods", option);
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("at least a batch's, "), result::err);
  }

  @Test
  void json_anyBatch_hasEveryMethodOverFixMatch() throws IOException {
    MainAccess result =
        MainAccess.run(
            "bench",
            "methods",
            "--arch=resnet8-w4",
            "--batch=2",
            "--mu=1",
            "--size=8",
            "--images=9",
            "--rounds=1",
            "--json");
    assertEquals(0, result.exitCode(), result::err);
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertEquals(1, json.path("fixmatch_ratio").asDouble());
    for (String method : new String[] {"uda", "flexmatch", "softmatch", "simmatch", "comatch"}) {
      assertTrue(json.path(method + "_ms").asDouble() > 0, result::out);
    }
    assertTrue(json.path("moco_ms").isMissingNode(), "it has no labels");
  }
}
