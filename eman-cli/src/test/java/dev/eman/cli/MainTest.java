package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.EmanException;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Command(name = "fail")
  private static final class Failing implements Runnable {
    private final Throwable failure;

    Failing(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public void run() {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }
  }

  private int run(CommandLine commandLine, String... args) {
    return commandLine
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private int run(String... args) {
    return run(Main.commandLine(false), args);
  }

  private int fail(Throwable failure, boolean alwaysDebug, String... args) {
    return run(Main.commandLine(alwaysDebug).addSubcommand(new Failing(failure)), args);
  }

  @Test
  void execute_help_listsCommandsOnStdout() {
    assertEquals(0, run("--help"));
    assertTrue(out.toString().contains("Usage: eman"), out::toString);
    assertTrue(out.toString().contains("evaluate"), out::toString);
    assertEquals("", err.toString());
  }

  @Test
  void execute_version_namesEveryPart() {
    assertEquals(0, run("--version"));
    String[] lines = out.toString().split("\\R");
    assertEquals(4, lines.length, out::toString);
    assertTrue(lines[0].matches("eman \\d+\\.\\d+\\.\\d+.*"), lines[0]);
    assertTrue(lines[1].matches("DL4J and ND4J \\d.*"), lines[1]);
    assertTrue(lines[2].startsWith("Java "), lines[2]);
    assertTrue(lines[3].startsWith("backend "), lines[3]);
    assertFalse(lines[3].contains("none"), lines[3]);
  }

  @Test
  void execute_unknownOption_exits2AndSuggests() {
    assertEquals(2, run("--versoin"));
    assertTrue(err.toString().contains("Unknown option: '--versoin'"), err::toString);
    assertTrue(err.toString().contains("Possible solutions: --version"), err::toString);
    assertEquals("", out.toString());
  }

  @Test
  void execute_unknownCommand_exits2AndSuggests() {
    assertEquals(2, run("evalute"));
    assertTrue(err.toString().contains("Did you mean: eman evaluate"), err::toString);
    assertEquals("", out.toString());
  }

  @Test
  void execute_noCommand_exits2WithUsage() {
    assertEquals(2, run());
    assertTrue(err.toString().contains("Missing required subcommand"), err::toString);
    assertTrue(err.toString().contains("Usage: eman"), err::toString);
  }

  @Test
  void execute_dataWithoutCommand_exits2WithUsage() {
    assertEquals(2, run("data"));
    assertTrue(err.toString().contains("Missing required subcommand"), err::toString);
    assertTrue(err.toString().contains("Usage: eman data"), err::toString);
  }

  /** Such as letters that the locale does not have; these alone are none everywhere. */
  @Test
  void execute_namesThatCanBeNoFiles_exit2WithOneLine() {
    for (String[] command :
        List.of(
            new String[] {"report", "a\0b"},
            new String[] {"train", "--dataset=eurosat", "--out=a\0b"},
            new String[] {"train", "--dataset=a\0b"})) {
      err.getBuffer().setLength(0);
      assertEquals(2, run(command));
      assertTrue(
          err.toString().contains("expected a path, got a\\u0000b: Nul character not allowed"),
          err::toString);
    }
  }

  @Test
  void execute_emanException_exits1WithOneLine() {
    assertEquals(1, fail(new EmanException("no such data set: x"), false, "fail"));
    assertEquals("eman: no such data set: x" + System.lineSeparator(), err.toString());
    assertEquals("", out.toString());
  }

  @Test
  void execute_debug_addsStackTrace() {
    assertEquals(1, fail(new EmanException("no such data set: x"), false, "fail", "--debug"));
    assertTrue(err.toString().startsWith("eman: no such data set: x"), err::toString);
    assertTrue(err.toString().contains("\tat "), err::toString);
  }

  @Test
  void execute_debugByEnvironment_addsStackTrace() {
    assertEquals(1, fail(new EmanException("no such data set: x"), true, "fail"));
    assertTrue(err.toString().contains("\tat "), err::toString);
  }

  @Test
  void execute_unexpectedException_exits1AndPointsToDebug() {
    assertEquals(1, fail(new IllegalStateException("closed"), false, "fail"));
    assertEquals(
        "eman: unexpected java.lang.IllegalStateException: closed (--debug shows the stack trace)"
            + System.lineSeparator(),
        err.toString());
  }

  /** One line, whatever there was to say. */
  private void assertLine(int exitCode, String... parts) {
    assertEquals(1, exitCode);
    String line = err.toString();
    assertTrue(line.startsWith("eman: ") && line.endsWith(System.lineSeparator()), line);
    assertEquals(1, line.lines().count(), line);
    for (String part : parts) {
      assertTrue(line.contains(part), line);
    }
  }

  @Test
  void help_everyOption_hasOneDefaultAtMost() {
    Deque<CommandLine> commands = new ArrayDeque<>(List.of(Main.commandLine(false)));
    while (!commands.isEmpty()) {
      CommandLine command = commands.remove();
      commands.addAll(command.getSubcommands().values());
      for (OptionSpec option : command.getCommandSpec().options()) {
        String text = String.join(" ", option.description());
        assertTrue(
            text.indexOf("(default") == text.lastIndexOf("(default"),
            command.getCommandSpec().qualifiedName() + ": " + text);
      }
    }
  }

  /** An option that is always refused would be a false promise. */
  @Test
  void help_finetune_offersWhatItTakes() {
    CommandSpec finetune =
        Main.commandLine(false).getSubcommands().get("finetune").getCommandSpec();
    for (String name : List.of("--init", "--mu", "--strong", "--first-view", "--knn")) {
      assertTrue(finetune.findOption(name).hidden(), name);
    }
    assertFalse(finetune.findOption("--init-network").hidden());
    String algorithm = String.join("", finetune.findOption("--algorithm").description());
    assertTrue(algorithm.startsWith("Only supervised, which learns from labels"), algorithm);
    assertTrue(algorithm.endsWith("eman train --init (default: supervised)."), algorithm);
    assertEquals(
        "Length in passes over the labelled images, instead of in steps.",
        String.join("", finetune.findOption("--epochs").description()));
  }

  @Test
  void help_finetune_takesItsBackboneFromTheRun() {
    CommandSpec finetune =
        Main.commandLine(false).getSubcommands().get("finetune").getCommandSpec();
    for (String name : List.of("--backbone", "--dataset", "--size", "--data")) {
      String text = String.join("", finetune.findOption(name).description());
      assertTrue(text.endsWith(" (default: the run's)."), text);
    }
  }

  @Test
  void execute_heapFull_exits1AndSaysWhatToChange() {
    assertLine(
        fail(new OutOfMemoryError("Java heap space"), false, "fail"),
        "out of memory: Java's heap of " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB",
        "Java heap space",
        "EMAN_JAVA_OPTS=-Xmx",
        "--workers",
        "--threads",
        "--batch",
        "--size",
        "--accumulate");
    assertEquals("", out.toString());
  }

  @Test
  void execute_limitOfNativeMemory_exits1AndSaysWhatToChange() {
    OutOfMemoryError error = new OutOfMemoryError("Cannot allocate new FloatPointer(9)");
    error.initCause(new OutOfMemoryError("Physical memory usage is too high: 9G > 8G"));
    assertLine(
        fail(new IllegalStateException("step", error), false, "fail"),
        "outside of Java's heap (Physical memory usage is too high: 9G > 8G)",
        "maxbytes",
        "MiB",
        "--batch");
  }

  @Test
  void execute_limitOfDirectBuffers_exits1AndSaysWhichToRaise() {
    String asked =
        "Cannot reserve 9000 bytes of direct buffer memory (allocated: 8192, limit: 10000)";
    assertLine(
        fail(new OutOfMemoryError(asked), false, "fail"),
        "out of memory: Java's buffers outside of its heap are full (" + asked + ")",
        "EMAN_JAVA_OPTS=-XX:MaxDirectMemorySize=8g",
        "the machine has");
    assertFalse(err.toString().contains("maxbytes"), err::toString);
  }

  @Test
  void execute_allocationRefusedByTheSystem_exits1AndSaysWhatToChange() {
    assertLine(
        fail(new RuntimeException("Allocation failed: [std::bad_alloc]"), false, "fail"),
        "outside of Java's heap (Allocation failed: [std::bad_alloc])",
        "the machine has",
        "--batch");
  }

  @Test
  void execute_memoryBehindAMessage_saysBoth() {
    EmanException failure =
        new EmanException("cannot read x", new OutOfMemoryError("Java heap space"));
    assertLine(fail(failure, false, "fail"), "cannot read x (out of memory: Java's heap");
  }

  @Test
  void execute_stackOverflow_exits1WithOneLine() {
    assertLine(fail(new StackOverflowError(), false, "fail"), "nested too deeply", "-Xss");
  }

  @Test
  void execute_anotherError_exits1WithOneLine() {
    assertLine(
        fail(new NoClassDefFoundError("a/B"), false, "fail"),
        "unexpected java.lang.NoClassDefFoundError: a/B");
  }

  @Test
  void execute_errorWithDebug_addsStackTrace() {
    assertEquals(1, fail(new StackOverflowError(), true, "fail"));
    assertTrue(err.toString().startsWith("eman: the stack overflowed"), err::toString);
    assertTrue(err.toString().contains("\tat "), err::toString);
  }

  @Test
  void main_outputOnAFullDisk_saysSoAndFails() throws IOException, InterruptedException {
    File full = new File("/dev/full");
    assumeTrue(full.exists(), "no /dev/full on this system");
    Process process =
        new ProcessBuilder(JavaProcess.command(Main.class, List.of("--version")))
            .redirectOutput(full)
            .start();
    String complaint = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor(), complaint);
    assertTrue(complaint.contains("cannot write all of the output"), complaint);
  }

  @Test
  void main_readerExits_endsWithoutAWord() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(JavaProcess.command(Main.class, List.of("--version"))).start();
    process.getInputStream().close(); // As head does when it has read enough.
    String complaint = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("", complaint);
    assertEquals(ExitCodes.READER_EXITED, process.waitFor());
  }

  @Test
  void main_languageWithDigitsOfItsOwn_writesAsciiDigits() throws Exception {
    List<String> command =
        new ArrayList<>(JavaProcess.command(Main.class, List.of("train", "--steps=0")));
    command.addAll(1, List.of("-Duser.language=ar", "-Duser.country=EG"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(2, process.waitFor(), said);
    assertEquals("eman: steps: expected at least 1, got 0", said.strip());
  }

  @Test
  void help_train_isInGroups() {
    assertEquals(0, run("help", "train"));
    String help = out.toString();
    int place = 0;
    for (String part :
        List.of(
            "Usage: eman train [OPTIONS]",
            "Configuration and output:",
            "--out=DIR",
            "Algorithm and network:",
            "--set=KEY=VALUE",
            "Data:",
            "--labels=AMOUNT",
            "Optimiser:",
            "Views of an image:",
            "Evaluation and checkpoints:",
            "--checkpoint-minutes=MINUTES")) {
      int found = help.indexOf(part, place);
      assertTrue(found >= 0, part + " in " + help);
      place = found;
    }
  }

  @Test
  void completion_anyCommand_isInTheScript() {
    assertEquals(0, run("completion"));
    assertTrue(out.toString().startsWith("#!/usr/bin/env bash"), out::toString);
    assertTrue(out.toString().contains("--checkpoint-minutes"), out::toString);
    assertTrue(out.toString().contains("complete -F _complete_eman"), out::toString);
  }

  @Test
  void execute_failureNamesAFile_messageDrivesNoTerminal() {
    EmanException failure = new EmanException("cannot read a\u001b]0;title\u0007.png");
    assertEquals(1, fail(failure, false, "fail"));
    assertEquals(
        "eman: cannot read a\\u001b]0;title\\u0007.png" + System.lineSeparator(), err.toString());
  }
}
