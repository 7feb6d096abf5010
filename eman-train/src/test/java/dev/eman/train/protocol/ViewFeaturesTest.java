package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.RunImages;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ViewFeaturesTest {
  private static final int IMAGES = 30;
  private static final ImageEncoder PIXELS = images -> images.reshape('c', images.size(0), 28 * 28);

  private static ViewFeatures features(int views, long seed) {
    TrainingOptions options =
        OptionTexts.empty()
            .with(TrainingOptions.SEED, Long.toString(seed))
            .with("workers", "2")
            .resolve();
    RunImages images =
        new RunImages(options, new FashionMnistMiniProvider(), Algorithms.named("fixmatch"));
    try (BatchPipeline source =
        images.views(
            FirstImages.of(Part.TRAIN, IMAGES),
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
  void new_shapesThatDoNotFit_saysSo() {
    ViewFeatures good = features(1, 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> new ViewFeatures(good.weak(), good.strong(), IMAGES + 1));
  }
}
