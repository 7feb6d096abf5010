package dev.eman.train.fit;

import com.google.common.collect.ImmutableList;
import dev.eman.train.ImageClassifier.Prediction;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunRecord;
import dev.eman.train.TrainedClassifier;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@link Fit} has come to. Not safe for use by several threads.
 *
 * @param folder of the run
 * @param record of the run, with its accuracies
 * @param why what was chosen and why, in lines
 * @param spentSeconds time that has gone into the run, by earlier calls too
 */
public record FitResult(
    Path folder, RunRecord record, ImmutableList<String> why, double spentSeconds) {
  /**
   * The trained network, opened again at each call: the one that would be deployed.
   *
   * @throws dev.eman.core.EmanException if it has no classes, as there were no labels
   */
  public TrainedClassifier classifier() {
    RunCheckpoint run = RunCheckpoint.openResult(folder);
    return run.network(run.deployed());
  }

  /**
   * Classifies an image file.
   *
   * @return all classes, the likeliest first
   * @throws dev.eman.core.EmanException if it cannot be read
   */
  public List<Prediction> predict(Path image) {
    return classifier().classify(image);
  }
}
