package dev.eman.benchmarks.bench;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.datasets.reader.ImageFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * This library's side of {@code eman bench data}, in its own process: reads commands, writes
 * images/s.
 */
final class DataWorker {
  /** Batches that were prepared before the clock started. */
  private static final int SKIPPED_BATCHES = 8;

  private DataWorker() {}

  /** Arguments: raw file, its shape, folder of JPEGs, workers, both batch sizes, seconds. */
  public static void main(String[] args) throws IOException {
    int[] shape = Arrays.stream(args[1].split(",", -1)).mapToInt(Integer::parseInt).toArray();
    int workers = Integer.parseInt(args[3]);
    int smallBatch = Integer.parseInt(args[4]);
    int jpegBatch = Integer.parseInt(args[5]);
    double seconds = Double.parseDouble(args[6]);
    ImageDataset raw = RawImages.read(Path.of(args[0]), shape);
    ImageDataset photos = ImageFolder.open(Path.of(args[2]), "photos", null);
    try (BatchPipeline small = small(raw, shape, smallBatch, workers);
        BatchPipeline jpeg = jpeg(photos, jpegBatch, workers)) {
      Answers.serve(
          "eman",
          Map.of(
              "small",
              argument -> Answers.numbers(rate(small, smallBatch, seconds)),
              "jpeg",
              argument -> Answers.numbers(rate(jpeg, jpegBatch, seconds))));
    }
  }

  private static BatchPipeline small(ImageDataset data, int[] shape, int batch, int workers) {
    double[] half = new double[shape[3]];
    double[] quarter = new double[shape[3]];
    Arrays.fill(half, 0.5);
    Arrays.fill(quarter, 0.25);
    return BatchPipeline.builder()
        .unlabeled(
            ImageStream.unlabeled(
                data,
                all(data),
                batch,
                AugmentationPreset.FIXMATCH_WEAK.create(shape[1]),
                AugmentationPreset.FIXMATCH_STRONG.create(shape[1])))
        .statistics(ChannelStatistics.of(half, quarter))
        .imageSize(shape[1])
        .workers(workers)
        .start();
  }

  private static BatchPipeline jpeg(ImageDataset data, int batch, int workers) {
    return BatchPipeline.builder()
        .unlabeled(
            ImageStream.unlabeled(
                data, all(data), batch, AugmentationPreset.IMAGENET_TRAIN.create(224)))
        .imageSize(224)
        .workers(workers)
        .start();
  }

  private static double rate(BatchPipeline pipeline, int batch, double seconds) {
    for (int i = 0; i < SKIPPED_BATCHES; i++) {
      pipeline.next();
    }
    long start = System.nanoTime();
    long images = 0;
    while (System.nanoTime() - start < seconds * 1e9) {
      pipeline.next();
      images += batch;
    }
    return images / ((System.nanoTime() - start) / 1e9);
  }

  private static ImmutableIntArray all(ImageDataset data) {
    return ImmutableIntArray.copyOf(IntStream.range(0, data.size()));
  }
}
