package dev.eman.cli;

import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.train.encoder.OnnxEncoder;
import dev.eman.train.encoder.OnnxImageModel;
import dev.eman.train.options.ViewOptions;

/** The preparation of images for a model of another program. */
final class EncoderView {
  private EncoderView() {}

  /** What the model says, else ImageNet's usual one: the middle of the resized image. */
  static AugmentationPreset of(OnnxEncoder model) {
    return ViewOptions.TEST.parse(model.testView().orElse(OnnxImageModel.USUAL_VIEW));
  }
}
