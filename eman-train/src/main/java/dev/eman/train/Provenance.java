package dev.eman.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions of the program that made a run. */
public final class Provenance {
  private Provenance() {}

  /** The version of this program. */
  public static String version() {
    return built().getProperty("eman", "unknown");
  }

  /** The version of DL4J and ND4J that it was built with. */
  public static String dl4j() {
    return built().getProperty("dl4j", "unknown");
  }

  /** The commit as found by the launcher, if started from a checkout. */
  public static String commit() {
    String commit = System.getProperty("eman.commit", "");
    return commit.isEmpty() ? "unknown" : commit;
  }

  private static Properties built() {
    try (InputStream in = Provenance.class.getResourceAsStream("versions.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
