package dev.eman.weights;

/**
 * Something in a file that is not read: an object that is no tensor, such as {@code
 * argparse.Namespace}, which is passed over unbuilt, a tensor of a type that no network here has,
 * or one that repeats elements.
 *
 * @param what its class or type, as the file names it
 * @param tensors whether it is a tensor, or holds some
 */
public record Unread(String what, boolean tensors) {
  @Override
  public String toString() {
    return what;
  }
}
