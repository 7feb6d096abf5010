package dev.eman.web.label;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import dev.eman.core.EmanException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.loss.Softmax;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.train.FileImages;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.options.Network;
import dev.eman.train.select.SelectionPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a run's networks make of all images.
 *
 * @param pool features of the deployed network, and predictions if it classifies
 * @param classes that it predicts; empty if it does not
 * @param predictions {@code [N, K]} probabilities of the deployed network; null if it does not
 *     classify
 */
record NetworkView(
    SelectionPool pool, ImmutableList<String> classes, @Nullable INDArray predictions) {
  /**
   * Passes all images through a run's networks.
   *
   * @param run its folder, or a checkpoint
   * @param files images that can be decoded
   * @throws EmanException if there is no checkpoint
   */
  static NetworkView of(Path run, List<Path> files) {
    RunCheckpoint checkpoint = RunCheckpoint.openResult(run);
    Network deployed = checkpoint.deployed();
    TrainedClassifier network = checkpoint.network(deployed);
    FeatureExtractor extractor =
        FeatureExtractor.of(network.graph(), checkpoint.backbone().featureVertex());
    INDArray features = all(network, files, extractor::features);
    SelectionPool pool = SelectionPool.of(features);
    if (!checkpoint.classifies()) {
      return new NetworkView(pool, ImmutableList.of(), null);
    }
    INDArray predictions = all(network, files, images -> Softmax.of(network.logits(images)));
    if (deployed == Network.TEACHER) {
      TrainedClassifier student = checkpoint.network(Network.STUDENT);
      INDArray others = all(student, files, images -> Softmax.of(student.logits(images)));
      pool = pool.predictions(others, predictions);
    } else {
      pool = pool.predictions(predictions);
    }
    return new NetworkView(pool, checkpoint.classNames(), predictions);
  }

  private interface Pass {
    INDArray of(INDArray images);
  }

  private static INDArray all(TrainedClassifier network, List<Path> files, Pass pass) {
    List<INDArray> rows = new ArrayList<>();
    try (FileImages images = network.images(files);
        BatchSource batches = network.inOrder(images, CorruptImages.FAIL)) {
      while (batches.hasNext()) {
        rows.add(pass.of(batches.next().requireLabeled()).dup());
      }
    }
    List<INDArray> flat =
        Lists.transform(rows, part -> part.reshape(part.size(0), part.length() / part.size(0)));
    return Nd4j.concat(0, flat.toArray(INDArray[]::new));
  }
}
