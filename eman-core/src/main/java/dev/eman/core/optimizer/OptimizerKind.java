package dev.eman.core.optimizer;

/** Which optimiser moves the weights. Configurations have these names in small letters. */
public enum OptimizerKind {
  /** {@link Sgd} with momentum. */
  SGD,
  /** {@link Lars}: an adaptive rate for matrices and kernels, plain SGD for vectors. */
  LARS
}
