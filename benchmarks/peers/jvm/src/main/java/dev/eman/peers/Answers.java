package dev.eman.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Reads one command a line from standard input, writes one answer a line, until {@code quit}. */
final class Answers {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** Carries out one command. */
  interface Answer {
    /** The answer to a command and its argument, which is empty if there is none. */
    String to(String argument) throws Exception;
  }

  /** One piece of work. */
  interface Work {
    void run() throws Exception;
  }

  private Answers() {}

  /** Says that the process is ready and answers; all know {@code rss}, the peak in MiB. */
  static void serve(String name, Map<String, Answer> commands) throws Exception {
    System.out.println("ready " + name);
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null && !line.equals("quit"); ) {
        String[] words = line.split(" ", 2);
        if (words[0].equals("rss")) {
          System.out.println(peakMiB());
        } else if (commands.containsKey(words[0])) {
          System.out.println(commands.get(words[0]).to(words.length > 1 ? words[1] : ""));
        } else {
          throw new IOException(name + ": expected one of " + commands.keySet() + ", got " + line);
        }
        line = in.readLine();
      }
    }
  }

  /** Runs something as often as the argument says and answers with the milliseconds of each. */
  static Answer timing(Work work) {
    return argument -> {
      float[] times = new float[Integer.parseInt(argument)];
      for (int i = 0; i < times.length; i++) {
        long start = System.nanoTime();
        work.run();
        times[i] = (System.nanoTime() - start) / 1e6f;
      }
      return numbers(times);
    };
  }

  /** Numbers separated by spaces, with all the digits of float32. */
  static String numbers(float... values) {
    StringJoiner text = new StringJoiner(" ");
    for (float value : values) {
      text.add(String.format(Locale.ROOT, "%.9g", value));
    }
    return text.toString();
  }

  private static double peakMiB() throws IOException {
    if (Files.isReadable(STATUS)) {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmHWM:")) {
          return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
        }
      }
    }
    return Double.NaN;
  }
}
