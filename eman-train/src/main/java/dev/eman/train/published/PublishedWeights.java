package dev.eman.train.published;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSortedMap;
import dev.eman.core.EmanException;
import dev.eman.core.Services;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.fetch.RemoteFile;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Weights that others have published.
 *
 * @param name such as {@code torchvision:resnet18}: who published them, a colon, which ones
 * @param backbone the network that they are of
 * @param file where they are
 * @param mebibytes the file's size, for messages
 * @param input the images that the network was trained with
 * @param terms one sentence without a full stop on their licence, and the terms of the data that
 *     they were trained on
 */
public record PublishedWeights(
    String name, String backbone, RemoteFile file, double mebibytes, Input input, String terms) {
  /** No drive's letter comes before the colon, and no address follows it. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]+:[^/\\\\:]+");

  /**
   * The images that a network was trained with.
   *
   * @param statistics mean and deviation that they were normalised by
   * @param size width and height in pixels
   * @param testView how images of other sizes are prepared for evaluation
   */
  public record Input(ChannelStatistics statistics, int size, String testView) {
    /** ImageNet's at the usual size: scaled to 256 pixels, and the 224 in the middle taken. */
    public static final Input IMAGENET = new Input(ChannelStatistics.IMAGENET, 224, "imagenet-val");
  }

  /** Checks that the name cannot be taken for a path. */
  public PublishedWeights {
    checkArgument(isName(name), "name: expected text, a colon and text, got %s", name);
    checkArgument(mebibytes > 0, "mebibytes: expected above 0, got %s", mebibytes);
  }

  /** Whether a text has the form of a name. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * All that are known, by name.
   *
   * @throws EmanException if two have the same name
   */
  public static ImmutableSortedMap<String, PublishedWeights> all() {
    Map<String, PublishedWeights> all = new TreeMap<>();
    Map<String, PublishedWeightsProvider> providers = new HashMap<>();
    for (PublishedWeightsProvider provider : Services.load(PublishedWeightsProvider.class)) {
      for (PublishedWeights weights : provider.all()) {
        PublishedWeightsProvider other = providers.putIfAbsent(weights.name(), provider);
        if (other != null) {
          throw new EmanException(
              String.format(
                  Locale.ROOT,
                  "two sets of weights are named %s: of %s and of %s; take one of their jars off"
                      + " the class path",
                  weights.name(),
                  other.getClass().getName(),
                  provider.getClass().getName()));
        }
        all.put(weights.name(), weights);
      }
    }
    return ImmutableSortedMap.copyOf(all);
  }

  /**
   * Finds weights by name.
   *
   * @throws UsageException for an unknown name, with all that are known, and the nearest
   */
  public static PublishedWeights named(String name) {
    ImmutableSortedMap<String, PublishedWeights> all = all();
    return Optional.ofNullable(all.get(name))
        .orElseThrow(
            () -> new UsageException(Suggestions.unknown("weights", name, all.keySet().asList())));
  }

  /** How to tell the file from others, in words: its name, size and checksum. */
  String description() {
    String[] checksum = file.checksum().split(":", 2);
    return String.format(
        Locale.ROOT,
        "%s (%.1f MiB, %s %s)",
        file.fileName(),
        mebibytes,
        checksum[0].equals("md5") ? "MD5" : "SHA-256",
        checksum[0].endsWith("-prefix") ? "begins with " + checksum[1] : checksum[1]);
  }

  @Override
  public String toString() {
    return name;
  }
}
