package dev.eman.benchmarks.bench;

import com.google.common.base.Splitter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The measured side of a {@link Contender}: reads one command a line, writes one answer a line,
 * until {@code quit} or the end of the input.
 */
final class Answers {
  /** Carries out one command. */
  interface Answer {
    /** The answer to a command and its argument, which is empty if there is none. */
    String to(String argument) throws IOException;
  }

  private Answers() {}

  /** Says that the process is ready and answers on the standard streams. */
  static void serve(String name, Map<String, Answer> commands) throws IOException {
    serve(name, commands, System.in, System.out);
  }

  static void serve(String name, Map<String, Answer> commands, InputStream from, PrintStream to)
      throws IOException {
    to.println("ready " + name);
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null && !line.equals("quit"); ) {
        List<String> words = Splitter.on(' ').limit(2).splitToList(line);
        Answer answer = commands.get(words.get(0));
        if (answer == null) {
          throw new IOException(name + ": expected one of " + commands.keySet() + ", got " + line);
        }
        to.println(answer.to(words.size() > 1 ? words.get(1) : ""));
        line = in.readLine();
      }
    }
  }

  /** Runs something as often as the argument says and answers with the milliseconds of each. */
  static Answer timing(Runnable work) {
    return argument -> {
      double[] times = new double[Integer.parseInt(argument)];
      for (int i = 0; i < times.length; i++) {
        long start = System.nanoTime();
        work.run();
        times[i] = (System.nanoTime() - start) / 1e6;
      }
      return numbers(times);
    };
  }

  /** Numbers separated by spaces, with as many digits as float32 has. */
  static String numbers(double... values) {
    return Arrays.stream(values)
        .mapToObj(v -> String.format(Locale.ROOT, "%.9g", v))
        .collect(Collectors.joining(" "));
  }
}
