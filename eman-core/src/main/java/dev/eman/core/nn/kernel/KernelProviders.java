package dev.eman.core.nn.kernel;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.Services;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/** The kernel providers on the class path, and which of them serves. */
public final class KernelProviders {
  /** The system property that names the provider to prefer, such as {@code nd4j}. */
  public static final String PROPERTY = "eman.kernels";

  private static @Nullable ImmutableList<KernelProvider> found;

  private KernelProviders() {}

  /**
   * All of them, the highest rank first. They are looked for until there are some, then no more.
   *
   * @throws EmanException when a provider cannot be loaded, or two have one name
   */
  public static synchronized ImmutableList<KernelProvider> all() {
    ImmutableList<KernelProvider> providers = found;
    if (providers == null) {
      providers = load();
      found = providers.isEmpty() ? null : providers;
    }
    return providers;
  }

  private static ImmutableList<KernelProvider> load() {
    return ImmutableList.sortedCopyOf(
        Comparator.comparingInt(KernelProvider::rank).reversed(),
        Services.byName(
                "kernel providers", Services.load(KernelProvider.class), KernelProvider::name)
            .values());
  }

  /** What {@link #PROPERTY} names. */
  public static Optional<String> requested() {
    return Optional.ofNullable(Strings.emptyToNull(System.getProperty(PROPERTY)));
  }

  /**
   * The provider for arrays of a type on the loaded backend: the requested one where it supports
   * the type, else the highest rank that does. (A provider for float32 alone can be requested and
   * leaves float64 to the others.) Layers ask when they are made, and keep what they get.
   *
   * @throws UsageException when {@link #PROPERTY} names no provider
   * @throws EmanException when the highest rank is shared, or no provider supports the type
   */
  public static KernelProvider chosen(DataType type) {
    return choose(all(), requested(), type, Nd4j.getBackend());
  }

  static KernelProvider choose(
      List<KernelProvider> providers,
      Optional<String> requested,
      DataType type,
      Nd4jBackend backend) {
    if (requested.isPresent()) {
      KernelProvider named = named(providers, requested.get());
      if (named.supports(type, backend)) {
        return named;
      }
    }
    KernelProvider best = null;
    KernelProvider equal = null;
    for (KernelProvider provider : providers) {
      if ((best != null && provider.rank() < best.rank()) || !provider.supports(type, backend)) {
        continue;
      }
      equal = best != null && provider.rank() == best.rank() ? best : null;
      best = provider;
    }
    if (best == null) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "no kernels for %s on %s: the kernel providers on the class path are %s; %s",
              type,
              backend.getClass().getSimpleName(),
              names(providers),
              "if jars were merged, keep all lines of META-INF/services"));
    }
    if (equal != null) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "two kernel providers of rank %s support %s: %s and %s; name one with -D%s=%s",
              best.rank(),
              type,
              describe(equal),
              describe(best),
              PROPERTY,
              equal.name()));
    }
    return best;
  }

  private static KernelProvider named(List<KernelProvider> providers, String name) {
    for (KernelProvider provider : providers) {
      if (provider.name().equals(name)) {
        return provider;
      }
    }
    throw new UsageException(Suggestions.unknown(PROPERTY, name, names(providers)));
  }

  private static ImmutableList<String> names(List<KernelProvider> providers) {
    return providers.stream().map(KernelProvider::name).collect(ImmutableList.toImmutableList());
  }

  private static String describe(KernelProvider provider) {
    return provider.name() + " (" + provider.getClass().getName() + ")";
  }
}
