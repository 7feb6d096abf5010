package dev.eman.report;

import dev.eman.core.io.AtomicFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.internal.chartpart.Chart;

/** Writes charts. */
public final class Charts {
  private Charts() {}

  /** Writes a PNG, whole or not at all. */
  public static void writePng(Chart<?, ?> chart, Path file) {
    AtomicFiles.save(file, out -> BitmapEncoder.saveBitmap(chart, out, BitmapFormat.PNG));
  }

  /** A PNG. */
  public static byte[] png(Chart<?, ?> chart) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BitmapEncoder.saveBitmap(chart, out, BitmapFormat.PNG);
    return out.toByteArray();
  }
}
