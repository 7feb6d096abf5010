package dev.eman.web.label;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.loss.Softmax;
import dev.eman.core.nn.ArrayMemory;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.train.FileImages;
import dev.eman.train.ImagePreparation;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.encoder.FeatureRows;
import dev.eman.train.options.Network;
import dev.eman.train.select.SelectionPool;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

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
   * @throws EmanException after a network's first batch, if there is no memory for all
   */
  static NetworkView of(RunCheckpoint checkpoint, List<Path> files) {
    Network deployed = checkpoint.deployed();
    ImagePreparation prepared = checkpoint.preparation();
    String vertex = checkpoint.backbone().featureVertex();
    if (!checkpoint.classifies()) {
      FeatureExtractor extractor = FeatureExtractor.of(checkpoint.weights(deployed), vertex);
      INDArray features = all(prepared, files, extractor::features, 2);
      extractor.releaseMemory();
      return new NetworkView(SelectionPool.of(features), ImmutableList.of(), null);
    }
    TrainedClassifier network = checkpoint.network(deployed);
    FeatureExtractor extractor = FeatureExtractor.of(network.graph(), vertex);
    INDArray features = all(prepared, files, extractor::features, 2);
    extractor.releaseMemory();
    SelectionPool pool = SelectionPool.of(features);
    INDArray predictions = all(prepared, files, images -> Softmax.of(network.logits(images)), 1);
    network.releaseMemory();
    if (deployed == Network.TEACHER) {
      TrainedClassifier student = checkpoint.network(Network.STUDENT);
      INDArray others = all(prepared, files, images -> Softmax.of(student.logits(images)), 1);
      student.releaseMemory();
      pool = pool.predictions(others, predictions);
    } else {
      pool = pool.predictions(predictions);
    }
    return new NetworkView(pool, checkpoint.classNames(), predictions);
  }

  private interface Pass {
    INDArray of(INDArray images);
  }

  /**
   * What a network makes of all images, {@code [N, D]}.
   *
   * @param copies that will be needed of it
   */
  private static INDArray all(ImagePreparation prepared, List<Path> files, Pass pass, int copies) {
    FeatureRows rows = new FeatureRows(files.size());
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
        INDArray found = pass.of(batches.next().requireLabeled());
        long width = found.length() / found.size(0);
        if (rows.isEmpty()) {
          ArrayMemory.requireRoom(
              copies * width * files.size() * Float.BYTES,
              String.format(Locale.ROOT, "%,d numbers for each of %,d images", width, files.size()),
              "label the images of one subfolder");
        }
        rows.add(found.reshape(found.size(0), width));
      }
    }
    return rows.values();
  }
}
