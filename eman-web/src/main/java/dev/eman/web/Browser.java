package dev.eman.web;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import dev.eman.core.io.IoFailures;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The browser of the desktop. */
public final class Browser {
  private static final Logger LOG = LoggerFactory.getLogger(Browser.class);

  private Browser() {}

  /**
   * Shows a page, by the system's own command for it; Java's {@code Desktop} would load AWT. Where
   * that is missing, a line in the log says so.
   */
  public static void show(String address) {
    String system = Ascii.toLowerCase(System.getProperty("os.name", ""));
    ImmutableList<String> command =
        system.startsWith("windows")
            ? ImmutableList.of("rundll32", "url.dll,FileProtocolHandler", address)
            : ImmutableList.of(system.startsWith("mac") ? "open" : "xdg-open", address);
    try {
      new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      LOG.warn("cannot open a browser: {}; open {} yourself", IoFailures.reason(e), address);
    }
  }
}
