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

/** Sends this program's jars to executors, which have Spark alone. */
final class OwnJars {
  /** The property by which {@code ./eman} names a file with the class path without Spark. */
  static final String PROPERTY = "eman.spark.classpath";

  /** These come with Spark, and must be the same for both. */
  private static final String LOGGING = "slf4j-";

  private OwnJars() {}

  /**
   * Adds the jars to a context's settings, in front of a cluster's own, older libraries. Does
   * nothing where the settings say what executors have, or nothing is known of the program.
   */
  static void ship(SparkConf conf) {
    String file = System.getProperty(PROPERTY);
    if (file == null
        || conf.contains("spark.jars")
        || conf.contains("spark.executor.extraClassPath")) {
      return;
    }
    conf.set("spark.jars", String.join(",", jars(Path.of(file))));
    conf.set("spark.executor.userClassPathFirst", "true");
  }

  private static List<String> jars(Path file) {
    String without;
    try {
      without = Files.readString(file).strip();
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
    Splitter entries = Splitter.on(File.pathSeparatorChar).omitEmptyStrings();
    return Stream.concat(
            entries.splitToStream(without),
            // The program's own two, which are not among their dependencies.
            entries
                .splitToStream(System.getProperty("java.class.path", ""))
                .filter(jar -> jar.endsWith("/eman-spark.jar") || jar.endsWith("/benchmarks.jar")))
        .filter(jar -> jar.endsWith(".jar") && !name(jar).startsWith(LOGGING))
        .distinct()
        .collect(Collectors.toList());
  }

  private static String name(String jar) {
    return String.valueOf(Path.of(jar).getFileName());
  }
}
