package dev.eman.benchmarks.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class StepReportTest {
  private static Map<String, @Nullable Object> measured() {
    Map<String, @Nullable Object> r = new LinkedHashMap<>();
    StepReport.TIMES.forEach(key -> r.put(key, null));
    r.put("eman_ms", 50.0);
    r.put("libtorch_ms", 40.0);
    r.put("inference_ms", 10.0);
    r.put("onnxruntime_ms", 20.0);
    r.put("teacher_update_ms", 0.5);
    r.put("eman_rss_mb", 300.0);
    r.put("libtorch_rss_mb", 400.0);
    r.put("step_gflop", 6.0);
    r.put("inference_gflop", 2.0);
    r.put("peak_gflop_per_s", 400.0);
    r.put("copy_gb_per_s", 30.0);
    return r;
  }

  @Test
  void complete_timesAndArithmetic_ratesAndSharesOfThePeak() {
    Map<String, @Nullable Object> r = StepReport.complete(measured());
    assertEquals(120.0, r.get("step_gflop_per_s"));
    assertEquals(200.0, r.get("inference_gflop_per_s"));
    assertEquals(0.3, r.get("step_peak_share"));
    assertEquals(0.5, r.get("inference_peak_share"));
    assertEquals(0.01, r.get("update_step_share"));
  }

  @Test
  void complete_withoutTimes_nothingToSay() {
    Map<String, @Nullable Object> r = measured();
    r.put("eman_ms", null);
    assertNull(StepReport.complete(r).get("step_peak_share"));
  }

  @Test
  void print_rows_oursOverTheirsAndWhatWasNotRun() {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    StepReport.print(out, StepReport.complete(measured()));
    out.flush();
    List<String> lines = text.toString().lines().map(l -> l.strip().replaceAll(" +", " ")).toList();
    assertTrue(lines.contains("training step 50.00 ms"), text::toString);
    assertTrue(
        lines.contains("libtorch, channels last 40.00 ms ours / theirs 1.25"), text::toString);
    assertTrue(lines.contains("ONNX Runtime 20.00 ms ours / theirs 0.50"), text::toString);
    assertTrue(lines.contains("libtorch, default layout not run"), text::toString);
    assertTrue(
        lines.contains("libtorch, channels last 400.00 MiB ours / theirs 0.75"), text::toString);
    assertTrue(lines.contains("training step 120.00 GFLOP/s 0.300 of the best"), text::toString);
  }
}
