package dev.eman.core.nn;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.Services;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The backbones on the class path, by name. */
public final class Backbones {
  private Backbones() {}

  /**
   * All that provide backbones, with the names and patterns that they offer.
   *
   * @throws EmanException if one cannot be loaded
   */
  public static ImmutableList<BackboneProvider> all() {
    return Services.load(BackboneProvider.class);
  }

  /** Names that {@link #named} takes; {@link BackboneProvider#patterns} describe further ones. */
  public static ImmutableList<String> names() {
    return names(all());
  }

  /**
   * The backbone of a name for colour images.
   *
   * @throws UsageException as {@link #named(String, int)}
   */
  public static Backbone named(String name) {
    return named(name, 3);
  }

  /**
   * The backbone of a name.
   *
   * @param name one of {@link #names}, or of a form that a provider describes
   * @param channels of the images, at least 1
   * @throws UsageException for an unknown name, with the nearest known one, or for sizes that
   *     cannot be
   * @throws EmanException if two providers have a backbone of this name
   */
  public static Backbone named(String name, int channels) {
    return named(name, channels, all());
  }

  static Backbone named(String name, int channels, List<BackboneProvider> providers) {
    Backend.limitThreads(); // Before anything of ND4J is used.
    @Nullable Backbone found = null;
    @Nullable BackboneProvider owner = null;
    for (BackboneProvider provider : providers) {
      Optional<Backbone> candidate = provider.find(name, channels);
      if (candidate.isPresent() && owner != null) {
        throw new EmanException(
            String.format(
                Locale.ROOT,
                "two backbones are named %s: of %s and of %s; take one of their jars off the class"
                    + " path",
                name,
                owner.getClass().getName(),
                provider.getClass().getName()));
      }
      if (candidate.isPresent()) {
        found = candidate.get();
        owner = provider;
      }
    }
    if (found == null) {
      throw unknown(name, providers);
    }
    return found;
  }

  private static UsageException unknown(String name, List<BackboneProvider> providers) {
    List<String> known = new ArrayList<>(names(providers));
    providers.forEach(provider -> known.addAll(provider.patterns()));
    return new UsageException(Suggestions.unknownOrMissingJar("backbone", name, known));
  }

  private static ImmutableList<String> names(List<BackboneProvider> providers) {
    return providers.stream()
        .flatMap(provider -> provider.names().stream())
        .sorted() // Whatever the order of the class path.
        .collect(ImmutableList.toImmutableList());
  }
}
