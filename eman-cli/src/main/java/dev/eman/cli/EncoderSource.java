package dev.eman.cli;

import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.train.encoder.EncoderOptions;
import dev.eman.train.encoder.EncoderOptions.Layout;
import dev.eman.train.encoder.EncoderOptions.Normalization;
import dev.eman.train.encoder.EncoderOptions.Pooling;
import dev.eman.train.encoder.OnnxEncoder;
import dev.eman.train.options.DataOptions;
import dev.eman.weights.onnx.OnnxEngine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that select a model of another program as an encoder. */
final class EncoderSource {
  @Option(
      names = "--encoder",
      paramLabel = "FILE",
      description =
          "An ONNX model that maps images to features, run by ONNX Runtime on the CPU; features are"
              + " kept in a cache.")
  private @Nullable Path file;

  @Option(
      names = "--normalization",
      paramLabel = "NAME",
      description =
          "With --encoder: what is done to pixels: imagenet, clip, half (-1 to 1), unit (0 to 1),"
              + " pixels (0 to 255), or means and deviations, such as 0.5,0.5,0.5/0.2,0.2,0.2"
              + " (default: what the model says).")
  private @Nullable String normalization;

  @Option(
      names = "--layout",
      paramLabel = "NAME",
      description = "With --encoder: nchw or nhwc (default: from the input's shape).")
  private @Nullable Layout layout;

  @Option(
      names = "--output",
      paramLabel = "NAME",
      description = "With --encoder: the output to take (default: the only one of two dimensions).")
  private @Nullable String output;

  @Option(
      names = "--pooling",
      paramLabel = "NAME",
      description =
          "With --encoder: first or mean of the positions, where a model has features for each.")
  private @Nullable Pooling pooling;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "With --encoder: folder of the cache (default: in the user's cache).")
  private @Nullable Path cache;

  boolean isGiven() {
    return file != null;
  }

  String name() {
    return String.valueOf(file);
  }

  /** Without an encoder, its other options are mistakes. */
  void checkUnused() {
    if (normalization != null
        || layout != null
        || output != null
        || pooling != null
        || cache != null) {
      throw new UsageException(
          "--normalization, --layout, --output, --pooling and --cache: expected with --encoder");
    }
  }

  /**
   * Opens the model.
   *
   * @param size of the images, for a model that takes any; null if it says so
   */
  OnnxEncoder open(@Nullable Integer size) {
    Path model = file;
    if (model == null) {
      throw new UsageException("--encoder: expected an ONNX model, got none");
    }
    if (size != null && (size < 1 || size > DataOptions.MOST_SIZE)) {
      throw new UsageException(
          "--size: expected 1 to " + DataOptions.MOST_SIZE + " pixels, got " + size);
    }
    EncoderOptions options =
        new EncoderOptions(
            size,
            layout,
            normalization == null ? null : Normalization.parse(normalization),
            output,
            pooling);
    OnnxEngine engine = OnnxEngine.require("--encoder", "");
    return OnnxEncoder.open(model, engine, options, folder());
  }

  Path folder() {
    return cache == null ? DataDirectories.of(null).features() : cache;
  }

  /** Says how much work the cache saved. */
  static void report(PrintWriter out, OnnxEncoder encoder) {
    out.printf(
        Locale.ROOT,
        "%,d images encoded, %,d found in the cache%n",
        encoder.computed(),
        encoder.reused());
    out.flush();
  }
}
