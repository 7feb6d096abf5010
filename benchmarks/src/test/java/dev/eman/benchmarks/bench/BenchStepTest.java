package dev.eman.benchmarks.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.cli.MainAccess;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchStepTest {
  @ParameterizedTest
  @CsvSource({
    "--rounds=4, at least 5",
    "--batch=0, --batch and --threads of at least 1",
    "--size=7, --size of at least 8",
    "--classes=1, --classes of at least 2",
    "--arch=resnet15-w16, --arch",
    "--peers=onnx, expected libtorch",
    "--isa=avx9, AVX2"
  })
  void options_outOfRange_exit2AndSaysWhatIsExpected(String option, String expected) {
    MainAccess result = MainAccess.run("bench", "step", option);
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains(expected), result::err);
  }

  /** Two real processes: it is the protocol that could break. */
  @Test
  void besideBusy_tinyNetwork_oneObjectWithBothTimesAndTheirRatio() throws IOException {
    MainAccess result =
        MainAccess.run(
            "bench",
            "step",
            "--beside-busy",
            "--json",
            "--arch=resnet8-w8",
            "--batch=2",
            "--size=8",
            "--threads=1",
            "--rounds=5");
    assertEquals(0, result.exitCode(), result::err);
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertEquals(
        List.of(
            "arch",
            "batch",
            "size",
            "threads",
            "isa",
            "eman_ms",
            "eman_beside_busy_ms",
            "beside_busy_ratio"),
        json.properties().stream().map(java.util.Map.Entry::getKey).toList());
    assertTrue(json.get("eman_ms").asDouble() > 0);
    assertEquals(
        json.get("eman_beside_busy_ms").asDouble() / json.get("eman_ms").asDouble(),
        json.get("beside_busy_ratio").asDouble(),
        6e-4);
  }

  /** What programs read; others' values are null where they were not asked for. */
  @Test
  void json_withoutPeers_allKeysAndOursMeasured() throws IOException {
    MainAccess result =
        MainAccess.run(
            "bench",
            "step",
            "--peers=none",
            "--no-stock",
            "--json",
            "--isa=avx2",
            "--arch=resnet8-w8",
            "--batch=2",
            "--size=8",
            "--threads=1",
            "--rounds=5");
    assertEquals(0, result.exitCode(), result::err);
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertEquals("avx2", json.get("isa").asText());
    for (String ours :
        List.of(
            "eman_ms",
            "inference_ms",
            "teacher_update_ms",
            "eman_rss_mb",
            "step_gflop",
            "peak_gflop_per_s",
            "copy_gb_per_s",
            "step_peak_share")) {
      assertTrue(json.get(ours).asDouble() > 0, ours);
    }
    for (String theirs :
        List.of(
            "stock_dl4j_ms",
            "pytorch_ms",
            "pytorch_channels_last_ms",
            "pytorch_inference_ms",
            "pytorch_rss_mb",
            "libtorch_ms",
            "libtorch_inference_ms",
            "libtorch_rss_mb",
            "onnxruntime_ms")) {
      assertTrue(json.has(theirs) && json.get(theirs).isNull(), theirs);
    }
  }
}
