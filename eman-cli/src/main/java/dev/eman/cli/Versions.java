package dev.eman.cli;

import dev.eman.cli.doctor.NativesFailure;
import dev.eman.core.nn.Backend;
import dev.eman.train.Provenance;
import picocli.CommandLine.IVersionProvider;

/** What {@code eman --version} prints. */
public final class Versions implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "eman " + Provenance.version(),
      "DL4J and ND4J " + Provenance.dl4j(),
      "Java " + Runtime.version() + ", " + System.getProperty("java.vendor"),
      backend()
    };
  }

  private static String backend() {
    try {
      return Backend.describe();
    } catch (RuntimeException | LinkageError e) {
      // No backend on the class path, or one that this machine cannot load; still print the rest.
      NativesFailure natives = NativesFailure.of(e);
      return "backend none (" + (natives == null ? NativesFailure.cause(e) : natives) + ")";
    }
  }
}
