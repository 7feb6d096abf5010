package dev.eman.core.algorithm;

import dev.eman.core.model.ParameterTable;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Running statistics of a step in several parts: each part starts where the step did, and the step
 * ends at the mean of where they came to. Sequential moves would count the later parts more, and
 * differ from what several devices do at once.
 */
final class StatisticsAverage {
  private final DataType type;
  private final List<INDArray> views = new ArrayList<>();
  private final long length;
  private final INDArray start;
  private final INDArray sum;

  StatisticsAverage(ParameterTable parameters) {
    type = parameters.dataType();
    for (ParameterTable.Entry entry : parameters.entries()) {
      if (entry.statistic()) {
        views.add(interval(parameters.vector(), entry.offset(), entry.length()));
      }
    }
    length = views.stream().mapToLong(INDArray::length).sum();
    start = newVector();
    sum = newVector();
  }

  /** Number of statistics. */
  long length() {
    return length;
  }

  /** Remembers where the step starts. */
  void begin() {
    readInto(start);
    if (length > 0) {
      sum.assign(0);
    }
  }

  /** Counts where a part has come to, and goes back to the start. */
  void addAndRestore() {
    if (length > 0) {
      sum.addi(current());
      restore();
    }
  }

  /** Back to where the step started. */
  void restore() {
    set(start);
  }

  /** Does something at the statistics that the step started with, and comes back. */
  void atStart(Runnable work) {
    INDArray moved = current();
    restore();
    work.run();
    set(moved);
  }

  /** The sum of where the parts came to; a new array {@code [m]}. */
  INDArray sum() {
    return length == 0 ? newVector() : sum.dup();
  }

  /** The statistics as they are; a new array {@code [m]}. */
  INDArray current() {
    INDArray values = newVector();
    readInto(values);
    return values;
  }

  /** Makes the statistics these, {@code [m]}. */
  void set(INDArray values) {
    long at = 0;
    for (INDArray view : views) {
      view.assign(interval(values, at, view.length()));
      at += view.length();
    }
  }

  private void readInto(INDArray values) {
    long at = 0;
    for (INDArray view : views) {
      interval(values, at, view.length()).assign(view);
      at += view.length();
    }
  }

  private INDArray newVector() {
    return length == 0 ? Nd4j.empty(type) : Nd4j.createUninitialized(type, length);
  }

  private static INDArray interval(INDArray vector, long from, long length) {
    return vector.get(NDArrayIndex.interval(from, from + length));
  }
}
