package dev.eman.train;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.EpochEnd;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.datasets.pipeline.ReplacedImages;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.TrainingOptions;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Opens batches as a run's options specify.
 *
 * @param options of the run
 * @param provider provider of its data
 * @param algorithm provider of its algorithm, which names the required views
 * @param replaced counts the images of all these batches that were replaced
 */
public record RunImages(
    TrainingOptions options,
    DatasetProvider provider,
    AlgorithmProvider algorithm,
    ReplacedImages replaced) {
  /** With a count that begins. */
  public RunImages(TrainingOptions options, DatasetProvider provider, AlgorithmProvider algorithm) {
    this(options, provider, algorithm, new ReplacedImages());
  }

  /** Endless batches for training. */
  public BatchPipeline training(ImageDataset train, LabelSplit split, long position) {
    return training(train, split, position, 0, 1);
  }

  /** One worker's share of these batches; see {@link BatchPipeline.Builder#shard}. */
  BatchPipeline training(
      ImageDataset train, LabelSplit split, long position, int rank, int workers) {
    int size = options.data().imageSize(provider);
    BatchPipeline.Builder builder =
        builder().seed(options.seed()).startAt(position).shard(rank, workers);
    if (algorithm.usesLabels()) {
      builder.labeled(
          ImageStream.labeled(
              train, split.labeled(), options.batch().size(), options.views().weak().create(size)));
    }
    if (!algorithm.views().isEmpty()) {
      Transform[] views =
          algorithm.views().stream()
              .map(
                  view ->
                      switch (view) {
                        case WEAK -> options.views().weak().create(size);
                        case STRONG -> options.views().strong().create(size);
                        case FIRST -> options.views().first().create(size);
                        case SECOND -> options.views().second().create(size);
                      })
              .toArray(Transform[]::new);
      builder.unlabeled(
          ImageStream.unlabeled(
                  train,
                  split.unlabeled(),
                  options.batch().size() * options.batch().unlabeledRatio(),
                  views)
              .withTaught(algorithm.usesLabels() ? split.labeled() : ImmutableIntArray.of()));
    }
    return builder.start();
  }

  /** Endless batches of labelled images, augmented by a transform. */
  public BatchPipeline labeled(
      ImageDataset data, ImmutableIntArray indices, int batch, AugmentationPreset preset) {
    return builder()
        .seed(options.seed())
        .labeled(
            ImageStream.labeled(
                data, indices, batch, preset.create(options.data().imageSize(provider))))
        .start();
  }

  /** All images once, for evaluation. */
  public BatchPipeline inOrder(ImageDataset data) {
    return builder()
        .labeled(ImageStream.inOrder(data, options.data().testBatch(provider), testView()))
        .start();
  }

  /** Some images once, in this order. */
  public BatchPipeline inOrder(ImageDataset data, ImmutableIntArray indices) {
    return inOrder(data, indices, options.data().testBatch(provider));
  }

  /** Some images once, in this order, in batches of the given size. */
  public BatchPipeline inOrder(ImageDataset data, ImmutableIntArray indices, int batch) {
    return builder().labeled(ImageStream.inOrder(data, indices, batch, testView())).start();
  }

  /**
   * Several views of all images, each image once, in order. An image's views follow from the run's
   * seed, its position and the view's number alone.
   *
   * @param views what is made of each image, at least one
   * @return batches of unlabelled images, with as many views
   */
  public BatchPipeline views(ImageDataset data, List<AugmentationPreset> views) {
    int size = options.data().imageSize(provider);
    int batch = Math.max(1, options.data().testBatch(provider) / views.size());
    return builder()
        .seed(options.seed())
        .unlabeled(
            new ImageStream(
                data,
                ImmutableIntArray.copyOf(IntStream.range(0, data.size())),
                batch,
                views.stream().map(view -> view.create(size)).collect(toImmutableList()),
                EpochEnd.STOP))
        .start();
  }

  private Transform testView() {
    return options.views().test().create(options.data().imageSize(provider));
  }

  private BatchPipeline.Builder builder() {
    BatchPipeline.Builder builder =
        BatchPipeline.builder()
            .statistics(provider.statistics())
            .imageSize(options.data().imageSize(provider))
            .corruptImages(options.data().corruptImages())
            .replacedImages(replaced);
    return options.data().workers() == null ? builder : builder.workers(options.data().workers());
  }
}
