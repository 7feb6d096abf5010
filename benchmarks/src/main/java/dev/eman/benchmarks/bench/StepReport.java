package dev.eman.benchmarks.bench;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The results of {@link BenchStep} as a table, with what follows from them. */
final class StepReport {
  static final List<String> TIMES =
      List.of(
          "eman_ms",
          "stock_dl4j_ms",
          "pytorch_ms",
          "pytorch_channels_last_ms",
          "inference_ms",
          "pytorch_inference_ms",
          "teacher_update_ms",
          "libtorch_ms",
          "libtorch_default_layout_ms",
          "libtorch_inference_ms",
          "libtorch_update_ms",
          "onnxruntime_ms");

  private StepReport() {}

  /** Adds how much of the processor's limit a step and an inference reach. */
  static Map<String, @Nullable Object> complete(Map<String, @Nullable Object> measured) {
    Map<String, @Nullable Object> r = new LinkedHashMap<>(measured);
    Double peak = (Double) r.get("peak_gflop_per_s");
    Double step = rate(r, "step_gflop", "eman_ms");
    Double inference = rate(r, "inference_gflop", "inference_ms");
    r.put("step_gflop_per_s", step);
    r.put("inference_gflop_per_s", inference);
    r.put("step_peak_share", Samples.ratio(step, peak));
    r.put("inference_peak_share", Samples.ratio(inference, peak));
    r.put(
        "update_step_share",
        Samples.ratio((Double) r.get("teacher_update_ms"), (Double) r.get("eman_ms")));
    return r;
  }

  private static @Nullable Double rate(
      Map<String, @Nullable Object> r, String gflop, String milliseconds) {
    return r.get(gflop) instanceof Double g && r.get(milliseconds) instanceof Double ms
        ? Samples.rounded(g / ms * 1000)
        : null;
  }

  /** Prints the rows. */
  static void print(PrintWriter out, Map<String, @Nullable Object> result) {
    Rows rows = new Rows(out, result);
    rows.value("training step", "ms", "eman_ms");
    rows.over("  libtorch, channels last", "ms", "libtorch_ms", "eman_ms");
    rows.over("  libtorch, default layout", "ms", "libtorch_default_layout_ms", "eman_ms");
    rows.over("  PyTorch", "ms", "pytorch_ms", "eman_ms");
    rows.over("  PyTorch, channels last", "ms", "pytorch_channels_last_ms", "eman_ms");
    rows.over("  stock DL4J", "ms", "stock_dl4j_ms", "eman_ms");
    rows.value("teacher's inference", "ms", "inference_ms");
    rows.over("  ONNX Runtime", "ms", "onnxruntime_ms", "inference_ms");
    rows.over("  libtorch, channels last", "ms", "libtorch_inference_ms", "inference_ms");
    rows.over("  PyTorch", "ms", "pytorch_inference_ms", "inference_ms");
    rows.times(
        "teacher's update", "ms", "teacher_update_ms", "update_step_share", "of a training step");
    rows.over("  libtorch, channels last", "ms", "libtorch_update_ms", "teacher_update_ms");
    rows.value("peak memory", "MiB", "eman_rss_mb");
    rows.over("  libtorch, channels last", "MiB", "libtorch_rss_mb", "eman_rss_mb");
    rows.over("  PyTorch", "MiB", "pytorch_rss_mb", "eman_rss_mb");
    rows.value("best convolution", "GFLOP/s", "peak_gflop_per_s");
    rows.times("  training step", "GFLOP/s", "step_gflop_per_s", "step_peak_share", "of the best");
    rows.times(
        "  inference", "GFLOP/s", "inference_gflop_per_s", "inference_peak_share", "of the best");
    rows.value("copy in memory", "GB/s", "copy_gb_per_s");
  }
}
