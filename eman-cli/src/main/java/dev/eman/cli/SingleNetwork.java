package dev.eman.cli;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Makes the options of {@link Pretrained} those of a command that takes one network at most. */
abstract class SingleNetwork implements IModelTransformer {
  private static final String SEEDS = "--seeds";

  private final String withoutFile;
  private final ImmutableMap<String, String> texts;

  /**
   * A transformer.
   *
   * @param withoutFile what the command does without a network, as the end of a sentence
   * @param texts the command's own, by option
   */
  SingleNetwork(String withoutFile, ImmutableMap<String, String> texts) {
    this.withoutFile = withoutFile;
    this.texts = texts;
  }

  @Override
  public final CommandSpec transform(CommandSpec spec) {
    for (PositionalParamSpec files : List.copyOf(spec.positionalParameters())) {
      spec.remove(files);
      spec.addPositional(
          PositionalParamSpec.builder(files)
              .paramLabel("[FILE]") // More are refused by a message of our own.
              .hideParamSyntax(true)
              .description(
                  "A run folder, a checkpoint, a weight file (PyTorch .pth or safetensors), or"
                      + " published weights by name, such as torchvision:resnet18; without one, "
                      + withoutFile
                      + ".")
              .build());
    }
    for (OptionSpec option : List.copyOf(spec.options())) { // All, so that their order stays.
      spec.remove(option);
      if (!option.longestName().equals(SEEDS)) {
        String text = texts.get(option.longestName());
        spec.addOption(
            text == null ? option : OptionSpec.builder(option).description(text).build());
      }
    }
    return spec;
  }
}
