package dev.eman.core.nn;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the wide ResNets for small images. */
public final class WideResNetProvider implements BackboneProvider {
  private static final Pattern SIZES = Pattern.compile("wrn-(\\d{1,4})-(\\d{1,4})");

  /** For {@link java.util.ServiceLoader}. */
  public WideResNetProvider() {}

  @Override
  public String description() {
    return "wide residual networks (Zagoruyko and Komodakis 2016) as FixMatch uses them";
  }

  @Override
  public ImmutableList<String> names() {
    return ImmutableList.of("wrn-28-2", "wrn-28-8", "wrn-37-2");
  }

  @Override
  public ImmutableList<String> patterns() {
    return ImmutableList.of(
        "wrn-D-K with depth D = 6n + 4 and widths 16K, 32K and 64K",
        "wrn-D-K with depth D = 8n + 5 and widths 16K, 32K, 64K and 128K, for larger images");
  }

  @Override
  public Optional<Backbone> find(String name, int channels) {
    Matcher sizes = SIZES.matcher(name);
    if (!sizes.matches()) {
      return Optional.empty();
    }
    int depth = Integer.parseInt(sizes.group(1));
    int widen = Integer.parseInt(sizes.group(2));
    if (!WideResNet.isDepth(depth) || widen < 1) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "backbone %s: expected a depth of 6n + 4 (10, 16, 22, 28, ...) or 8n + 5 (13, 21, 29,"
                  + " 37, ...) and a factor of at least 1, got %d and %d",
              name,
              depth,
              widen));
    }
    return Optional.of(new WideResNet(name, channels, depth, widen));
  }
}
