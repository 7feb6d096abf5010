package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.augment.AugmentationPreset;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How images are augmented.
 *
 * @param weak labelled images and weak views
 * @param strong strong views
 * @param first a self-supervised method's first view
 * @param second its second view, or CoMatch's second strong one
 * @param test images for evaluation
 */
public record ViewOptions(
    AugmentationPreset weak,
    AugmentationPreset strong,
    AugmentationPreset first,
    AugmentationPreset second,
    AugmentationPreset test) {
  /** See {@link #weak}. */
  public static final TrainingOption<AugmentationPreset> WEAK =
      preset(
          "weak",
          AugmentationPreset.FIXMATCH_WEAK,
          "Augmentation of labelled images and weak views.",
          options -> options.views().weak());

  /** See {@link #strong}. */
  public static final TrainingOption<AugmentationPreset> STRONG =
      preset(
          "strong",
          AugmentationPreset.FIXMATCH_STRONG,
          "Augmentation of strong views.",
          options -> options.views().strong());

  /** See {@link #first}. */
  public static final TrainingOption<AugmentationPreset> FIRST =
      preset(
          "first-view",
          AugmentationPreset.MOCO_V2,
          "Augmentation of a self-supervised method's first view (byol: byol-view1, moco-v3:"
              + " moco-v3-view1).",
          options -> options.views().first());

  /** See {@link #second}. */
  public static final TrainingOption<AugmentationPreset> SECOND =
      preset(
          "second-view",
          AugmentationPreset.MOCO_V2,
          "Augmentation of a method's second view (byol: byol-view2, moco-v3: moco-v3-view2, ressl:"
              + " ressl-weak, comatch: comatch-strong).",
          options -> options.views().second());

  /** See {@link #test}. */
  public static final TrainingOption<AugmentationPreset> TEST =
      preset(
          "test-view",
          AugmentationPreset.NONE,
          "Preparation of images for evaluation.",
          options -> options.views().test());

  static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.of(WEAK, STRONG, FIRST, SECOND, TEST);

  private static TrainingOption<AugmentationPreset> preset(
      String name,
      AugmentationPreset defaultValue,
      String text,
      Function<TrainingOptions, @Nullable AugmentationPreset> getter) {
    return TrainingOption.of(
        name,
        "PRESET",
        defaultValue,
        text,
        AugmentationPreset::named,
        AugmentationPreset::toString,
        getter);
  }
}
