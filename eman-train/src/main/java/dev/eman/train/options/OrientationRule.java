package dev.eman.train.options;

import dev.eman.datasets.image.Orientation;

/** How a run treats the orientation that a camera notes in a photo's file. */
public enum OrientationRule {
  /** By the data set: people's own photos are turned, and published sets taken as they are. */
  AUTO,
  /** Photos are turned as their files say. */
  EXIF,
  /** Photos are taken as they are stored. */
  IGNORE;

  /** What is done about a data set that has a rule of its own. */
  public Orientation of(Orientation own) {
    return switch (this) {
      case AUTO -> own;
      case EXIF -> Orientation.EXIF;
      case IGNORE -> Orientation.IGNORE;
    };
  }
}
