package dev.eman.web.command;

import dev.eman.cli.CommandProvider;
import java.util.List;

/** The commands of this module. */
public final class WebCommands implements CommandProvider {
  /** For the service loader. */
  public WebCommands() {}

  @Override
  public List<Object> commands() {
    return List.of(new WatchCommand(), new LabelCommand(), new ServeCommand());
  }
}
