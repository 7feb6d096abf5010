package dev.eman.core.fuzz;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Few tries with the same seed each time, as the property says; or, with the environment's {@code
 * EMAN_FUZZ_TRIES}, as many as that with a seed of their own.
 */
public final class FuzzSettings implements AroundPropertyHook {
  private static final String TRIES = "EMAN_FUZZ_TRIES";

  /** Made by jqwik. */
  public FuzzSettings() {}

  /** To the properties of the class that names it. */
  @Override
  public PropagationMode propagateTo() {
    return PropagationMode.ALL_DESCENDANTS;
  }

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    String tries = System.getenv(TRIES);
    // Damage has no edge cases of use, and so many that making them takes longer than the tests.
    context.attributes().setEdgeCases(EdgeCasesMode.NONE);
    context.attributes().setGeneration(GenerationMode.RANDOMIZED);
    if (tries == null) {
      context.attributes().setSeed("1");
    } else if (context.attributes().tries().orElse(0) > 1) { // No example.
      context.attributes().setTries(Integer.parseInt(tries));
    }
    return property.execute();
  }
}
