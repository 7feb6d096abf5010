package dev.eman.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.HelpTexts;
import dev.eman.cli.MainAccess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BenchmarkCommandsTest {
  @ParameterizedTest
  @ValueSource(strings = {"benchmark", "sweep", "study", "bench"})
  void help_classPathWithBenchmarks_listsCommand(String name) {
    MainAccess result = MainAccess.run("--help");
    assertEquals(0, result.exitCode());
    assertTrue(
        result.out().lines().anyMatch(line -> line.matches(" +" + name + " .*")), result::out);
  }

  /** A percent sign in a description is written twice. */
  @Test
  void help_everyCommand_isRenderedWithoutWarnings() {
    HelpTexts.Rendered help = HelpTexts.render();
    assertTrue(help.commands().contains("eman sweep"), () -> help.commands().toString());
    assertTrue(help.commands().contains("eman data check"), () -> help.commands().toString());
    assertEquals("", help.warnings());
  }

  @Test
  void bench_withoutCommand_exits2WithUsage() {
    MainAccess result = MainAccess.run("bench");
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("Missing required subcommand"), result::err);
    assertTrue(result.err().contains("Usage: eman bench"), result::err);
  }
}
