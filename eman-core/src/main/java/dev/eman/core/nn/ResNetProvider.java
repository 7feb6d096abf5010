package dev.eman.core.nn;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the ResNets: torchvision's for large images, and those of three stages for small ones. */
public final class ResNetProvider implements BackboneProvider {
  private static final Pattern SMALL = Pattern.compile("resnet(\\d{1,4})-w(\\d{1,4})");
  private static final int[] BLOCKS_18 = {2, 2, 2, 2};
  private static final int[] BLOCKS_34 = {3, 4, 6, 3};
  private static final int[] WIDTHS = {64, 128, 256, 512};

  /** For {@link java.util.ServiceLoader}. */
  public ResNetProvider() {}

  @Override
  public String description() {
    return "residual networks (He et al. 2016); those with a width are for small images";
  }

  @Override
  public ImmutableList<String> names() {
    return ImmutableList.of(
        "resnet14-w16", "resnet20-w16", "resnet18", "resnet34", "resnet50", "wide-resnet50-2");
  }

  @Override
  public ImmutableList<String> patterns() {
    return ImmutableList.of("resnetD-wW with depth D = 6n + 2 and width W");
  }

  @Override
  public Optional<Backbone> find(String name, int channels) {
    return switch (name) {
      case "resnet18" -> Optional.of(large(name, channels, BLOCKS_18, false, 1));
      case "resnet34" -> Optional.of(large(name, channels, BLOCKS_34, false, 1));
      case "resnet50" -> Optional.of(large(name, channels, BLOCKS_34, true, 1));
      case "wide-resnet50-2" -> Optional.of(large(name, channels, BLOCKS_34, true, 2));
      default -> {
        Matcher sizes = SMALL.matcher(name);
        yield sizes.matches()
            ? Optional.of(
                small(
                    name,
                    channels,
                    Integer.parseInt(sizes.group(1)),
                    Integer.parseInt(sizes.group(2))))
            : Optional.empty();
      }
    };
  }

  private static Backbone large(
      String name, int channels, int[] blocks, boolean bottleneck, int widthFactor) {
    return new ResNet(name, channels, blocks, WIDTHS, bottleneck, widthFactor, true);
  }

  /** Three stages of n basic blocks with widths w, 2w and 4w; w is 16 in the paper. */
  private static Backbone small(String name, int channels, int depth, int width) {
    if (depth < 8 || (depth - 2) % 6 != 0 || width < 1) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "backbone %s: expected a depth of 6n + 2 (8, 14, 20, ...) and a width of at least 1,"
                  + " got %d and %d",
              name,
              depth,
              width));
    }
    int[] blocks = new int[3];
    Arrays.fill(blocks, (depth - 2) / 6);
    int[] widths = {width, 2 * width, 4 * width};
    return new ResNet(name, channels, blocks, widths, false, 1, false);
  }
}
