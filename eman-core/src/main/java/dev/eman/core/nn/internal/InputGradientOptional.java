package dev.eman.core.nn.internal;

/** A layer that can leave out its input's gradient where nobody reads it: a network's first. */
interface InputGradientOptional {
  void setInputGradientNeeded(boolean needed);
}
