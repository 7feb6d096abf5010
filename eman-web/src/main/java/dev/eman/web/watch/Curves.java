package dev.eman.web.watch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * Metrics over the steps of a run, thinned as the run grows: each point stands for a number of
 * steps that doubles when there would be too many points. A metric's value is its mean over these
 * steps, an accuracy's the last one. Not safe for several threads.
 */
final class Curves {
  /** The most points; even. */
  static final int MOST_POINTS = 2_000;

  private static final class Point {
    final double[] sums;
    final int[] counts;

    /** Steps begin at 1. */
    double lastStep;

    Point(int columns) {
      sums = new double[columns];
      counts = new int[columns];
    }

    void add(double[] row, boolean[] latest) {
      for (int c = 0; c < row.length; c++) {
        if (!Double.isNaN(row[c])) {
          add(c, row[c], 1, latest[c]);
        }
      }
    }

    void add(Point later, boolean[] latest) {
      for (int c = 0; c < sums.length; c++) {
        if (later.counts[c] > 0) {
          add(c, later.sums[c], later.counts[c], latest[c]);
        }
      }
      lastStep = later.lastStep;
    }

    private void add(int column, double sum, int count, boolean latest) {
      sums[column] = latest ? sum : sums[column] + sum;
      counts[column] = latest ? count : counts[column] + count;
    }

    double value(int column) {
      return counts[column] == 0 ? Double.NaN : sums[column] / counts[column];
    }
  }

  private ImmutableList<String> columns = ImmutableList.of();
  private boolean[] latest = {};
  private double[] newest = {};
  private final List<Point> points = new ArrayList<>();
  private long stride = 1;
  private int generation;

  /** Forgets everything. */
  void clear() {
    start(ImmutableList.of());
  }

  /**
   * Forgets everything, and starts with other columns.
   *
   * @param names "step" first
   */
  void start(ImmutableList<String> names) {
    columns = names;
    latest = new boolean[names.size()];
    newest = new double[names.size()];
    for (int c = 0; c < latest.length; c++) {
      latest[c] = names.get(c).startsWith("student_") || names.get(c).startsWith("teacher_");
      newest[c] = Double.NaN;
    }
    points.clear();
    stride = 1;
    generation++;
  }

  /**
   * Adds the row of one step.
   *
   * @param row a value for each column, NaN where there is none; the step first
   */
  void add(double[] row) {
    checkArgument(row.length == columns.size(), "row: %s cells", row.length);
    // Rows that are missing make no points; the next one stands where it would without them.
    if (isNext(row[0])) {
      if (points.size() == MOST_POINTS) {
        halve();
      }
      if (isNext(row[0])) {
        points.add(new Point(row.length));
      }
    }
    Point point = points.get(points.size() - 1);
    point.add(row, latest);
    point.lastStep = row[0];
    for (int c = 0; c < row.length; c++) {
      newest[c] = Double.isNaN(row[c]) ? newest[c] : row[c];
    }
  }

  /** Whether a step belongs to a new point. */
  private boolean isNext(double step) {
    return points.isEmpty()
        || ((long) points.get(points.size() - 1).lastStep - 1) / stride
            < ((long) step - 1) / stride;
  }

  private void halve() {
    while (points.size() > MOST_POINTS / 2) {
      stride *= 2;
      List<Point> merged = new ArrayList<>();
      for (Point point : points) {
        Point last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
        if (last != null
            && ((long) last.lastStep - 1) / stride == ((long) point.lastStep - 1) / stride) {
          last.add(point, latest);
        } else {
          merged.add(point);
        }
      }
      points.clear();
      points.addAll(merged);
    }
    generation++;
  }

  /** The names of the columns, "step" first; empty without rows. */
  ImmutableList<String> columns() {
    return columns;
  }

  /** Changes when points that were final have changed after all. */
  int generation() {
    return generation;
  }

  /** The number of points that will not change in this generation: all but the last. */
  int settled() {
    return Math.max(0, points.size() - 1);
  }

  /** The number of points. */
  int size() {
    return points.size();
  }

  /** The last step of a point. */
  double step(int point) {
    return points.get(point).lastStep;
  }

  /** The value of a column at a point; NaN if there is none. */
  double value(int point, int column) {
    return points.get(point).value(column);
  }

  /** The last value of a column; NaN if there is none. */
  double newest(int column) {
    return newest[column];
  }
}
