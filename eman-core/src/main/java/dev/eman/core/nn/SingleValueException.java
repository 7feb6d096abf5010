package dev.eman.core.nn;

/**
 * A batch normalisation was trained with one value per channel, as of one image whose map is one
 * pixel; a single value has no variance.
 */
public final class SingleValueException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** With a message that names the layer and what it was given. */
  public SingleValueException(String message) {
    super(message);
  }
}
