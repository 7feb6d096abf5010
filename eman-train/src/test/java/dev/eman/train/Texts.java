package dev.eman.train;

import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.util.List;

/** Options as the command line has them: {@code --batch=4}, {@code --set=threshold=0.9}. */
final class Texts {
  private Texts() {}

  static TrainingOptions parse(List<String> arguments) {
    OptionTexts texts = OptionTexts.empty();
    for (String argument : arguments) {
      String[] parts = argument.substring(2).split("=", 2);
      if (parts[0].equals("set")) {
        String[] setting = parts[1].split("=", 2);
        texts = texts.withSetting(setting[0], setting[1]);
      } else {
        texts = texts.with(parts[0], parts[1]);
      }
    }
    return texts.resolve();
  }
}
