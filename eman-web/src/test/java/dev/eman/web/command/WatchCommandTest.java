package dev.eman.web.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.Main;
import dev.eman.web.EventStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class WatchCommandTest {
  private static final Pattern ADDRESS = Pattern.compile("(?m)at (http://127\\.0\\.0\\.1:\\d+/)");
  private static final int PATIENCE_S = 120;

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int eman(String... args) {
    CommandLine eman = Main.commandLine(false);
    return eman.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
  }

  private String[] train(Path run, String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--dataset=fashion-mnist-mini"));
    args.addAll(List.of("--labels=1%", "--backbone=resnet8-w16", "--batch=2", "--steps=30"));
    args.addAll(List.of("--map-images=0", "--out=" + run));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  private String address() throws InterruptedException {
    for (int i = 0; i < PATIENCE_S * 20; i++) {
      Matcher address = ADDRESS.matcher(out.toString());
      if (address.find()) {
        return address.group(1);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("no address: " + out + err);
  }

  @Test
  void train_watch_showsTheRunToItsEnd() throws Exception {
    Path run = folder.resolve("run");
    CompletableFuture<Integer> training =
        CompletableFuture.supplyAsync(() -> eman(train(run, "--watch", "--port=0")));
    try (EventStream events =
        new EventStream(HttpClient.newHttpClient(), address() + "events", null)) {
      assertEquals("run", events.await("runs").data().path("runs").path(0).path("name").asText());
      events.await("state", state -> state.path("status").asText().equals("training"));
      EventStream.Event last =
          events.await("state", state -> state.path("status").asText().equals("finished"));
      assertEquals(30, last.data().path("latest").path("step").asInt());
      assertTrue(last.data().path("latest").has("student_top1"));
      events.await("end");
    }
    assertEquals(0, training.get(PATIENCE_S, TimeUnit.SECONDS), err::toString);
  }

  @Test
  void train_watchOnATakenPort_startsNoRun() throws IOException {
    Path run = folder.resolve("run");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertEquals(1, eman(train(run, "--watch", "--port=" + taken.getLocalPort())));
    }
    assertTrue(err.toString().contains("is in use"), err::toString);
    assertFalse(Files.exists(run));
  }

  @Test
  void train_portWithoutWatch_usage() {
    assertEquals(2, eman(train(folder.resolve("run"), "--port=0")));
    assertTrue(err.toString().startsWith("eman: --port: expected with --watch"), err::toString);
  }

  @Test
  void train_watchOnACluster_usage() {
    assertEquals(2, eman(train(folder.resolve("run"), "--watch", "--spark=local[1]")));
    assertTrue(err.toString().startsWith("eman: --watch: expected without --spark"), err::toString);
  }

  @Test
  void watch_folderWithoutRuns_saysThatItWaits() throws Exception {
    Thread command = new Thread(() -> eman("watch", folder.toString(), "--port", "0"));
    command.start();
    address();
    command.interrupt();
    command.join(TimeUnit.SECONDS.toMillis(PATIENCE_S));
    assertFalse(command.isAlive());
    assertTrue(out.toString().startsWith("no run in " + folder + " yet"), out::toString);
  }

  @Test
  void watch_impossiblePort_usage() {
    assertEquals(2, eman("watch", folder.toString(), "--port", "65536"));
    assertTrue(err.toString().startsWith("eman: --port: expected 0 to 65535"), err::toString);
  }
}
