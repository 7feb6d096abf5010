package dev.eman.benchmarks.bench;

import com.google.common.base.Splitter;
import dev.eman.core.EmanException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A measured process: reads one command per line, answers one line each. */
final class Contender implements AutoCloseable {
  private final String name;
  private final Process process;
  private final PrintWriter to;
  private final BufferedReader from;

  private Contender(String name, Process process) {
    this.name = name;
    this.process = process;
    this.to =
        new PrintWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
    this.from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts a contender with all instruction sets and waits until it is ready. */
  static Contender start(String name, int threads, List<String> command) {
    return start(name, threads, Isa.NATIVE, command);
  }

  /** Starts a contender and waits until it is ready. */
  static Contender start(String name, int threads, Isa isa, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(isa.environment());
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Contender contender;
    try {
      contender = new Contender(name, builder.start());
    } catch (IOException e) {
      throw new EmanException("cannot start " + command.get(0) + ": " + e.getMessage(), e);
    }
    try {
      String ready = contender.readLine();
      if (!ready.startsWith("ready")) {
        throw new EmanException(name + ": expected \"ready\", got \"" + ready + "\"");
      }
      return contender;
    } catch (EmanException e) {
      contender.process.destroyForcibly();
      throw e;
    }
  }

  /** What the process is called in messages. */
  String name() {
    return name;
  }

  /** The milliseconds of {@code count} runs. */
  double[] measure(String work, int count) {
    return numbers(work + " " + count);
  }

  double number(String question) {
    return numbers(question)[0];
  }

  /** An answer of numbers separated by spaces. */
  double[] numbers(String question) {
    String answer = ask(question);
    try {
      return Splitter.on(' ').splitToStream(answer).mapToDouble(Double::parseDouble).toArray();
    } catch (NumberFormatException e) {
      throw new EmanException(
          name + ": expected numbers for \"" + question + "\", got \"" + answer + "\"", e);
    }
  }

  /** A command without a result, which the process answers with its last word. */
  void say(String command) {
    String expected = command.substring(command.lastIndexOf(' ') + 1);
    String answer = ask(command);
    if (!answer.equals(expected)) {
      throw new EmanException(name + ": expected \"" + expected + "\", got \"" + answer + "\"");
    }
  }

  private String ask(String question) {
    to.println(question);
    return readLine();
  }

  private String readLine() {
    try {
      String line = from.readLine();
      if (line == null) {
        throw new EmanException(name + " exited early; see its messages above");
      }
      return line;
    } catch (IOException e) {
      throw new EmanException(name + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    to.println("quit");
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
