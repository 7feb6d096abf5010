package dev.eman.web.command;

import dev.eman.web.Browser;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that open a page. */
final class PageOptions {
  @Option(
      names = "--port",
      paramLabel = "N",
      description =
          "Port of the page, 0 for any that is free (default: the first free one from 8017 on).")
  private @Nullable Integer port;

  @Option(names = "--open", description = "Open the page in the desktop's browser.")
  private boolean open;

  @Nullable Integer port() {
    return port;
  }

  /** Opens the page if the user asked for it. */
  void show(String address) {
    if (open) {
      Browser.show(address);
    }
  }
}
