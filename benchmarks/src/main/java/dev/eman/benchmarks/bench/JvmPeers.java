package dev.eman.benchmarks.bench;

import dev.eman.cli.JavaProcess;
import dev.eman.core.EmanException;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * Programs on libtorch and ONNX Runtime, which are compiled when a benchmark asks for them: Maven
 * resolves both libraries then, and nobody else downloads them.
 */
final class JvmPeers {
  private static final String PROJECT = "jvm";
  private static final String PACKAGE = "src/main/java/dev/eman/peers/";
  private static final List<String> FILES =
      List.of(
          "pom.xml",
          PACKAGE + "Answers.java",
          PACKAGE + "FloatFile.java",
          PACKAGE + "LibtorchNetwork.java",
          PACKAGE + "LibtorchWorker.java",
          PACKAGE + "OnnxRuntimeWorker.java",
          PACKAGE + "Task.java");

  private final String classPath;

  private JvmPeers(String classPath) {
    this.classPath = classPath;
  }

  /**
   * Compiles the programs.
   *
   * @param folder to work in
   * @return empty, after a message, if Maven cannot build them
   */
  static Optional<JvmPeers> build(Path folder, PrintWriter err) {
    err.println(
        "eman: compiling the programs of libtorch and ONNX Runtime; Maven downloads what it does not"
            + " have (165 MB the first time)");
    err.flush();
    try {
      extract(folder);
      Path log = folder.resolve("build.log");
      if (!maven(folder, log)) {
        skip(err, "the build failed:" + System.lineSeparator() + errors(log));
        return Optional.empty();
      }
      Path target = folder.resolve("target");
      String libraries = Files.readString(target.resolve("classpath.txt")).strip();
      return Optional.of(new JvmPeers(target.resolve("classes") + File.pathSeparator + libraries));
    } catch (IOException e) {
      skip(err, "Maven (mvn on the PATH) is needed to build them: " + e.getMessage());
      return Optional.empty();
    }
  }

  static void extract(Path folder) throws IOException {
    for (String file : FILES) {
      PeerFiles.extract(PROJECT + "/" + file, folder.resolve(file));
    }
  }

  private static boolean maven(Path folder, Path log) throws IOException {
    Process maven =
        new ProcessBuilder("mvn", "-B", "-Dplatform=" + Loader.getPlatform(), "compile")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      maven.getOutputStream().close();
      return maven.waitFor() == 0;
    } catch (InterruptedException e) {
      maven.destroy();
      Thread.currentThread().interrupt();
      throw new EmanException("interrupted", e);
    }
  }

  private static String errors(Path log) throws IOException {
    return String.join(
        System.lineSeparator(),
        Files.readAllLines(log).stream()
            .filter(line -> line.startsWith("[ERROR]"))
            .limit(5)
            .toList());
  }

  private static void skip(PrintWriter err, String why) {
    err.println("eman: skipping libtorch and ONNX Runtime: " + why);
    err.flush();
  }

  /**
   * libtorch's side.
   *
   * @param layout {@code channels-last} or {@code default}
   * @param teachers images that the teacher sees
   */
  Contender libtorch(StepJob job, Isa isa, Path task, String layout, int teachers) {
    return start(
        "libtorch (" + layout + ")",
        "LibtorchWorker",
        job.threads(),
        isa,
        List.of(
            task.toString(), Integer.toString(job.threads()), layout, Integer.toString(teachers)));
  }

  /** ONNX Runtime's side. */
  Contender onnxRuntime(StepJob job, Isa isa, Path task) {
    return start(
        "ONNX Runtime",
        "OnnxRuntimeWorker",
        job.threads(),
        isa,
        List.of(task.toString(), Integer.toString(job.threads())));
  }

  private Contender start(String name, String main, int threads, Isa isa, List<String> arguments) {
    List<String> command = JavaProcess.command(classPath, "dev.eman.peers." + main, arguments);
    return Contender.start(name, threads, isa, isa.limited(command));
  }
}
