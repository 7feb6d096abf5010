package dev.eman.datasets.augment;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import java.util.Arrays;
import java.util.List;

/** The augmentation policies of the literature, by name. */
public enum AugmentationPreset {
  /** Scaled and cropped to the middle where the size differs; otherwise unchanged. */
  NONE("none") {
    @Override
    Transform build(int size) {
      return Transforms.fit(size);
    }
  },
  /**
   * FixMatch: flip, and a shift of up to 12.5% with reflection (arXiv 2001.07685, 2.3), rounded up
   * to whole pixels: 4 of 28.
   */
  FIXMATCH_WEAK("fixmatch-weak") {
    @Override
    Transform build(int size) {
      return Transform.sequence(
          Transforms.fit(size), Transforms.horizontalFlip(0.5), Transforms.reflectCrop(0.125));
    }
  },
  /** FixMatch: the weak one, then its RandAugment, then Cutout of half of the side. */
  FIXMATCH_STRONG("fixmatch-strong") {
    @Override
    Transform build(int size) {
      return Transform.sequence(
          FIXMATCH_WEAK.build(size), RandAugment.fixMatch(), Transforms.cutout(0.5));
    }
  },
  /**
   * FixMatch's weak view where a mirrored image means something else, as of SVHN's digits: no flip.
   */
  FIXMATCH_WEAK_UNMIRRORED("fixmatch-weak-unmirrored") {
    @Override
    Transform build(int size) {
      return Transforms.fit(size).then(Transforms.reflectCrop(0.125));
    }
  },
  /** FixMatch's strong view without the flip. */
  FIXMATCH_STRONG_UNMIRRORED("fixmatch-strong-unmirrored") {
    @Override
    Transform build(int size) {
      return Transform.sequence(
          FIXMATCH_WEAK_UNMIRRORED.build(size), RandAugment.fixMatch(), Transforms.cutout(0.5));
    }
  },
  /** Random resized crop of 8% to 100% of the area, flip. */
  IMAGENET_TRAIN("imagenet-train") {
    @Override
    Transform build(int size) {
      return Transforms.randomResizedCrop(size, 0.08, 1.0).then(Transforms.horizontalFlip(0.5));
    }
  },
  /** The shorter side scaled to 256 of 224, the middle cropped. */
  IMAGENET_VALIDATION("imagenet-val") {
    @Override
    Transform build(int size) {
      return Transforms.resizeShorter(Math.round(size * 256f / 224f))
          .then(Transforms.centerCrop(size));
    }
  },
  /** The strong view of FixMatch on ImageNet in the EMAN paper (arXiv 2101.08482, 4.3). */
  EMAN_STRONG("eman-strong") {
    @Override
    Transform build(int size) {
      return IMAGENET_TRAIN.build(size).then(RandAugment.eman());
    }
  },
  /** Both views of MoCo v2 (arXiv 2003.04297). */
  MOCO_V2("moco-v2") {
    @Override
    Transform build(int size) {
      return Transform.sequence(
          Transforms.randomResizedCrop(size, 0.2, 1.0),
          Transforms.withProbability(0.8, Transforms.colorJitter(0.4, 0.4, 0.4, 0.1)),
          Transforms.randomGrayscale(0.2),
          Transforms.withProbability(0.5, Transforms.gaussianBlur(0.1, 2.0)),
          Transforms.horizontalFlip(0.5));
    }
  },
  /** The teacher's view of ReSSL (arXiv 2107.09282): random resized crop from 20%, flip. */
  RESSL_WEAK("ressl-weak") {
    @Override
    Transform build(int size) {
      return Transforms.randomResizedCrop(size, 0.2, 1.0).then(Transforms.horizontalFlip(0.5));
    }
  },
  /**
   * CoMatch's second strong view of small images, and both of ImageNet's (arXiv 2011.11183): that
   * of MoCo v2 without blur.
   */
  COMATCH_STRONG("comatch-strong") {
    @Override
    Transform build(int size) {
      return Transform.sequence(
          Transforms.randomResizedCrop(size, 0.2, 1.0),
          Transforms.horizontalFlip(0.5),
          Transforms.withProbability(0.8, Transforms.colorJitter(0.4, 0.4, 0.4, 0.1)),
          Transforms.randomGrayscale(0.2));
    }
  },
  /** CoMatch's second strong view without the flip. */
  COMATCH_STRONG_UNMIRRORED("comatch-strong-unmirrored") {
    @Override
    Transform build(int size) {
      return Transform.sequence(
          Transforms.randomResizedCrop(size, 0.2, 1.0),
          Transforms.withProbability(0.8, Transforms.colorJitter(0.4, 0.4, 0.4, 0.1)),
          Transforms.randomGrayscale(0.2));
    }
  },
  /** The first view of BYOL (arXiv 2006.07733, appendix B): always blurred. */
  BYOL_VIEW_1("byol-view1") {
    @Override
    Transform build(int size) {
      return byol(size, 0.08, 1.0, 0.0);
    }
  },
  /** The second view of BYOL: rarely blurred, sometimes solarized. */
  BYOL_VIEW_2("byol-view2") {
    @Override
    Transform build(int size) {
      return byol(size, 0.08, 0.1, 0.2);
    }
  },
  /** The first view of MoCo v3 for ResNets (arXiv 2104.02057): BYOL's, crops from 20%. */
  MOCO_V3_VIEW_1("moco-v3-view1") {
    @Override
    Transform build(int size) {
      return byol(size, 0.2, 1.0, 0.0);
    }
  },
  /** The second view of MoCo v3 for ResNets. */
  MOCO_V3_VIEW_2("moco-v3-view2") {
    @Override
    Transform build(int size) {
      return byol(size, 0.2, 0.1, 0.2);
    }
  };

  private final String label;

  AugmentationPreset(String label) {
    this.label = label;
  }

  abstract Transform build(int size);

  /**
   * The policy for images of a given size.
   *
   * @param size width and height of the result in pixels
   */
  public Transform create(int size) {
    checkArgument(size > 0, "size: expected at least 1, got %s", size);
    return build(size);
  }

  /** As written in configurations: {@code fixmatch-weak}. */
  public String label() {
    return label;
  }

  /**
   * The policy of a name.
   *
   * @throws UsageException for an unknown name, with the nearest known one
   */
  public static AugmentationPreset named(String name) {
    List<String> labels = Arrays.stream(values()).map(AugmentationPreset::label).toList();
    int index = labels.indexOf(name);
    if (index < 0) {
      throw new UsageException(Suggestions.unknown("augmentation", name, labels));
    }
    return values()[index];
  }

  private static Transform byol(int size, double smallestCrop, double blur, double solarize) {
    return Transform.sequence(
        Transforms.randomResizedCrop(size, smallestCrop, 1.0),
        Transforms.horizontalFlip(0.5),
        Transforms.withProbability(0.8, Transforms.colorJitter(0.4, 0.4, 0.2, 0.1)),
        Transforms.randomGrayscale(0.2),
        Transforms.withProbability(blur, Transforms.gaussianBlur(0.1, 2.0)),
        Transforms.withProbability(solarize, Transforms.solarize(128)));
  }

  @Override
  public String toString() {
    return label;
  }
}
