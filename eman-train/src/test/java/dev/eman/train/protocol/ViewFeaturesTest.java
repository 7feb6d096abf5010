package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.data.Batch;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.RunImages;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViewFeaturesTest {
  private static final int IMAGES = 30;
  private static final ImageEncoder PIXELS = images -> images.reshape('c', images.size(0), 28 * 28);

  private static ViewFeatures features(int views, long seed) {
    return features(FirstImages.of(Part.TRAIN, IMAGES), views, seed);
  }

  private static ViewFeatures features(FirstImages data, int views, long seed) {
    TrainingOptions options =
        OptionTexts.empty()
            .with(TrainingOptions.SEED, Long.toString(seed))
            .with("workers", "2")
            .with("corrupt-images", "skip")
            .resolve();
    RunImages images =
        new RunImages(options, new FashionMnistMiniProvider(), Algorithms.named("fixmatch"));
    try (BatchPipeline source =
        images.views(
            data,
            ViewFeatures.presets(
                views, AugmentationPreset.FIXMATCH_WEAK, AugmentationPreset.FIXMATCH_STRONG))) {
      return ViewFeatures.of(source, PIXELS);
    }
  }

  private static float[][] rows(ViewFeatures features, boolean strong) {
    return (strong ? features.strong() : features.weak()).toFloatMatrix();
  }

  @Test
  void of_moreViews_keepsTheFirstOnes() {
    ViewFeatures one = features(1, 0);
    ViewFeatures three = features(3, 0);
    assertEquals(1, one.views());
    assertEquals(3, three.views());
    assertEquals(28 * 28, three.width());
    for (boolean strong : new boolean[] {false, true}) {
      float[][] few = rows(one, strong);
      float[][] many = rows(three, strong);
      for (int i = 0; i < IMAGES; i++) {
        assertArrayEquals(few[i], many[i]);
      }
    }
    float[][] weak = rows(three, false);
    int alike = 0;
    for (int i = 0; i < IMAGES; i++) {
      alike += Arrays.equals(weak[i], weak[IMAGES + i]) ? 1 : 0;
    }
    assertEquals(0, alike, 2); // Two may be shifted by the same pixels.
    assertNotEquals(Arrays.toString(weak[0]), Arrays.toString(rows(three, true)[0]));
  }

  @Test
  void of_anotherSeed_otherViews() {
    assertNotEquals(
        Arrays.deepToString(rows(features(1, 0), false)),
        Arrays.deepToString(rows(features(1, 1), false)));
  }

  @Test
  void of_anImageThatCannotBeDecoded_isNamedAndHasNoLabel() {
    FirstImages data = FirstImages.of(Part.TRAIN, IMAGES).withCorrupt(7);
    ViewFeatures whole = features(2, 0);
    ViewFeatures found = features(data, 2, 0);
    assertEquals(ImmutableIntArray.of(), whole.replaced());
    assertEquals(ImmutableIntArray.of(7), found.replaced());
    assertArrayEquals(rows(whole, false)[8], rows(found, false)[8]);

    Features test = new Features(found.weak(), ImmutableIntArray.copyOf(new int[2 * IMAGES]));
    HeadProtocol.Data labelled = HeadProtocol.Data.standardized(found, data, test, 10);
    assertEquals(Batch.UNKNOWN, labelled.labels().get(7), "its features are another image's");
    assertEquals(data.label(8), labelled.labels().get(8));
    AlgorithmProvider supervised = Algorithms.named("supervised");
    AlgorithmOptions options = AlgorithmOptions.of(supervised, Map.of("teacher", "none"));
    HeadProtocol brief = new HeadProtocol(2, 4, 1, 0.1, 1);
    Evaluation learned =
        brief
            .train(supervised, options, labelled, ImmutableIntArray.of(7, 8), 0)
            .report()
            .student();
    assertEquals(2 * IMAGES, learned.count());
    EmanException none =
        assertThrows(
            EmanException.class,
            () -> brief.train(supervised, options, labelled, ImmutableIntArray.of(7), 0));
    assertEquals(
        "labelled images: expected at least one that can be decoded, found none of 1",
        none.getMessage());
  }

  @Test
  void new_shapesThatDoNotFit_saysSo() {
    ViewFeatures good = features(1, 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> new ViewFeatures(good.weak(), good.strong(), IMAGES + 1));
  }
}
