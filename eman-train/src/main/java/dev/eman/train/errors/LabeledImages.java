package dev.eman.train.errors;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.data.Batch;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.core.nn.ArrayMemory;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.SubsetDataset;
import dev.eman.datasets.check.CheckListener;
import dev.eman.datasets.check.DuplicateImages;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.DataParts;
import dev.eman.train.RunImages;
import dev.eman.train.encoder.FeatureRows;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The labelled images of a data set, training and test images, numbered from 0 through both. It
 * reads from the data set, which must stay open.
 */
public final class LabeledImages {
  private final EnumMap<Part, ImageDataset> parts = new EnumMap<>(Part.class);
  private final ImmutableList<String> classNames;
  private final int trainSize;

  private LabeledImages(DataParts data, Set<Part> wanted) {
    classNames = data.classes().names();
    if (wanted.contains(Part.TRAIN)) {
      add(Part.TRAIN, data.train());
    }
    ImageDataset test = data.test();
    if (test != null && wanted.contains(Part.TEST)) {
      add(Part.TEST, test);
    }
    trainSize = parts.containsKey(Part.TRAIN) ? of(Part.TRAIN).size() : 0;
  }

  private void add(Part part, ImageDataset images) {
    ImmutableIntArray labeled =
        ImmutableIntArray.copyOf(
            IntStream.range(0, images.size())
                .filter(i -> images.label(i) != ImageDataset.UNLABELED));
    if (!labeled.isEmpty()) {
      parts.put(part, SubsetDataset.of(images, labeled, images.name()));
    }
  }

  /**
   * Those of a data set.
   *
   * @param wanted which parts, of training and test images
   * @throws DatasetException if no image has a label
   */
  public static LabeledImages of(DataParts data, Set<Part> wanted) {
    LabeledImages images = new LabeledImages(data, wanted);
    if (images.size() == 0) {
      throw new DatasetException(
          data.train().name()
              + ": expected images with labels, to look for wrong ones; found none");
    }
    return images;
  }

  private ImageDataset of(Part part) {
    ImageDataset images = parts.get(part);
    if (images == null) {
      throw new IllegalStateException(part.label());
    }
    return images;
  }

  /** How many there are. */
  public int size() {
    return parts.values().stream().mapToInt(ImageDataset::size).sum();
  }

  /** The classes' names; a label is a position in this list. */
  public ImmutableList<String> classNames() {
    return classNames;
  }

  /** Whether an image is a training or a test image. */
  public Part part(int image) {
    return image < trainSize ? Part.TRAIN : Part.TEST;
  }

  /** The label of an image, 0 to K - 1. */
  public int label(int image) {
    return of(part(image)).label(index(image));
  }

  /** The name of an image, as the data set has it. */
  public String name(int image) {
    return of(part(image)).imageName(index(image));
  }

  /** Decodes an image. */
  public Image image(int image) {
    return of(part(image)).image(index(image));
  }

  private int index(int image) {
    return image < trainSize ? image : image - trainSize;
  }

  /**
   * Images and their features.
   *
   * @param images their numbers, ascending; those that cannot be decoded are missing where the
   *     run's options say that such images are skipped
   * @param values of each encoder, {@code [N, D]}, float32
   */
  public record Rows(ImmutableIntArray images, ImmutableList<INDArray> values) {}

  /**
   * Computes the features of all images.
   *
   * @param encoders of features, at least one
   * @param images opens batches, prepared as for evaluation
   * @throws EmanException after the first batch, if there is no memory for the features and what
   *     {@link FoldHeads} makes of them
   */
  public Rows features(List<? extends ImageEncoder> encoders, RunImages images) {
    List<FeatureRows> values = encoders.stream().map(e -> new FeatureRows(size())).toList();
    ImmutableIntArray.Builder read = ImmutableIntArray.builder();
    int start = 0;
    for (ImageDataset data : parts.values()) {
      try (BatchPipeline batches = images.inOrder(data)) {
        int next = 0;
        while (batches.hasNext()) {
          Batch batch = batches.next();
          int[] positions = batches.labeledImages();
          long[] kept = kept(positions, next);
          for (long row : kept) {
            read.add(start + positions[(int) row]);
          }
          if (kept.length > 0) {
            add(encoders, batch.requireLabeled(), kept, values);
          }
          next += positions.length;
        }
      }
      start += data.size();
    }
    return new Rows(
        read.build(),
        values.stream().map(FeatureRows::values).collect(ImmutableList.toImmutableList()));
  }

  /** Knows what all features take as soon as it has seen those of one batch. */
  private void add(
      List<? extends ImageEncoder> encoders, INDArray batch, long[] kept, List<FeatureRows> to) {
    List<INDArray> found = new ArrayList<>();
    for (ImageEncoder encoder : encoders) {
      INDArray features = encoder.features(batch).castTo(DataType.FLOAT).dup('c');
      found.add(
          kept.length == batch.size(0)
              ? features
              : features.get(NDArrayIndex.indices(kept), NDArrayIndex.all()));
    }
    if (to.get(0).isEmpty()) {
      long width = found.stream().mapToLong(features -> features.size(1)).sum();
      // The features, what the classifiers learn from, probabilities, and those that are judged.
      ArrayMemory.requireRoom(
          2L * size() * (width + classNames.size()) * Float.BYTES,
          String.format(
              Locale.ROOT,
              "%,d features of each of %,d images, and probabilities of %,d classes",
              width,
              size(),
              classNames.size()),
          "search one of the --parts, or choose --features with fewer");
    }
    for (int e = 0; e < found.size(); e++) {
      to.get(e).add(found.get(e));
    }
  }

  /** The rows of a batch that hold their own image, and no other in place of a corrupt one. */
  private static long[] kept(int[] positions, int first) {
    return IntStream.range(0, positions.length)
        .filter(i -> positions[i] == first + i)
        .asLongStream()
        .toArray();
  }

  /**
   * Finds images that are there twice.
   *
   * @param threads that decode, at least 1
   */
  public ImmutableList<DuplicateImages.Pair> duplicates(int threads, CheckListener listener) {
    Map<Part, ImageDataset> all = parts;
    return DuplicateImages.find(all, threads, listener);
  }
}
