package dev.eman.core.optimizer;

/** What weight decay applies to. Configurations have these names in small letters. */
public enum WeightDecayScope {
  /** Matrices and kernels: neither biases nor normalisation. */
  WEIGHTS,
  /** Every learned parameter. */
  ALL
}
