package dev.eman.datasets.augment;

import dev.eman.core.EmanException;

/**
 * An image that a transform cannot be applied to, as it is too long and thin. Who knows the image's
 * name adds it: in a pipeline it counts as one that cannot be decoded.
 */
public final class UnfitImageException extends EmanException {
  private static final long serialVersionUID = 1L;

  /** With what was expected and what was found. */
  public UnfitImageException(String message) {
    super(message);
  }
}
