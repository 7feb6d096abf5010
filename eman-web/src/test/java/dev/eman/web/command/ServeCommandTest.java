package dev.eman.web.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.Main;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ServeCommandTest {
  private static final int PATIENCE_S = 120;

  /** Of a run that ended early: its rate is too small to get better for long. */
  @TempDir private static Path run;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void train() {
    StringWriter err = new StringWriter();
    int exitCode =
        eman(
            new StringWriter(),
            err,
            "train",
            "--algorithm=supervised",
            "--dataset=fashion-mnist-mini",
            "--labels=1/class",
            "--backbone=resnet8-w4",
            "--size=8",
            "--batch=4",
            "--learning-rate=0.000001",
            "--steps=400",
            "--evaluate-every=4",
            "--early-stop=2",
            "--map-images=0",
            "--out=" + run);
    assertEquals(0, exitCode, err::toString);
  }

  private static int eman(StringWriter out, StringWriter err, String... args) {
    CommandLine eman = Main.commandLine(false);
    return eman.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
  }

  /** What is served, such as {@code run-student-8}. */
  private String served(String... more) throws InterruptedException {
    String[] args = new String[3 + more.length];
    args[0] = "serve";
    args[1] = run.toString();
    args[2] = "--port=0";
    System.arraycopy(more, 0, args, 3, more.length);
    Thread command = new Thread(() -> eman(out, err, args));
    command.start();
    try {
      for (int i = 0; i < PATIENCE_S * 20 && !out.toString().contains(" at http"); i++) {
        assertTrue(command.isAlive() || out.toString().contains(" at http"), err::toString);
        TimeUnit.MILLISECONDS.sleep(50);
      }
    } finally {
      command.interrupt();
      command.join(TimeUnit.SECONDS.toMillis(PATIENCE_S));
    }
    assertFalse(command.isAlive());
    String line = out.toString();
    out.getBuffer().setLength(0);
    return line.replaceAll("(?s)serving (\\S+) at .*", "$1");
  }

  @Test
  void serve_runThatEndedEarly_isOfItsResult() throws Exception {
    long best = RunCheckpoint.open(run, Which.BEST).steps();
    long last = RunCheckpoint.open(run, Which.LAST).steps();
    assertNotEquals(best, last);
    String name = run.getFileName() + "-student-";
    assertEquals(name + best, served());
    assertEquals(name + last, served("--which=last"));
  }

  @Test
  void serve_whichBesideACheckpoint_isRefused() {
    Path file = run.resolve("last.ckpt");
    assertEquals(2, eman(out, err, "serve", file.toString(), "--which=best"));
    assertEquals(
        "eman: --which: expected a run folder beside it, found the checkpoint " + file,
        err.toString().lines().findFirst().orElse(""));
  }

  /** Java reads no host from a name with an underscore, and could fetch nothing from there. */
  @ParameterizedTest
  @ValueSource(strings = {"http://label_studio:8080", "localhost:8080", "http:8080"})
  void serve_addressWithoutAHost_isRefused(String address) {
    String option = "--label-studio-url=" + address;
    assertEquals(2, eman(out, err, "serve", "none", "--label-studio", option));
    assertEquals(
        "eman: --label-studio-url: expected an address such as http://localhost:8080 (a host's name"
            + " has no underscore: use its IP address), got "
            + address,
        err.toString().lines().findFirst().orElse(""));
  }
}
