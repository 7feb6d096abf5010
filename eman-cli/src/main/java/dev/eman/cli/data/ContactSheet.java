package dev.eman.cli.data;

import dev.eman.core.io.AtomicFiles;
import dev.eman.datasets.image.Image;
import dev.eman.train.Png;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/** Rows of captioned images, as PNG. Drawn with OpenCV, which needs no fonts on the machine. */
final class ContactSheet {
  private static final int TILE = 168;
  private static final int GAP = 14;
  private static final int LINE = 15;
  private static final int LINES = 7;
  private static final double LETTERS = 0.4;

  private final List<String> columns;
  private final List<String> titles = new ArrayList<>();
  private final List<List<Image>> rows = new ArrayList<>();

  /** Creates a sheet with named columns. */
  ContactSheet(List<String> columns) {
    this.columns = columns;
  }

  /** Adds a row with one image per column; its caption says how it was augmented. */
  void addRow(String title, List<Image> images) {
    titles.add(title);
    rows.add(images);
  }

  /** Writes the sheet. */
  void write(Path file) {
    int rowHeight = TILE + LINE * LINES + GAP;
    int width = GAP + columns.size() * (TILE + GAP);
    int height = 2 * LINE + GAP + rows.size() * rowHeight;
    try (Mat sheet = new Mat(height, width, opencv_core.CV_8UC3, new Scalar(255, 255, 255, 0))) {
      for (int c = 0; c < columns.size(); c++) {
        text(sheet, columns.get(c), GAP + c * (TILE + GAP), LINE + GAP / 2);
      }
      for (int r = 0; r < rows.size(); r++) {
        for (int c = 0; c < columns.size(); c++) {
          int x = GAP + c * (TILE + GAP);
          int y = 2 * LINE + r * rowHeight;
          tile(sheet, rows.get(r).get(c), x, y);
          List<String> lines = c == 0 ? List.of(titles.get(r)) : rows.get(r).get(c).operations();
          for (int l = 0; l < Math.min(LINES, lines.size()); l++) {
            text(sheet, lines.get(l), x, y + TILE + LINE * (l + 1));
          }
        }
      }
      save(sheet, file);
    }
  }

  private void tile(Mat sheet, Image image, int x, int y) {
    double scale = (double) TILE / Math.max(image.width(), image.height());
    int width = Math.max(1, (int) Math.round(image.width() * scale));
    int height = Math.max(1, (int) Math.round(image.height() * scale));
    // Small images keep their pixels' edges; large ones are averaged.
    int method = scale >= 2 ? opencv_imgproc.INTER_NEAREST : opencv_imgproc.INTER_AREA;
    try (BytePointer pixels = new BytePointer(Png.blueFirst(image));
        Mat mat = new Mat(image.height(), image.width(), opencv_core.CV_8UC3, pixels);
        Mat scaled = new Mat();
        Mat place = new Mat(sheet, new Rect(x, y, width, height))) {
      opencv_imgproc.resize(mat, scaled, new Size(width, height), 0, 0, method);
      scaled.copyTo(place);
    }
  }

  private static void text(Mat sheet, String text, int x, int y) {
    opencv_imgproc.putText(
        sheet,
        text,
        new Point(x, y),
        opencv_imgproc.FONT_HERSHEY_SIMPLEX,
        LETTERS,
        new Scalar(40, 40, 40, 0),
        1,
        opencv_imgproc.LINE_AA,
        false);
  }

  private static void save(Mat sheet, Path file) {
    byte[] content = Png.encode(sheet);
    AtomicFiles.save(file, out -> out.write(content));
  }
}
