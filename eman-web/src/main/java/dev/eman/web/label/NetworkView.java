package dev.eman.web.label;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.loss.Softmax;
import dev.eman.core.nn.ArrayMemory;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.FailedImages;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a run's networks make of all images.
 *
 * @param pool features of the deployed network, and predictions if it classifies
 * @param classes that it predicts; empty if it does not
 * @param predictions {@code [N, K]} probabilities of the deployed network; null if it does not
 *     classify
 * @param unreadable images that could not be read, whose rows mean nothing
 */
record NetworkView(
    SelectionPool pool,
    ImmutableList<String> classes,
    @Nullable INDArray predictions,
    ImmutableSet<Integer> unreadable) {
  /**
   * Passes all images through a run's networks.
   *
   * @param files images, which may be gone or damaged since they were listed
   * @throws EmanException after a network's first batch, if there is no memory for all
   */
  static NetworkView of(RunCheckpoint checkpoint, List<Path> files) {
    Network deployed = checkpoint.deployed();
    Passes passes =
        new Passes(checkpoint.preparation(), ImmutableList.copyOf(files), new FailedImages());
    String vertex = checkpoint.backbone().featureVertex();
    if (!checkpoint.classifies()) {
      SelectionPool pool = passes.pool(FeatureExtractor.of(checkpoint.weights(deployed), vertex));
      return new NetworkView(pool, ImmutableList.of(), null, passes.unreadable());
    }
    TrainedClassifier network = checkpoint.network(deployed);
    SelectionPool pool = passes.pool(FeatureExtractor.of(network.graph(), vertex));
    INDArray predictions = passes.predictions(network);
    if (deployed == Network.TEACHER) {
      INDArray others = passes.predictions(checkpoint.network(Network.STUDENT));
      pool = pool.predictions(others, predictions);
    } else {
      pool = pool.predictions(predictions);
    }
    return new NetworkView(pool, checkpoint.classNames(), predictions, passes.unreadable());
  }

  private interface Pass {
    INDArray of(INDArray images);
  }

  /** Passes all images through one network after the other. */
  private record Passes(ImagePreparation prepared, ImmutableList<Path> files, FailedImages failed) {
    SelectionPool pool(FeatureExtractor extractor) {
      INDArray features = all(extractor::features, 2);
      extractor.releaseMemory();
      // Equally far from all others, so that they make no difference to what is picked.
      unreadable().forEach(image -> features.getRow(image).assign(0));
      return SelectionPool.of(features);
    }

    INDArray predictions(TrainedClassifier network) {
      INDArray predictions = all(images -> Softmax.of(network.logits(images)), 1);
      network.releaseMemory();
      return predictions;
    }

    /** So far. */
    ImmutableSet<Integer> unreadable() {
      return IntStream.range(0, files.size())
          .filter(image -> failed.reason(image) != null)
          .boxed()
          .collect(ImmutableSet.toImmutableSet());
    }

    /**
     * What a network makes of all images, {@code [N, D]}.
     *
     * @param copies that will be needed of it
     */
    private INDArray all(Pass pass, int copies) {
      FeatureRows rows = new FeatureRows(files.size());
      try (FileImages images =
              FileImages.ofFiles(
                  files,
                  ImmutableList.of(),
                  prepared.statistics().channels(),
                  prepared.orientation());
          BatchSource batches =
              BatchPipeline.builder()
                  .labeled(ImageStream.inOrder(images, prepared.batchSize(), prepared.view()))
                  .statistics(prepared.statistics())
                  .imageSize(prepared.imageSize())
                  .failedImages(failed)
                  .start()) {
        while (batches.hasNext()) {
          INDArray found = pass.of(batches.next().requireLabeled());
          long width = found.length() / found.size(0);
          if (rows.isEmpty()) {
            ArrayMemory.requireRoom(
                copies * width * files.size() * Float.BYTES,
                String.format(
                    Locale.ROOT, "%,d numbers for each of %,d images", width, files.size()),
                "label the images of one subfolder");
          }
          rows.add(found.reshape(found.size(0), width));
        }
      }
      return rows.values();
    }
  }
}
