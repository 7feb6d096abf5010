package dev.eman.train;

import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;

/** What all workers of a run need to have in common. */
final class SharedRun {
  private SharedRun() {}

  /**
   * The options that decide what is learnt, the data and the split. Paths may differ between
   * machines, and so may what does not change the result.
   */
  static String common(RunState state) {
    TrainingOptions options = state.options();
    StringBuilder text = new StringBuilder();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      if (!ResumedOptions.isChangeable(option)) {
        option
            .textIn(options)
            .filter(value -> option.place(value).isEmpty())
            .ifPresent(value -> line(text, option.name(), value));
      }
    }
    line(text, "settings", options.algorithmOptions().asMap());
    line(text, "steps", state.plan().steps());
    line(text, "trained", state.plan().trained());
    line(text, "images", state.train().fingerprint());
    line(text, "split", state.split().hash());
    return text.toString();
  }

  private static void line(StringBuilder text, String name, Object value) {
    text.append(name).append(": ").append(value).append('\n');
  }
}
