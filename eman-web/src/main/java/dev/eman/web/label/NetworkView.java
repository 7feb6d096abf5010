package dev.eman.web.label;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.loss.Softmax;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.train.FileImages;
import dev.eman.train.ImagePreparation;
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
   * @param files images that can be decoded
   */
  static NetworkView of(RunCheckpoint checkpoint, List<Path> files) {
    Network deployed = checkpoint.deployed();
    ImagePreparation prepared = checkpoint.preparation();
    String vertex = checkpoint.backbone().featureVertex();
    if (!checkpoint.classifies()) {
      FeatureExtractor extractor = FeatureExtractor.of(checkpoint.weights(deployed), vertex);
      INDArray features = all(prepared, files, extractor::features);
      return new NetworkView(SelectionPool.of(features), ImmutableList.of(), null);
    }
    TrainedClassifier network = checkpoint.network(deployed);
    FeatureExtractor extractor = FeatureExtractor.of(network.graph(), vertex);
    INDArray features = all(prepared, files, extractor::features);
    SelectionPool pool = SelectionPool.of(features);
    INDArray predictions = all(prepared, files, images -> Softmax.of(network.logits(images)));
    if (deployed == Network.TEACHER) {
      TrainedClassifier student = checkpoint.network(Network.STUDENT);
      INDArray others = all(prepared, files, images -> Softmax.of(student.logits(images)));
      pool = pool.predictions(others, predictions);
    } else {
      pool = pool.predictions(predictions);
    }
    return new NetworkView(pool, checkpoint.classNames(), predictions);
  }

  private interface Pass {
    INDArray of(INDArray images);
  }

  private static INDArray all(ImagePreparation prepared, List<Path> files, Pass pass) {
    List<INDArray> rows = new ArrayList<>();
    try (FileImages images =
            FileImages.of(
                files,
                ImmutableList.of(),
                prepared.statistics().channels(),
                prepared.orientation());
        BatchSource batches =
            BatchPipeline.builder()
                .labeled(ImageStream.inOrder(images, prepared.batchSize(), prepared.view()))
                .statistics(prepared.statistics())
                .imageSize(prepared.imageSize())
                .corruptImages(CorruptImages.FAIL)
                .start()) {
      while (batches.hasNext()) {
        rows.add(pass.of(batches.next().requireLabeled()).dup());
      }
    }
    List<INDArray> flat =
        Lists.transform(rows, part -> part.reshape(part.size(0), part.length() / part.size(0)));
    return Nd4j.concat(0, flat.toArray(INDArray[]::new));
  }
}
