package dev.eman.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What jars on the class path provide, found by {@link ServiceLoader}. */
public final class Services {
  private Services() {}

  /**
   * All providers of a service, in the order of the class path; new ones at every call. They are
   * looked for where the thread's context class loader finds classes; where that does not know the
   * service, beside the service.
   *
   * @throws EmanException if one cannot be loaded
   */
  public static <T> ImmutableList<T> load(Class<T> service) {
    try {
      return ImmutableList.copyOf(ServiceLoader.load(service, loader(service)));
    } catch (ServiceConfigurationError e) {
      throw new EmanException(
          "a jar on the class path does not fit: " + e.getMessage() + "; update it or take it off",
          e);
    }
  }

  /** In a jar of jars, the context class loader of a pool's thread often knows none of them. */
  private static @Nullable ClassLoader loader(Class<?> service) {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    try {
      if (context != null && Class.forName(service.getName(), false, context) == service) {
        return context;
      }
    } catch (ClassNotFoundException | LinkageError e) {
      // It does not know the service.
    }
    return service.getClassLoader();
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
