package dev.eman.datasets.image;

/** What is done about the orientation that a camera notes in a photo's file (EXIF, tag 274). */
public enum Orientation {
  /** The image is turned and mirrored as noted, the way up that viewers show it. */
  EXIF,
  /** The pixels are taken as they are stored, as torchvision and published recipes do. */
  IGNORE
}
