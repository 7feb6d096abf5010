package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class JavaProcessTest {
  private static final List<String> OPTIONS =
      List.of(
          "-Xmx1g",
          "-Xshare:auto",
          "-XX:SharedArchiveFile=a.jsa",
          "-agentlib:jdwp=server=y,address=5005",
          "-javaagent:a.jar",
          "-Dcom.sun.management.jmxremote.port=5006",
          "-Deman.x=1",
          "-Duser.home=/tmp");

  /** A home for natives or a proxy is needed by the child as well. */
  @Test
  void options_sameClassPath_allButAgents() {
    assertEquals(
        List.of(
            "-Xmx1g",
            "-Xshare:auto",
            "-XX:SharedArchiveFile=a.jsa",
            "-Deman.x=1",
            "-Duser.home=/tmp"),
        JavaProcess.inherited(OPTIONS, true));
  }

  /** An archive of another class path makes the virtual machine print a warning. */
  @Test
  void options_otherClassPath_noSharedArchive() {
    assertEquals(
        List.of("-Xmx1g", "-Deman.x=1", "-Duser.home=/tmp"), JavaProcess.inherited(OPTIONS, false));
  }

  @Test
  void command_otherClassPath_mainAndArgumentsBehindIt() {
    List<String> command = JavaProcess.command("a.jar:b.jar", "x.Main", List.of("--one", "2"));
    int at = command.indexOf("-cp");
    assertTrue(at > 0, command::toString);
    assertEquals(
        List.of("-cp", "a.jar:b.jar", "x.Main", "--one", "2"), command.subList(at, command.size()));
    assertFalse(command.contains(System.getProperty("java.class.path")));
  }
}
