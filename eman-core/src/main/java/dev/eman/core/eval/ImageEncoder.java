package dev.eman.core.eval;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Computes features of images: a network without its head, or a model of another program. */
public interface ImageEncoder {
  /**
   * Computes the features of a batch.
   *
   * @param images {@code [N, C, H, W]}; read
   * @return {@code [N, F]}; it may be valid until the next call only
   */
  INDArray features(INDArray images);
}
