package dev.eman.spark.cli;

import com.google.common.base.Splitter;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/** Sends the jars of this program and of its user to executors, which have Spark alone. */
final class OwnJars {
  /** The property by which {@code ./eman} names a file with the class path without Spark. */
  static final String PROPERTY = "eman.spark.classpath";

  private static final String JARS = "spark.jars";

  /** These come with Spark, and must be the same for both. */
  private static final String LOGGING = "slf4j-";

  private static final Splitter ENTRIES = Splitter.on(File.pathSeparatorChar).omitEmptyStrings();

  private OwnJars() {}

  /**
   * Adds the jars to a context's settings, in front of a cluster's own, older libraries. Does
   * nothing where the settings say what executors have, or nothing is known of the program.
   */
  static void ship(SparkConf conf) {
    ship(conf, System.getProperty(PROPERTY), System.getenv().getOrDefault("EMAN_CLASSPATH", ""));
  }

  /**
   * As {@link #ship(SparkConf)}, for tests.
   *
   * @param file with the class path without Spark
   * @param extra the user's class path
   */
  static void ship(SparkConf conf, @Nullable String file, String extra) {
    if (file == null || conf.contains("spark.executor.extraClassPath")) {
      return;
    }
    String jars = String.join(",", jars(Path.of(file), extra));
    String given = conf.get(JARS, "");
    conf.set(JARS, given.isEmpty() ? jars : jars + "," + given);
    conf.set("spark.executor.userClassPathFirst", "true");
  }

  private static List<String> jars(Path file, String extra) {
    String without;
    try {
      without = Files.readString(file).strip();
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
    return Stream.of(
            ENTRIES.splitToStream(without),
            // The program's own two, which are not among their dependencies.
            ENTRIES
                .splitToStream(System.getProperty("java.class.path", ""))
                .filter(jar -> jar.endsWith("/eman-spark.jar") || jar.endsWith("/benchmarks.jar")),
            ENTRIES.splitToStream(extra).flatMap(OwnJars::expanded))
        .flatMap(jars -> jars)
        .filter(jar -> jar.endsWith(".jar") && !name(jar).startsWith(LOGGING))
        .distinct()
        .collect(Collectors.toList());
  }

  /** The jars of {@code folder/*}, as Java finds them. */
  private static Stream<String> expanded(String entry) {
    if (!entry.equals("*") && !entry.endsWith("/*")) {
      return Stream.of(entry);
    }
    Path folder = Path.of(entry.substring(0, entry.length() - 1));
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(Path::toString).sorted().toList().stream();
    } catch (IOException e) {
      throw new EmanException("cannot read " + folder + ": " + IoFailures.reason(e), e);
    }
  }

  private static String name(String jar) {
    return String.valueOf(Path.of(jar).getFileName());
  }
}
