package dev.eman.core.algorithm;

import dev.eman.core.model.ParameterTable;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Running statistics of a step in several parts: each part starts where the step did, and the step
 * ends at the mean of where they came to. Sequential moves would count the later parts more, and
 * differ from what several devices do at once.
 */
final class StatisticsAverage {
  private final List<INDArray> views;
  private final List<INDArray> start;
  private final List<INDArray> sum;

  StatisticsAverage(ParameterTable parameters) {
    views =
        parameters.entries().stream()
            .filter(ParameterTable.Entry::statistic)
            .map(
                e ->
                    parameters
                        .vector()
                        .get(NDArrayIndex.interval(e.offset(), e.offset() + e.length())))
            .toList();
    start = views.stream().map(v -> Nd4j.createUninitialized(v.dataType(), v.length())).toList();
    sum = views.stream().map(v -> Nd4j.createUninitialized(v.dataType(), v.length())).toList();
  }

  void begin() {
    for (int i = 0; i < views.size(); i++) {
      start.get(i).assign(views.get(i));
      sum.get(i).assign(0);
    }
  }

  void addAndRestore() {
    for (int i = 0; i < views.size(); i++) {
      sum.get(i).addi(views.get(i));
      views.get(i).assign(start.get(i));
    }
  }

  void setMean(int count) {
    for (int i = 0; i < views.size(); i++) {
      views.get(i).assign(sum.get(i).divi(count));
    }
  }

  /** Makes these the mean of these and others. */
  void setMeanWith(List<StatisticsAverage> others) {
    for (int i = 0; i < views.size(); i++) {
      INDArray view = views.get(i);
      for (StatisticsAverage other : others) {
        view.addi(other.views.get(i));
      }
      view.divi(1 + others.size());
    }
  }
}
