package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The published backbones by name. */
public final class Backbones {
  private static final Pattern SMALL_RESNET = Pattern.compile("resnet(\\d+)-w(\\d+)");
  private static final Pattern WIDE_RESNET = Pattern.compile("wrn-(\\d+)-(\\d+)");

  private Backbones() {}

  /** Names that {@link #named} takes, with a width or depth of choice in two of them. */
  public static List<String> names() {
    return ImmutableList.of(
        "resnet14-w16",
        "resnet20-w16",
        "wrn-28-2",
        "wrn-28-8",
        "resnet18",
        "resnet34",
        "resnet50",
        "wide-resnet50-2");
  }

  /** The backbone of a name for colour images. */
  public static Backbone named(String name) {
    return named(name, 3);
  }

  /**
   * The backbone of a name.
   *
   * <p>Those of other jars are found too, by {@link BackboneProvider}.
   *
   * @param name one of {@link #names()}, {@code resnetD-wW} with depth D = 6n + 2 and width W, or
   *     {@code wrn-D-K} with depth D = 6n + 4
   * @param channels of the images
   * @throws IllegalArgumentException for another name, with the names there are
   */
  public static Backbone named(String name, int channels) {
    int[] basic = {2, 2, 2, 2};
    int[] deep = {3, 4, 6, 3};
    Optional<Backbone> large =
        switch (name) {
          case "resnet18" -> Optional.of(imageNet(name, channels, basic, false, 1));
          case "resnet34" -> Optional.of(imageNet(name, channels, deep, false, 1));
          case "resnet50" -> Optional.of(imageNet(name, channels, deep, true, 1));
          case "wide-resnet50-2" -> Optional.of(imageNet(name, channels, deep, true, 2));
          default -> Optional.empty();
        };
    if (large.isPresent()) {
      return large.get();
    }
    Matcher small = SMALL_RESNET.matcher(name);
    if (small.matches()) {
      return smallResNet(
          Integer.parseInt(small.group(1)), Integer.parseInt(small.group(2)), channels);
    }
    Matcher wide = WIDE_RESNET.matcher(name);
    if (wide.matches()) {
      return wideResNet(Integer.parseInt(wide.group(1)), Integer.parseInt(wide.group(2)), channels);
    }
    List<String> known = new ArrayList<>(names());
    for (BackboneProvider provider : ServiceLoader.load(BackboneProvider.class)) {
      Optional<Backbone> found = provider.find(name, channels);
      if (found.isPresent()) {
        return found.get();
      }
      known.addAll(provider.names());
    }
    throw new IllegalArgumentException(
        "backbone: expected one of " + known + ", got \"" + name + "\"");
  }

  private static Backbone imageNet(
      String name, int channels, int[] blocks, boolean bottleneck, int widthFactor) {
    int[] widths = {64, 128, 256, 512};
    return new ResNet(name, channels, blocks, widths, bottleneck, widthFactor, true);
  }

  /**
   * A ResNet for small images: three stages of n basic blocks with widths w, 2w and 4w.
   *
   * @param depth 6n + 2
   * @param width of the first stage, 16 in the original
   */
  public static Backbone smallResNet(int depth, int width, int channels) {
    checkArgument(
        depth >= 8 && (depth - 2) % 6 == 0,
        "small ResNet: expected a depth of 6n + 2 (8, 14, 20, ...), got %s",
        depth);
    checkArgument(width > 0, "small ResNet: expected a positive width, got %s", width);
    int[] blocks = new int[3];
    Arrays.fill(blocks, (depth - 2) / 6);
    return new ResNet(
        "resnet" + depth + "-w" + width,
        channels,
        blocks,
        new int[] {width, 2 * width, 4 * width},
        false,
        1,
        false);
  }

  /**
   * A wide ResNet for small images, as in FixMatch.
   *
   * @param depth 6n + 4
   * @param widen the factor on the widths 16, 32 and 64
   */
  public static Backbone wideResNet(int depth, int widen, int channels) {
    checkArgument(
        depth >= 10 && (depth - 4) % 6 == 0,
        "wide ResNet: expected a depth of 6n + 4 (10, 16, 22, 28, ...), got %s",
        depth);
    checkArgument(widen > 0, "wide ResNet: expected a positive factor, got %s", widen);
    return new WideResNet("wrn-" + depth + "-" + widen, channels, depth, widen);
  }
}
