package dev.eman.core.nn.layer;

/** A layer that can leave out its input's gradient where nobody reads it: a network's first. */
public interface InputGradientOptional {
  void setInputGradientNeeded(boolean needed);
}
