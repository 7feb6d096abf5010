package dev.eman.train.fit;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.DataParts;
import dev.eman.train.RunSplit;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What there is to learn from.
 *
 * @param name of the data set
 * @param labeled number of training images with labels, at least 0
 * @param unlabeled number of training images without labels, at least 0
 * @param classes K; 0 if no image has a label
 * @param fewest labelled images of the class that has the fewest
 * @param test images to measure on, at least 0
 * @param channels of the images, at least 1
 * @param pixels median of the shorter sides of some images, at least 1
 * @param ownSize whether the images are of sizes of their own, as photos are, and not of the one
 *     size of a data set that is known by name
 * @param usualSize width and height that the data set is trained at unless an option says otherwise
 * @param fingerprint of all images that are trained on or measured on, and of which have labels
 */
public record DataFacts(
    String name,
    int labeled,
    int unlabeled,
    int classes,
    int fewest,
    int test,
    int channels,
    int pixels,
    boolean ownSize,
    int usualSize,
    String fingerprint) {
  private static final int SAMPLED = 15;

  /** Checks the ranges. */
  public DataFacts {
    checkArgument(labeled >= 0 && unlabeled >= 0, "images: expected at least 0");
    checkArgument(classes >= 0 && fewest >= 0 && test >= 0, "counts: expected at least 0");
    checkArgument(channels >= 1, "channels: expected at least 1, got %s", channels);
    checkArgument(pixels >= 1 && usualSize >= 1, "pixels: expected at least 1, got %s", pixels);
  }

  /**
   * Opens the data that options name, counts, and decodes a few images.
   *
   * @param texts of the data; the algorithm is left open
   * @throws dev.eman.core.EmanException if there are none, or they cannot be decoded
   */
  static DataFacts of(OptionTexts texts) {
    DataOptions data = texts.only(DataOptions.ALL).resolve().data();
    DatasetProvider provider = DataParts.provider(data, data.directories());
    boolean labels = provider.parts().contains(Part.TRAIN);
    TrainingOptions options =
        texts
            .with(TrainingOptions.ALGORITHM, labels ? "supervised" : FitRules.WITHOUT_LABELS)
            .resolve();
    AlgorithmProvider algorithm = options.provider();
    try (DataParts parts = DataParts.open(options)) {
      ImageDataset train = parts.train();
      LabelSplit split = RunSplit.of(options, provider, train, parts.directories());
      int known = algorithm.usesLabels() ? split.labeled().length() : 0;
      int[] each = new int[train.classNames().size()];
      if (known > 0) {
        split.labeled().forEach(image -> each[train.requireLabel(image)]++);
      }
      return new DataFacts(
          provider.name(),
          known,
          withoutLabels(split),
          each.length,
          Arrays.stream(each).min().orElse(0),
          parts.test() == null ? split.validation().length() : parts.test().size(),
          train.channels(),
          pixels(train, data.corruptImages()),
          !Datasets.all().containsKey(data.dataset()),
          provider.imageSize(),
          fingerprint(split, parts.test()));
    }
  }

  private static String fingerprint(LabelSplit split, @Nullable ImageDataset test) {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putString(split.hash(), StandardCharsets.UTF_8);
    if (test != null) {
      hasher.putString(test.fingerprint(), StandardCharsets.UTF_8);
    }
    return hasher.hash().toString();
  }

  private static int withoutLabels(LabelSplit split) {
    BitSet labeled = new BitSet();
    split.labeled().forEach(labeled::set);
    return Math.toIntExact(split.unlabeled().stream().filter(i -> !labeled.get(i)).count());
  }

  private static int pixels(ImageDataset images, CorruptImages corrupt) {
    int count = Math.min(SAMPLED, images.size());
    List<Integer> sides = new ArrayList<>();
    CorruptImageException damage = null;
    Image image = new Image();
    for (int i = 0; i < count; i++) {
      try {
        images.read((int) ((long) i * images.size() / count), image);
        sides.add(Math.min(image.width(), image.height()));
      } catch (CorruptImageException e) {
        if (corrupt != CorruptImages.SKIP) {
          throw e;
        }
        damage = e;
      }
    }
    if (damage != null && sides.isEmpty()) {
      throw damage;
    }
    Collections.sort(sides);
    return sides.get(sides.size() / 2);
  }

  /** Whether there are labels of at least two classes to learn. */
  boolean hasLabels() {
    return labeled > 0 && classes >= 2;
  }

  /** All training images. */
  int images() {
    return Math.addExact(labeled, unlabeled);
  }

  /** One line for people. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d training images, %s; %s; %s; %,d to measure on",
        images(),
        ownSize
            ? String.format(Locale.ROOT, "shorter side %d pixels (median)", pixels)
            : String.format(Locale.ROOT, "%d pixels", pixels),
        channels == 1 ? "gray" : "colour",
        hasLabels()
            ? String.format(
                Locale.ROOT,
                "%,d labelled (%d classes, %,d or more each), %,d without labels",
                labeled,
                classes,
                fewest,
                unlabeled)
            : "none labelled",
        test);
  }
}
