package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import org.jspecify.annotations.Nullable;

/**
 * The backbone's initial weights.
 *
 * @param source a run, a file, or published weights by name; null for random weights
 * @param network which of its networks to take; null for the student, or a weight file's only
 *     network
 * @param prefix of the weight names in the file; null to detect it
 */
public record InitialOptions(
    @Nullable WeightSource source, @Nullable Network network, @Nullable String prefix) {
  /** See {@link #source}. */
  public static final TrainingOption<WeightSource> INIT =
      TrainingOption.of(
              "init",
              "FILE",
              (WeightSource) null,
              "Initialise the backbone of student and teacher, including statistics, from a run,"
                  + " one of its checkpoints, a weight file of PyTorch (.pth) or safetensors, or"
                  + " published weights by name, such as torchvision:resnet18, which also decides"
                  + " the backbone.",
              WeightSource::parse,
              WeightSource::recorded,
              options -> options.initial().source())
          .place();

  /** See {@link #network}. */
  public static final TrainingOption<Network> INIT_NETWORK =
      TrainingOption.choice(
          "init-network",
          "NAME",
          Network.class,
          null,
          "Which network to take from it: student or teacher (default: student, or a weight"
              + " file's only network).",
          options -> options.initial().network());

  /** See {@link #prefix}. */
  public static final TrainingOption<String> INIT_PREFIX =
      TrainingOption.text(
          "init-prefix",
          "PREFIX",
          null,
          "Prefix of the weight names, such as module.encoder_q (default: detected).",
          options -> options.initial().prefix());

  static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.of(INIT, INIT_NETWORK, INIT_PREFIX);

  /** Checks that a network or prefix is only given together with a source. */
  public InitialOptions {
    Checks.require(
        source != null || (network == null && prefix == null),
        "--init-network, --init-prefix: expected together with --init");
  }
}
