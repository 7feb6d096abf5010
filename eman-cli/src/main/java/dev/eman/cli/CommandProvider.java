package dev.eman.cli;

import java.util.List;

/**
 * Further subcommands of {@code eman}. A jar on the class path adds them by a public class with a
 * constructor without arguments, named in {@code META-INF/services/dev.eman.cli.CommandProvider}.
 */
public interface CommandProvider {
  /** Creates new objects annotated with picocli's {@code @Command}. */
  List<Object> commands();
}
