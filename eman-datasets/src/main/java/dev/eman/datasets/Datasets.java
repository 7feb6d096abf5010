package dev.eman.datasets;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableSortedMap;
import dev.eman.core.EmanException;
import dev.eman.core.Services;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.io.PathNames;
import java.util.Map;
import java.util.Optional;

/** The data sets that can be opened by name: built in, and those of other jars. */
public final class Datasets {
  /** Of longer names the beginning is told. */
  private static final int LONGEST = 200;

  private Datasets() {}

  /**
   * All of them, by name.
   *
   * @throws EmanException if one cannot be loaded, or two have one name
   */
  public static ImmutableSortedMap<String, DatasetProvider> all() {
    return Services.byName(
        "data sets", Services.load(DatasetProvider.class), DatasetProvider::name);
  }

  /**
   * The data set of a name, or the one at a path, of any {@link DatasetFormat}: for example a
   * folder with folders {@code train} and {@code val} or {@code test}, each with a folder for each
   * class.
   *
   * @throws UsageException for an unknown name, with the nearest known one
   */
  public static DatasetProvider named(String name) {
    Map<String, DatasetProvider> all = all();
    DatasetProvider provider = all.get(name);
    if (provider != null) {
      return provider;
    }
    if (isAddress(name)) {
      return atAddress(name);
    }
    if (!name.isBlank()) {
      for (DatasetFormat format : Services.load(DatasetFormat.class)) {
        Optional<DatasetProvider> data = format.at(PathNames.parse(name));
        if (data.isPresent()) {
          return data.get();
        }
      }
    }
    if (name.contains("/") || name.endsWith(".csv") || name.endsWith(".tsv")) {
      throw new UsageException(
          "expected a data set's name, a folder of images or a table of images (.csv, .tsv), found"
              + " neither folder nor table at "
              + Ascii.truncate(name, LONGEST, "...")
              + "; check the path");
    }
    throw new UsageException(Suggestions.unknownOrMissingJar("data set", name, all.keySet()));
  }

  /**
   * Whether a name is an address of another file system than this machine's: {@code
   * hdfs://host/photos}.
   */
  public static boolean isAddress(String name) {
    return name.matches("[A-Za-z][A-Za-z0-9+.-]+:/.*");
  }

  private static DatasetProvider atAddress(String address) {
    for (DatasetFormat format : Services.load(DatasetFormat.class)) {
      Optional<DatasetProvider> data = format.at(address);
      if (data.isPresent()) {
        return data.get();
      }
    }
    throw new UsageException(
        "expected packed images at "
            + address
            + ", found none, or no reader for them; --spark packs and reads images of other file"
            + " systems");
  }
}
