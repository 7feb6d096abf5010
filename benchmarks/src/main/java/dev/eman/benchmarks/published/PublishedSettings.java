package dev.eman.benchmarks.published;

import dev.eman.core.EmanException;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The configurations that come with the program: {@code benchmarks/configs}, and FixMatch's with
 * the other methods of its family ({@code benchmarks/configs/family}) in its place.
 */
final class PublishedSettings {
  private static final String SUFFIX = ".yaml";
  private static final String FOLDER = "configs";

  /** The method whose settings the others of its family take. */
  static final String BASE = "fixmatch-";

  private PublishedSettings() {}

  /** Runs a setting and exits the process, for use in a main. */
  static void run(String name, String[] args) {
    List<String> all = new ArrayList<>(List.of(name));
    all.addAll(Arrays.asList(args));
    PublishedSetting.main(all.toArray(new String[0]));
  }

  /** The settings' names and the text of their configurations, those of the family among them. */
  static Map<String, String> all() {
    Map<String, String> settings = new TreeMap<>(listed());
    new Family(files(FOLDER + "/family")).settings(settings).forEach(settings::putIfAbsent);
    return settings;
  }

  /** The settings that are files of their own, for lists. */
  static Map<String, String> listed() {
    return files(FOLDER);
  }

  /** The methods that may stand in FixMatch's place. */
  static List<String> family() {
    return new Family(files(FOLDER + "/family")).methods();
  }

  private static Map<String, String> files(String folder) {
    try {
      URI program =
          PublishedSettings.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      Path path = Path.of(program);
      if (Files.isDirectory(path)) {
        return read(path.resolve(folder));
      }
      try (FileSystem jar = FileSystems.newFileSystem(path)) {
        return read(jar.getPath(folder));
      }
    } catch (IOException | URISyntaxException e) {
      throw new EmanException("cannot read the program's configurations: " + e, e);
    }
  }

  /**
   * Finds a configuration.
   *
   * @throws UsageException for an unknown name; the message suggests the nearest known one
   */
  static String named(String name) {
    Map<String, String> all = all();
    String found = all.get(name);
    if (found == null) {
      throw new UsageException(Suggestions.unknown("benchmark", name, all.keySet()));
    }
    return found;
  }

  /** The title in a configuration's first comment. */
  static String title(String yaml) {
    String line = yaml.lines().findFirst().orElse("").replaceFirst("^# *", "");
    int end = line.indexOf(": ");
    int stop = line.indexOf(". ");
    int cut = end < 0 ? stop : stop < 0 ? end : Math.min(end, stop);
    return cut < 0 ? line : line.substring(0, cut);
  }

  private static Map<String, String> read(Path folder) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(SUFFIX)) {
          found.put(name.substring(0, name.length() - SUFFIX.length()), Files.readString(file));
        }
      }
    }
    return found;
  }
}
