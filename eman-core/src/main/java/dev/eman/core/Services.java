package dev.eman.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;

/** What jars on the class path provide, found by {@link ServiceLoader}. */
public final class Services {
  private Services() {}

  /**
   * All providers of a service, in the order of the class path; new ones at every call.
   *
   * @throws EmanException if one cannot be loaded
   */
  public static <T> ImmutableList<T> load(Class<T> service) {
    try {
      return ImmutableList.copyOf(ServiceLoader.load(service));
    } catch (ServiceConfigurationError e) {
      throw new EmanException(
          "a jar on the class path does not fit: " + e.getMessage() + "; update it or take it off",
          e);
    }
  }

  /**
   * Providers by name.
   *
   * @param kind of the providers, in the plural, for the message
   * @param name of one of them
   * @throws EmanException if two have one name
   */
  public static <T> ImmutableSortedMap<String, T> byName(
      String kind, Iterable<? extends T> providers, Function<? super T, String> name) {
    TreeMap<String, T> found = new TreeMap<>();
    for (T provider : providers) {
      T other = found.putIfAbsent(name.apply(provider), provider);
      if (other != null) {
        throw new EmanException(
            String.format(
                Locale.ROOT,
                "two %s are named %s: %s and %s; take one of their jars off the class path",
                kind,
                name.apply(provider),
                other.getClass().getName(),
                provider.getClass().getName()));
      }
    }
    return ImmutableSortedMap.copyOf(found);
  }
}
