package dev.eman.benchmarks;

import dev.eman.benchmarks.bench.BenchCommand;
import dev.eman.benchmarks.published.BenchmarkCommand;
import dev.eman.benchmarks.study.StudyCommand;
import dev.eman.benchmarks.sweep.DifferencesCommand;
import dev.eman.benchmarks.sweep.SweepCommand;
import dev.eman.cli.CommandProvider;
import java.util.List;

/** Adds the commands that run experiments and measure speed. */
public final class BenchmarkCommands implements CommandProvider {
  /** For {@link java.util.ServiceLoader}. */
  public BenchmarkCommands() {}

  @Override
  public List<Object> commands() {
    return List.of(
        new BenchmarkCommand(),
        new SweepCommand(),
        new DifferencesCommand(),
        new StudyCommand(),
        new BenchCommand());
  }
}
