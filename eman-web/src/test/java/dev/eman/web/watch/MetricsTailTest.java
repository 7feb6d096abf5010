package dev.eman.web.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTailTest {
  @TempDir Path folder;
  private final Curves curves = new Curves();
  private WrittenRun run;
  private MetricsTail tail;

  @BeforeEach
  void begin() {
    run = WrittenRun.begin(folder.resolve("run"));
    tail = new MetricsTail(run.files().metrics(), curves);
  }

  @Test
  void poll_rowsAppended_readOnce() throws IOException {
    run.steps(1, 3);
    assertTrue(tail.poll());
    assertFalse(tail.poll());
    int generation = curves.generation();
    run.steps(4, 5);
    assertTrue(tail.poll());
    assertEquals(5, curves.size());
    assertEquals(generation, curves.generation());
    assertEquals(0.4, curves.value(4, 2));
  }

  @Test
  void poll_halfARow_readWhenWhole() throws IOException {
    run.steps(1, 1).append("2,0.03,1.0,0");
    tail.poll();
    assertEquals(1, curves.size());
    run.append(".5,0.25,\n");
    tail.poll();
    assertEquals(2, curves.size());
    assertEquals(0.5, curves.value(1, 3));
    assertEquals(0, tail.damaged());
  }

  @Test
  void poll_fileOfResumedRun_readAgain() throws IOException {
    run.steps(1, 30);
    tail.poll();
    int generation = curves.generation();
    run = WrittenRun.begin(folder.resolve("run")).steps(1, 10);
    tail.poll();
    assertEquals(10, curves.size());
    assertNotEquals(generation, curves.generation());
  }

  @Test
  void poll_resumedFileLonger_readAgain() throws IOException {
    run.steps(1, 3);
    tail.poll();
    run = WrittenRun.begin(folder.resolve("run"));
    run.append("1,0.03,9,0.5,0.25,\n2,0.03,9,0.5,0.25,\n3,0.03,9,0.5,0.25,\n4,0.03,9,0.5,0.25,\n");
    tail.poll();
    assertEquals(4, curves.size());
    assertEquals(9, curves.value(0, 2));
  }

  @Test
  void poll_newColumn_readAgain() throws IOException {
    run.steps(1, 2);
    tail.poll();
    Path metrics = run.files().metrics();
    Path other = folder.resolve("draft");
    Files.writeString(
        other,
        Files.readString(metrics)
            .replace("teacher_top1\n", "teacher_top1,extra\n")
            .replace(",0.25,\n", ",0.25,,\n"));
    Files.move(other, metrics, StandardCopyOption.REPLACE_EXISTING);
    tail.poll();
    assertEquals(7, curves.columns().size());
    assertEquals(2, curves.size());
  }

  @Test
  void poll_damagedRows_countedAndLeftOut() throws IOException {
    run.steps(1, 1).append("2,what\n\u0000\u0000\n0,1,1,1,1,\nx,1,1,1,1,\n").steps(2, 2);
    tail.poll();
    assertEquals(2, curves.size());
    assertEquals(4, tail.damaged());
  }

  @Test
  void poll_fileEmptied_nothingLeft() throws IOException {
    run.steps(1, 5);
    tail.poll();
    Files.writeString(run.files().metrics(), "");
    tail.poll();
    assertEquals(0, curves.size());
  }
}
