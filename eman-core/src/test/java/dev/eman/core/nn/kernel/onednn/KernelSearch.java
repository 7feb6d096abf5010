package dev.eman.core.nn.kernel.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bytedeco.dnnl.global.dnnl;
import org.junit.jupiter.api.Test;

/**
 * Every kernel of ours over some hundred thousand small geometries, under each instruction set of
 * the machine, with one thread and two. Not among the tests that a build runs; it takes a quarter
 * of an hour:
 *
 * <pre>mvn -pl eman-core -am test -Dtest=KernelSearch -Dsurefire.failIfNoSpecifiedTests=false</pre>
 *
 * Geometries run in a process of their own, which notes each before it runs it: a kernel that ends
 * the process is found, and the search continues behind it. Results stand in {@code
 * target/kernel-search.md}.
 */
class KernelSearch {
  private static final List<String> INSTRUCTION_SETS =
      List.of("SSE41", "AVX", "AVX2", "AVX512_CORE", "AVX512_CORE_VNNI", "AVX512_CORE_BF16", "ALL");
  private static final Path FOLDER = Path.of("target", "kernel-search");
  private static final int STUCK_SECONDS = 120;

  /** Places in the note that a process leaves. */
  private static final int NEXT = 0;

  private static final int INSTRUCTION_SET = 4;
  private static final int CALLS = 8;
  private static final int NOTE_BYTES = 16;

  private static List<KernelSweep.Case> cases() {
    List<KernelSweep.Case> cases = new ArrayList<>();
    cases.addAll(KernelSweep.pooling(9, 4, 9, 1, 3, 4, 8, 9, 16, 17, 40));
    cases.addAll(KernelSweep.largePooling(16, 48, 3, 17));
    cases.addAll(KernelSweep.convolution(5, 3, 2, 7, 2, 1, 3, 7, 8, 9, 15, 16, 17, 24, 33));
    cases.addAll(KernelSweep.channels(40, 4));
    cases.addAll(KernelSweep.channels(24, 5));
    cases.addAll(KernelSweep.channels(24, 14));
    cases.addAll(KernelSweep.channels(17, 20));
    cases.addAll(KernelSweep.linear(70));
    cases.addAll(KernelSweep.normalization(70, 12));
    cases.addAll(KernelSweep.elementwise(70, 40));
    cases.addAll(KernelSweep.copies(9));
    return cases;
  }

  private record Result(
      String instructionSet, int threads, long calls, Map<Integer, String> wrong) {}

  @Test
  void everyKernel_everySmallGeometry_isRight() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    List<KernelSweep.Case> cases = cases();
    List<Result> results = new ArrayList<>();
    List<Integer> seen = new ArrayList<>();
    for (String instructionSet : INSTRUCTION_SETS) {
      for (int threads = 1; threads <= 2; threads++) {
        Path note = FOLDER.resolve(instructionSet + "-" + threads + ".note");
        Result result = search(cases, instructionSet, threads, note);
        int effective = read(note).getInt(INSTRUCTION_SET);
        if (threads == 1 && seen.contains(effective)) {
          break; // what the machine has is below what was asked for
        }
        seen.add(effective);
        results.add(result);
        report(cases, results);
      }
    }
    assertTrue(results.size() > 1, "no oneDNN");
    assertEquals("", String.join("\n", wrong(cases, results)));
  }

  private static MappedByteBuffer read(Path note) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            note, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, NOTE_BYTES);
    }
  }

  private static Result search(
      List<KernelSweep.Case> cases, String instructionSet, int threads, Path note)
      throws IOException, InterruptedException {
    Files.deleteIfExists(note);
    MappedByteBuffer state = read(note);
    Path log = note.resolveSibling(note.getFileName() + ".log");
    Map<Integer, String> wrong = new LinkedHashMap<>();
    while (state.getInt(NEXT) < cases.size()) {
      ProcessBuilder process =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElse("java"),
                  "-Xmx1g",
                  "-XX:+UseSerialGC",
                  "-Dorg.bytedeco.javacpp.maxbytes=0",
                  "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                  "-XX:ErrorFile=" + FOLDER.resolve("crash-%p.log"),
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  KernelSearch.class.getName(),
                  note.toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      process.environment().put("DNNL_MAX_CPU_ISA", instructionSet);
      process.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
      int status = await(process.start(), state);
      for (String line : Files.readAllLines(log)) {
        if (line.startsWith("wrong ")) {
          String[] parts = line.split(" ", 3);
          wrong.put(Integer.parseInt(parts[1]), parts[2]);
        }
      }
      if (status != 0) {
        wrong.put(state.getInt(NEXT), "ended the process with status " + status);
        state.putInt(NEXT, state.getInt(NEXT) + 1);
      }
    }
    return new Result(instructionSet, threads, state.getLong(CALLS), wrong);
  }

  private static int await(Process process, MappedByteBuffer state) throws InterruptedException {
    int at = -1;
    while (!process.waitFor(STUCK_SECONDS, TimeUnit.SECONDS)) {
      if (state.getInt(NEXT) == at) {
        process.destroyForcibly();
      }
      at = state.getInt(NEXT);
    }
    return process.exitValue();
  }

  private static List<String> wrong(List<KernelSweep.Case> cases, List<Result> results) {
    List<String> lines = new ArrayList<>();
    for (Result r : results) {
      r.wrong.forEach(
          (index, what) ->
              lines.add(
                  r.instructionSet
                      + ", threads "
                      + r.threads
                      + ": "
                      + cases.get(index)
                      + ": "
                      + what));
    }
    return lines;
  }

  private static void report(List<KernelSweep.Case> cases, List<Result> results)
      throws IOException {
    Map<String, Integer> kernels = new LinkedHashMap<>();
    cases.forEach(c -> kernels.merge(c.kernel(), 1, Integer::sum));
    StringBuilder text = new StringBuilder("| kernel | geometries |");
    results.forEach(r -> text.append(" %s, %s |".formatted(r.instructionSet, r.threads)));
    text.append("\n|---|---|").append("---|".repeat(results.size())).append('\n');
    kernels.forEach(
        (kernel, count) -> {
          text.append("| %s | %s |".formatted(kernel, count));
          for (Result r : results) {
            long wrong =
                r.wrong.keySet().stream().filter(i -> cases.get(i).kernel().equals(kernel)).count();
            text.append(" %s wrong |".formatted(wrong));
          }
          text.append('\n');
        });
    text.append("| all | %s |".formatted(cases.size()));
    results.forEach(r -> text.append(" %s calls |".formatted(r.calls)));
    text.append("\n\n").append(String.join("\n", wrong(cases, results))).append('\n');
    Files.writeString(Path.of("target", "kernel-search.md"), text);
  }

  /** The process that runs geometries; its argument is the file of its note. */
  public static void main(String[] args) throws IOException {
    MappedByteBuffer state = read(new File(args[0]).toPath());
    state.putInt(INSTRUCTION_SET, dnnl.dnnl_get_effective_cpu_isa());
    List<KernelSweep.Case> cases = cases();
    GuardedCall call = new GuardedCall(new GuardedScratch());
    GuardedKernels kernels = new GuardedKernels(OneDnnKernels.INSTANCE, call);
    GuardedInference inference = new GuardedInference(call);
    for (int i = state.getInt(NEXT); i < cases.size(); i++) {
      state.putInt(NEXT, i);
      long before = call.calls();
      try {
        cases.get(i).check().accept(kernels, inference);
      } catch (AssertionError | RuntimeException e) {
        System.out.println("wrong " + i + " " + e.getMessage());
        System.out.flush();
      }
      state.putLong(CALLS, state.getLong(CALLS) + call.calls() - before);
    }
    state.putInt(NEXT, cases.size());
  }
}
