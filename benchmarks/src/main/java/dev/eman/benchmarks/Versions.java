package dev.eman.benchmarks;

import dev.eman.core.nn.Backend;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code eman --version} prints. */
public final class Versions implements IVersionProvider {
  @Override
  public String[] getVersion() {
    Properties built = built();
    return new String[] {
      "eman " + built.getProperty("eman"),
      "DL4J and ND4J " + built.getProperty("dl4j"),
      "Java " + Runtime.version() + ", " + System.getProperty("java.vendor"),
      backend()
    };
  }

  /** The version of this program. */
  public static String eman() {
    return built().getProperty("eman", "unknown");
  }

  private static String backend() {
    try {
      return Backend.describe();
    } catch (RuntimeException | LinkageError e) {
      // No backend on the class path, or one that this machine cannot load: still a version.
      return "backend none (" + e + ")";
    }
  }

  private static Properties built() {
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
