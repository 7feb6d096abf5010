package dev.eman.core.nn.kernel.onednn;

import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** Skips the properties of a class where oneDNN is not there: an assumption would fail them. */
public final class NeedsOneDnn implements SkipExecutionHook {
  /** Made by jqwik. */
  public NeedsOneDnn() {}

  @Override
  public SkipResult shouldBeSkipped(LifecycleContext context) {
    return OneDnn.isAvailable()
        ? SkipResult.doNotSkip()
        : SkipResult.skip("the kernels are oneDNN's");
  }
}
