package dev.eman.core.model;

/** Is told, amid the last backward pass of a step, which part of the gradient is final. */
@FunctionalInterface
public interface GradientListener {
  /**
   * {@code gradient[from, to)} has its final value: the student neither reads nor writes it again
   * before {@link Student#step}. Regions come from the vector's end to its beginning and adjoin one
   * another; they follow from the network alone.
   *
   * @param from the first of at least one index of {@link Student#gradient}
   * @param to behind the last index
   */
  void onFinal(long from, long to);
}
