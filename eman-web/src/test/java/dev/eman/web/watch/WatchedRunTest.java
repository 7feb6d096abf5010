package dev.eman.web.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.web.watch.WatchedRun.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedRunTest {
  @TempDir Path folder;

  private WatchedRun watched(Clock clock) {
    return new WatchedRun(folder.resolve("run"), clock);
  }

  private Status status(WatchedRun run) {
    run.refresh();
    return run.status();
  }

  @Test
  void status_overItsLife_asItsFilesSay() throws IOException {
    WatchedRun watched = watched(Clock.systemUTC());
    assertEquals(Status.MISSING, status(watched));
    WrittenRun run = WrittenRun.begin(folder.resolve("run")).running(true);
    assertEquals(Status.TRAINING, status(watched));
    run.steps(1, 20).running(false);
    assertEquals(Status.STOPPED, status(watched));
    Files.writeString(run.files().record(), "{\"missing\": []}");
    assertEquals(Status.FINISHED, status(watched));
    Files.writeString(run.files().record(), "{\"missing\": [\"the report\"]}");
    assertEquals(Status.STOPPED, status(watched));
    MoreFiles.deleteRecursively(folder.resolve("run"), RecursiveDeleteOption.ALLOW_INSECURE);
    assertEquals(Status.MISSING, status(watched));
    assertEquals(0, watched.curves().size());
    WrittenRun.begin(folder.resolve("run")).steps(1, 5).running(true);
    assertEquals(Status.TRAINING, status(watched));
    assertEquals(5, watched.curves().size());
  }

  @Test
  void status_withoutProgressFile_byTheAgeOfItsMetrics() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 5);
    assertEquals(Status.TRAINING, status(watched(Clock.systemUTC())));
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));
    assertEquals(Status.STOPPED, status(watched(later)));
  }

  /** Its processes cannot be asked for. */
  @Test
  void status_onAnotherMachine_byTheAgeOfItsFiles() throws IOException {
    WrittenRun run = WrittenRun.begin(folder.resolve("run")).steps(1, 5);
    Files.writeString(
        run.files().progress(),
        "{\"running\": true, \"host\": \"another.example\", \"process\": 0}");
    assertEquals(Status.TRAINING, status(watched(Clock.systemUTC())));
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));
    assertEquals(Status.STOPPED, status(watched(later)));
  }

  @Test
  void isAlive_otherProcessOfThatNumber_false() {
    ObjectNode progress = JsonNodeFactory.instance.objectNode();
    progress.put("process", ProcessHandle.current().pid());
    assertTrue(WatchedRun.isAlive(progress));
    ProcessHandle.current()
        .info()
        .startInstant()
        .ifPresent(
            started -> {
              progress.put("process_started", started.toEpochMilli());
              assertTrue(WatchedRun.isAlive(progress));
              progress.put("process_started", Instant.EPOCH.toEpochMilli());
              assertFalse(WatchedRun.isAlive(progress));
            });
    progress.put("process", Long.MAX_VALUE);
    assertFalse(WatchedRun.isAlive(progress));
  }

  @Test
  void state_trainingRun_hasWhatThePageShows() {
    WrittenRun.begin(folder.resolve("run")).steps(1, 12).append("13,half").running(true);
    WatchedRun watched = watched(Clock.systemUTC());
    watched.refresh();
    ObjectNode state = watched.state();
    assertEquals("training", state.path("status").asText());
    assertEquals(100, state.path("total").asLong());
    assertEquals(12, state.path("latest").path("step").asLong());
    assertEquals(0.01, state.path("latest").path("teacher_top1").asDouble());
    assertEquals("fixmatch", watched.facts().path("config").path("algorithm").asText());
    assertEquals(
        "[[38,5],[2,5]]", watched.confusion().path("student").path("confusion").toString());
    assertEquals(
        "[[41,2],[1,6]]", watched.confusion().path("teacher").path("confusion").toString());
    assertTrue(watched.errors().isEmpty());
  }

  @Test
  void refresh_damagedFiles_shownWithoutThem() throws IOException {
    WrittenRun run = WrittenRun.begin(folder.resolve("run")).steps(1, 2).append("oh\n");
    Files.writeString(run.files().progress(), "{\"running\": tr");
    Files.writeString(run.files().config(), "\u0000: [");
    Files.write(run.files().pseudoErrors(), new byte[] {(byte) 0xff, (byte) 0xfe});
    WatchedRun watched = watched(Clock.systemUTC());
    watched.refresh();
    assertEquals(2, watched.curves().size());
    assertEquals(
        "1 rows of metrics.csv are damaged and not shown", watched.state().path("note").asText());
    assertTrue(watched.confusion().isEmpty());
    assertTrue(watched.errors().isEmpty());
  }
}
