package dev.eman.train.metrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import dev.eman.core.train.TrainingListener.StepReport;
import dev.eman.train.options.Network;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
  @TempDir private Path folder;
  private Path file;
  private List<String> sound = List.of();

  private static void step(MetricsFile metrics, long step) {
    metrics.onStep(new StepReport(step, 0.1, ImmutableMap.of("loss", step / 4.0), 0.5, Double.NaN));
  }

  @BeforeEach
  void writeFourSteps() throws IOException {
    file = folder.resolve("metrics.csv");
    try (MetricsFile metrics = MetricsFile.create(file)) {
      for (int i = 1; i <= 4; i++) {
        step(metrics, i);
      }
    }
    sound = Files.readAllLines(file);
    assertEquals("step,learning_rate,loss,seconds,waited", sound.get(0));
    assertEquals("3,0.1,0.75,0.5,NaN", sound.get(3));
  }

  @Test
  void onEvaluation_scores_haveColumns() throws IOException {
    try (MetricsFile metrics = MetricsFile.create(file)) {
      step(metrics, 1);
      metrics.onEvaluation(Evaluations.report(1, 5, null));
    }
    List<String> lines = Files.readAllLines(file);
    assertTrue(
        lines
            .get(0)
            .endsWith(",student_top1,student_top5,student_balanced_accuracy,student_macro_f1"),
        lines.get(0));
    assertTrue(lines.get(1).endsWith(",0.5,1,0.5,0.6666667"), lines.get(1)); // 2 * 5 / (10 + 5)
  }

  @Test
  void onEvaluation_fileOfAnEarlierVersion_keepsItsColumns() throws IOException {
    write("step,loss,student_top1,student_top5", "1,0.5,0.25,1");
    try (MetricsFile metrics = MetricsFile.resume(file, 1)) {
      step(metrics, 2);
      metrics.onEvaluation(Evaluations.report(2, 5, null));
    }
    List<String> lines = Files.readAllLines(file);
    assertEquals("step,loss,student_top1,student_top5,learning_rate,seconds,waited", lines.get(0));
    assertEquals("2,0.5,0.5,1,0.1,0.5,NaN", lines.get(2));
  }

  private void write(String... lines) throws IOException {
    Files.writeString(file, String.join("\n", lines) + "\n");
  }

  private void assertRefused(String what) {
    byte[] before = read();
    EmanException e = assertThrows(EmanException.class, () -> MetricsFile.resume(file, 3));
    assertTrue(
        e.getMessage().startsWith(file + " is damaged: ") && e.getMessage().contains(what),
        e.getMessage());
    assertTrue(e.getMessage().contains("put back a copy of it"), e.getMessage());
    assertTrue(e.getMessage().contains("--rebuild-metrics"), e.getMessage());
    assertArrayEquals(before, read(), "nothing is changed");
  }

  private byte[] read() {
    try {
      return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void resume_sound_cutOffBehindTheStepAndGoesOn() throws IOException {
    try (MetricsFile metrics = MetricsFile.resume(file, 3)) {
      assertEquals(1.5, metrics.seconds());
      step(metrics, 4);
    }
    assertEquals(sound, Files.readAllLines(file));
  }

  @Test
  void resume_damageBehindTheStep_isCutOff() throws IOException {
    Files.write(file, new byte[] {'5', ',', (byte) 0xff, 0, 0}, StandardOpenOption.APPEND);
    MetricsFile.resume(file, 3);
    assertEquals(sound.subList(0, 4), Files.readAllLines(file));
    write(sound.get(0), sound.get(1), sound.get(2), sound.get(3), "4,x,y");
    MetricsFile.resume(file, 3);
    assertEquals(sound.subList(0, 4), Files.readAllLines(file));
  }

  @Test
  void resume_withoutACheckpoint_beginsAgain() throws IOException {
    Files.write(file, new byte[] {(byte) 0xff, 0, 1});
    try (MetricsFile metrics = MetricsFile.resume(file, 0)) {
      step(metrics, 1);
    }
    assertEquals(sound.subList(0, 2), Files.readAllLines(file));
  }

  @Test
  void resume_badCell_isNamed() throws IOException {
    write(sound.get(0), sound.get(1), "2,0.1,0.5,half,NaN", sound.get(3), sound.get(4));
    assertRefused("row 2: expected a number or nothing as seconds, found 'half'");
    write(sound.get(0), sound.get(1), "2,0.1,zero\u001b,0.5,NaN", sound.get(3));
    assertRefused("row 2: expected a number or nothing as loss, found 'zero");
    for (String wrong : List.of(".", "1.2.3", "1,5", " 1", "1e", "--1")) {
      write(sound.get(0), sound.get(1), "2,0.1," + wrong + ",0.5,NaN", sound.get(3));
      assertRefused("row 2: expected ");
    }
    write(sound.get(0), sound.get(1), "2,0.1,0,5", sound.get(3));
    assertRefused("row 2: expected 5 cells, found 4");
  }

  @Test
  void resume_rowsMissingOrTwice_areNamed() throws IOException {
    write(sound.get(0), sound.get(1), sound.get(3), sound.get(4));
    assertRefused("row 2: expected step 2, found '3'");
    write(sound.get(0), sound.get(1), sound.get(2), sound.get(2), sound.get(3));
    assertRefused("row 3: expected step 3, found '2'");
    write(sound.get(0), sound.get(1), sound.get(2));
    assertRefused("expected rows of 3 steps, found 2");
    Files.writeString(file, String.join("\n", sound.subList(0, 4))); // Row 3 lacks its line break.
    assertRefused("expected rows of 3 steps, found 2");
  }

  @Test
  void resume_emptiedDeletedOrOtherBytes_isNamed() throws IOException {
    Files.write(file, new byte[0]);
    assertRefused("expected a heading, found an empty file");
    Files.write(file, String.join("\n", sound).getBytes(UTF_16));
    assertRefused("expected a heading");
    Files.write(file, new byte[] {(byte) 0x89, 'P', 'N', 'G', '\n', 0x1a, '\n'});
    assertRefused("expected a heading of different names that begins with step");
    write("step,learning_rate,loss,loss,waited", sound.get(1), sound.get(2), sound.get(3));
    assertRefused("expected a heading of different names");
    Files.writeString(file, String.join("\n", sound).replace("0.75", "\u00bd") + "\n", ISO_8859_1);
    assertRefused("row 3: expected a number or nothing as loss");
    Files.delete(file);
    assertRefused("there is no such file");
    assertFalse(Files.exists(file));
  }

  /** Longer than any buffer, with what numbers may look like. */
  private List<String> longRun(int rows) throws IOException {
    List<String> lines = new ArrayList<>(List.of("step,loss,seconds,student_top1"));
    List<String> losses =
        List.of(
            "0.5",
            "NaN",
            "",
            "5.",
            "12345678.9012345",
            "-1.25E-5",
            "Infinity",
            "+3.",
            "7f",
            "0.1",
            "123456789012345",
            ".000000000000003",
            "1234567890123456789");
    for (int step = 1; step <= rows; step++) {
      String loss = losses.get(step % losses.size());
      String top1 = step % 100 == 0 ? Float.toString(step / 7f) : "";
      lines.add(step + "," + loss + "," + step / 8.0 + "," + top1);
    }
    write(lines.toArray(new String[0]));
    return lines;
  }

  @Test
  void read_longRun_hasEveryNumber() throws IOException {
    List<String> lines = longRun(20_000);
    Files.writeString(file, "20001,0.5,1", StandardOpenOption.APPEND); // Is still being written.
    Map<String, double[]> numbers = MetricsTable.read(file).numbers();
    assertEquals(List.of("step", "loss", "seconds", "student_top1"), List.copyOf(numbers.keySet()));
    for (int row = 0; row < 20_000; row++) {
      String[] cells = lines.get(row + 1).split(",", -1);
      int column = 0;
      for (double[] values : numbers.values()) {
        String cell = cells[column++];
        assertEquals(cell.isEmpty() ? Double.NaN : Double.parseDouble(cell), values[row]);
        assertEquals(20_000, values.length);
      }
    }
  }

  @Test
  void resume_longRun_cutsOffWithoutWritingTheRestAgain() throws IOException {
    List<String> lines = longRun(20_000);
    FileTime before = FileTime.from(Instant.parse("2024-01-01T00:00:00Z"));
    Files.setLastModifiedTime(file, before);
    MetricsFile metrics = MetricsFile.resume(file, 20_000);
    assertEquals(20_000 * 20_001.0 / 2 / 8, metrics.seconds());
    assertEquals(before, Files.getLastModifiedTime(file), "nothing to cut off");
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    MetricsFile.resume(file, 15_000);
    assertEquals(lines.subList(0, 15_001), Files.readAllLines(file));
    assertEquals(key, Files.readAttributes(file, BasicFileAttributes.class).fileKey());
  }

  @Test
  void onEvaluation_madeUpAfterALongRun_replacesItsLastRow() throws IOException {
    List<String> lines = longRun(15_000);
    try (MetricsFile metrics = MetricsFile.resume(file, 15_000)) {
      metrics.onEvaluation(Evaluations.report(15_000, 5, null));
      step(metrics, 15_001);
    }
    List<String> now = Files.readAllLines(file);
    assertEquals(15_002, now.size());
    String columns = lines.get(0) + ",student_top5,learning_rate,waited";
    assertEquals(columns, now.get(0));
    assertEquals(lines.get(14_999) + ",,,", now.get(14_999));
    assertEquals(
        "15000," + lines.get(15_000).split(",", -1)[1] + ",1875.0,0.5,1,,", now.get(15_000));
    assertEquals("15001,3750.25,0.5,,,0.1,NaN", now.get(15_001));
    assertEquals(15_001, MetricsTable.read(file).numbers().get("step").length);
  }

  @Test
  void resume_rowWithoutEnd_isNamedInLittleMemory() throws IOException {
    try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
      zeros.seek(zeros.length());
      zeros.setLength(zeros.length() + (1L << 25)); // As a power failure leaves it.
      zeros.seek(zeros.length());
      zeros.write('\n');
    }
    EmanException e = assertThrows(EmanException.class, () -> MetricsFile.resume(file, 5));
    assertTrue(e.getMessage().contains("row 5: expected 5 cells, found 1"), e.getMessage());
    MetricsFile.resume(file, 4);
    assertEquals(sound, Files.readAllLines(file));
  }

  @Test
  void rebuild_rowsInDisorder_takesTheFirstIntactOneOfEach() throws IOException {
    write(
        sound.get(0), sound.get(3), "1,9,9,9,9", sound.get(1), "2.0,1,1,1,1", sound.get(4) + "\r");
    MetricsFile metrics = MetricsFile.rebuild(file, 4, new History(Network.TEACHER));
    assertEquals(
        List.of(sound.get(0), "1,9,9,9,9", "2,,,,", sound.get(3), sound.get(4)),
        Files.readAllLines(file));
    assertEquals(10, metrics.seconds());
  }

  @Test
  void rebuild_damaged_keepsSoundRowsTakesAccuraciesAndLeavesNoGap() throws IOException {
    History history = History.parse("2,0.5,0.75,0.25,1.0\n3,0.5,1.0,0.375,1.0\n", Network.TEACHER);
    write(sound.get(0), sound.get(1), "2,0.1,0.5,half,NaN", sound.get(3), sound.get(4));
    byte[] damaged = read();
    MetricsFile metrics = MetricsFile.rebuild(file, 3, history);
    assertEquals(
        List.of(
            "step,learning_rate,loss,seconds,waited,student_top1,student_top5,teacher_top1,teacher_top5",
            "1,0.1,0.25,0.5,NaN,,,,",
            "2,,,,,0.5,0.75,0.25,1",
            "3,0.1,0.75,0.5,NaN,0.5,1,0.375,1"),
        Files.readAllLines(file));
    assertEquals(1, metrics.seconds());
    assertArrayEquals(damaged, Files.readAllBytes(folder.resolve("metrics.csv.damaged")));
    step(metrics, 4);
    metrics.close();
    MetricsFile.resume(file, 4); // Sound again.
  }

  @Test
  void rebuild_nothingLeft_hasARowForEachStep() throws IOException {
    Files.delete(file);
    MetricsFile.rebuild(file, 2, History.parse("2,0.5,0.75,-1.0,-1.0\n", Network.TEACHER));
    assertEquals(
        List.of("step,student_top1,student_top5", "1,,", "2,0.5,0.75"), Files.readAllLines(file));
    MetricsFile.resume(file, 2);
    Files.writeString(file, "");
    Files.writeString(folder.resolve("metrics.csv.damaged"), "an older one");
    MetricsFile.rebuild(file, 2, new History(Network.TEACHER));
    assertEquals(List.of("step", "1", "2"), Files.readAllLines(file));
    assertEquals("an older one", Files.readString(folder.resolve("metrics.csv.damaged")));
    assertEquals("", Files.readString(folder.resolve("metrics.csv.damaged-2")));
  }

  @Test
  void rebuild_sound_changesNothing() throws IOException {
    MetricsFile.rebuild(file, 3, History.parse("2,0.5,0.75,0.25,1.0\n", Network.TEACHER));
    assertEquals(sound.subList(0, 4), Files.readAllLines(file));
    assertFalse(Files.exists(folder.resolve("metrics.csv.damaged")));
  }

  @Test
  void onCheckpoint_fileDeletedOrChangedMeanwhile_isNamed() throws IOException {
    MetricsFile metrics = MetricsFile.resume(file, 3);
    long length = Files.size(file);
    step(metrics, 4);
    Files.writeString(file, "step\n");
    EmanException e = assertThrows(EmanException.class, () -> metrics.onCheckpoint(4));
    assertTrue(e.getMessage().startsWith(file + " was changed or deleted"), e.getMessage());
    assertTrue(e.getMessage().contains("expected " + length + " bytes, found 5"), e.getMessage());
    Files.delete(file);
    e = assertThrows(EmanException.class, metrics::close);
    assertTrue(e.getMessage().contains("expected " + length + " bytes, found 0"), e.getMessage());
    assertFalse(Files.exists(file), "no file that hides the gap");
  }

  @Test
  void onCheckpoint_nameThatFitsNoTable_isRefused() {
    MetricsFile metrics = MetricsFile.create(folder.resolve("other.csv"));
    metrics.onStep(new StepReport(1, 0.1, ImmutableMap.of("a,b", 1.0), 0.5, 0));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> metrics.onCheckpoint(1));
    assertTrue(e.getMessage().contains("'a,b'"), e.getMessage());
  }

  /** It would replace the column, and without the steps a run cannot be resumed. */
  @Test
  void onStep_nameOfAnotherColumn_isRefused() throws IOException {
    try (MetricsFile metrics = MetricsFile.create(file)) {
      step(metrics, 1);
      metrics.onEvaluation(Evaluations.report(1, 5, 6));
    }
    List<String> columns = new ArrayList<>(List.of(Files.readAllLines(file).get(0).split(",")));
    assertTrue(columns.remove("loss"));
    assertEquals(12, columns.size());
    for (String name : columns) {
      MetricsFile metrics = MetricsFile.create(folder.resolve("other.csv"));
      StepReport report = new StepReport(1, 0.1, ImmutableMap.of(name, 1.0), 0.5, 0);
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> metrics.onStep(report), name);
      assertEquals(
          "metrics: expected a name other than the columns of every metrics.csv, got '"
              + name
              + "'; rename the metric",
          e.getMessage());
    }
  }
}
