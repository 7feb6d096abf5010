package dev.eman.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A page that shows a run while it trains. A jar on the class path adds it by a public class with a
 * constructor without arguments, named in {@code META-INF/services/dev.eman.cli.RunPage}.
 */
public interface RunPage {
  /** An open page. */
  interface Open extends AutoCloseable {
    /**
     * Shows a run.
     *
     * @param folder of the run
     * @return the page's address
     */
    String show(Path folder);

    /** Shows what the run has written last, and closes. */
    @Override
    void close();
  }

  /**
   * Opens the page, before there is a run.
   *
   * @param port the user's choice, 0 for any that is free; null for the usual
   * @throws dev.eman.core.EmanException if the port is taken
   */
  Open open(@Nullable Integer port);
}
