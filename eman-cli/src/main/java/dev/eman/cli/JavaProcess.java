package dev.eman.cli;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Builds the commands of child Java processes. */
public final class JavaProcess {
  private JavaProcess() {}

  /** The command of another main class with this JVM's class path and options. */
  public static List<String> command(Class<?> main, List<String> arguments) {
    return command(System.getProperty("java.class.path"), true, main.getName(), arguments);
  }

  /**
   * The command of another program with this JVM's options, but for archives of shared classes,
   * which belong to a class path.
   */
  public static List<String> command(String classPath, String main, List<String> arguments) {
    return command(classPath, false, main, arguments);
  }

  private static List<String> command(
      String classPath, boolean same, String main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    if (same) {
      command.add(
          "-Dorg.bytedeco.javacpp.logger=slf4j"); // As Main does; an option may override it.
    }
    command.addAll(inherited(ManagementFactory.getRuntimeMXBean().getInputArguments(), same));
    command.add("-cp");
    command.add(classPath);
    command.add(main);
    command.addAll(arguments);
    return command;
  }

  /** Those of a JVM's options that a child gets: no agents, nor their port, which is taken. */
  static List<String> inherited(List<String> options, boolean sameClassPath) {
    return options.stream()
        .filter(a -> a.startsWith("-X") || a.startsWith("-D"))
        .filter(a -> !a.startsWith("-Dcom.sun.management."))
        .filter(a -> sameClassPath || !(a.contains("Archive") || a.startsWith("-Xshare")))
        .toList();
  }
}
