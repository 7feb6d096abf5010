package dev.eman.spark;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A standalone Spark cluster of processes on the loopback interface: a master and workers of one
 * core, from the jars of this test's class path.
 */
final class LocalCluster implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Processes that live for seconds are not worth compiling well. */
  private static final String QUICK_COMPILER = "-XX:TieredStopAtLevel=1";

  private final Path home;
  private final int port;
  private final List<Process> processes = new ArrayList<>();
  private final List<Process> workers = new ArrayList<>();
  private int started;

  private LocalCluster(Path home, int port) {
    this.home = home;
    this.port = port;
  }

  /**
   * Starts the processes.
   *
   * @param home folder for logs and what Spark writes
   */
  static LocalCluster start(Path home, int workers) throws IOException {
    Files.createDirectories(home.resolve("jars")); // What is in a distribution; all is on the path.
    LocalCluster cluster = new LocalCluster(home, freePort());
    try {
      cluster.launch(
          "master",
          List.of(
              "org.apache.spark.deploy.master.Master",
              "--host",
              HOST,
              "--port",
              "" + cluster.port,
              "--webui-port",
              "0"));
      await("the master listens", cluster::listens);
      for (int i = 0; i < workers; i++) {
        cluster.startWorker();
      }
      return cluster;
    } catch (IOException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** Starts one more worker. */
  Process startWorker() throws IOException {
    int number = started++;
    Process worker =
        launch(
            "worker" + number,
            List.of(
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                HOST,
                "--port",
                "0",
                "--webui-port",
                "0",
                "--cores",
                "1",
                "--memory",
                "1g",
                "--work-dir",
                home.resolve("work" + number).toString(),
                master()));
    workers.add(worker);
    return worker;
  }

  String master() {
    return "spark://" + HOST + ":" + port;
  }

  /** Kills a worker and its executors, as a machine that loses power would. */
  void killWorker(int number) throws InterruptedException {
    Process worker = workers.remove(number);
    List<ProcessHandle> executors = worker.toHandle().descendants().toList();
    worker.destroyForcibly().waitFor();
    executors.forEach(ProcessHandle::destroyForcibly);
  }

  /** The executors that run now, which are all that workers start. */
  List<ProcessHandle> executors() {
    return workers.stream().flatMap(worker -> worker.toHandle().descendants()).toList();
  }

  /**
   * Starts a driver: the {@code eman} command with this cluster's settings.
   *
   * @param name of its log
   */
  Process eman(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("dev.eman.cli.Main"));
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "--spark",
            master(),
            "--spark-conf",
            "spark.driver.host=" + HOST,
            "--spark-conf",
            "spark.driver.bindAddress=" + HOST,
            "--spark-conf",
            "spark.ui.enabled=false",
            "--spark-conf",
            "spark.executor.memory=700m",
            "--spark-conf",
            "spark.executor.defaultJavaOptions=" + QUICK_COMPILER,
            "--spark-conf",
            "spark.executor.extraClassPath=" + classPath(),
            "--spark-conf",
            "spark.executorEnv.OMP_NUM_THREADS=1"));
    return launch(name, command);
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  /** The log of a process. */
  Path log(String name) {
    return home.resolve(name + ".log");
  }

  private Process launch(String name, List<String> mainAndArguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx700m",
                QUICK_COMPILER,
                "-Dspark.deploy.maxExecutorRetries=-1", // Of the master: tests kill many.
                "-Dorg.bytedeco.javacpp.maxbytes=0",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                classPath()));
    command.addAll(mainAndArguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", HOST);
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(HOST, port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    }
  }

  /** Waits for what another process does. */
  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "waited in vain: " + what);
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void close() {
    for (Process process : processes) {
      try (Stream<ProcessHandle> children = process.descendants()) {
        children.toList().forEach(ProcessHandle::destroyForcibly);
      }
      process.destroyForcibly();
    }
  }
}
