package dev.eman.core.train;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.EmanException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.Supervised;
import dev.eman.core.data.Batch;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CheckpointTest {
  @TempDir private Path folder;

  private static StudentTeacherAlgorithm algorithm(String arch, DataType type, boolean teacher) {
    Student student =
        new Student(
            Backbones.named(arch, 1).dataType(type).classifier(3, 1),
            Sgd.decayingAll(0.9, false, 1e-4));
    if (!teacher) {
      return new Supervised(student);
    }
    Teacher following = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    return new Supervised(
        student, following, new TeacherUpdate(student, following, MomentumSchedule.ramp(0.9)));
  }

  private static void steps(StudentTeacherAlgorithm algorithm, DataType type, int from, int to) {
    for (int i = from; i < to; i++) {
      Nd4j.getRandom().setSeed(100 + i);
      INDArray images = Nd4j.randn(type, 4, 1, 8, 8);
      algorithm.step(Batch.of(images, new int[] {0, 1, 2, i % 3}), 0.1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void restore_afterHalf_endsWithTheSameBytes(DataType type) throws IOException {
    StudentTeacherAlgorithm whole = algorithm("resnet8-w4", type, true);
    steps(whole, type, 0, 3);
    Path half = folder.resolve("half");
    Checkpoint.write(half, whole, 3, Map.of("note", "grün\n2"));
    steps(whole, type, 3, 6);
    Checkpoint.write(folder.resolve("whole"), whole, 6, Map.of());

    StudentTeacherAlgorithm resumed = algorithm("resnet8-w4", type, true);
    Checkpoint read = Checkpoint.read(half);
    assertEquals("grün\n2", read.require("note"));
    assertEquals(3, read.position());
    read.restore(resumed);
    steps(resumed, type, 3, 6);
    Checkpoint.write(folder.resolve("resumed"), resumed, 6, Map.of());
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("whole")), Files.readAllBytes(folder.resolve("resumed")));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(3, files.count(), "nothing else is left");
    }
  }

  @ParameterizedTest
  @EnumSource
  void teacherStatistics_eachKind_comesBack(TeacherStatistics statistics) {
    Path file = folder.resolve("some");
    Student student =
        new Student(Backbones.named("tiny-cnn").classifier(3, 1), Sgd.decayingAll(0, false, 0));
    Teacher teacher = Teacher.copyOf(student, statistics);
    TeacherUpdate update = new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.9));
    Checkpoint.write(file, new Supervised(student, teacher, update), 0, Map.of());
    assertEquals(Optional.of(statistics), Checkpoint.read(file).teacherStatistics());
  }

  @Test
  void teacherStatistics_noTeacher_isEmpty() {
    Path file = folder.resolve("some");
    Checkpoint.write(file, algorithm("tiny-cnn", DataType.FLOAT, false), 0, Map.of());
    assertEquals(Optional.empty(), Checkpoint.read(file).teacherStatistics());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void facts_arraysThatAreDamaged_areThoseOfTheSoundFile(boolean teacher) throws IOException {
    Path file = folder.resolve("some");
    Checkpoint.write(
        file, algorithm("tiny-cnn", DataType.FLOAT, teacher), 7, Map.of("note", "grün"));
    Checkpoint sound = Checkpoint.read(file);
    byte[] content = Files.readAllBytes(file);
    String text = new String(content, StandardCharsets.ISO_8859_1);
    content[text.indexOf("optimizer", text.indexOf("student.names")) + 100] ^= 1;
    Files.write(file, content);
    assertThrows(EmanException.class, () -> Checkpoint.read(file));
    CheckpointFacts facts = CheckpointFacts.read(file);
    assertEquals(sound.metadata(), facts.metadata());
    assertEquals("grün", facts.require("note"));
    assertEquals(7, facts.position());
    assertEquals(teacher, facts.hasTeacher());
    assertEquals(sound.teacherStatistics(), facts.teacherStatistics());
  }

  /** As of {@link Checkpoint#read}. */
  @Test
  void facts_noCheckpoint_sameMessages() throws IOException {
    Path file = folder.resolve("some");
    Checkpoint.write(file, algorithm("tiny-cnn", DataType.FLOAT, true), 0, Map.of());
    byte[] sound = Files.readAllBytes(file);
    assertSameMessage(folder.resolve("none"));
    assertSameMessage(folder);
    assertSameMessage(Files.writeString(file, "text"));
    assertSameMessage(Files.write(file, Arrays.copyOf(sound, sound.length / 2)));
    String damaged = new String(sound, StandardCharsets.ISO_8859_1);
    damaged = damaged.replace("AVERAGED", "BVERAGED");
    Files.write(file, damaged.getBytes(StandardCharsets.ISO_8859_1));
    EmanException e = assertThrows(EmanException.class, () -> CheckpointFacts.read(file));
    assertTrue(e.getMessage().contains("checksum of meta/teacher_statistics"), e::toString);
  }

  private static void assertSameMessage(Path file) {
    EmanException whole = assertThrows(EmanException.class, () -> Checkpoint.read(file));
    EmanException facts = assertThrows(EmanException.class, () -> CheckpointFacts.read(file));
    assertEquals(whole.getMessage(), facts.getMessage());
  }

  /** As earlier versions wrote it, and as none has. */
  @Test
  void teacherStatistics_notRecordedOrUnknown_isEmptyOrAnError() throws IOException {
    Path file = folder.resolve("some");
    StudentTeacherAlgorithm algorithm = algorithm("tiny-cnn", DataType.FLOAT, true);
    Checkpoint.write(file, algorithm, 5, Map.of());
    Map<String, byte[]> parts = CheckpointParts.read(Files.readAllBytes(file));
    String key = "meta/teacher_statistics";
    assertNotNull(parts.put(key, "other".getBytes(StandardCharsets.UTF_8)));
    Checkpoint unknown = Checkpoint.read(CheckpointParts.write(parts), file);
    String message =
        String.valueOf(assertThrows(EmanException.class, unknown::teacherStatistics).getMessage());
    assertTrue(message.contains("[AVERAGED, BATCH, STUDENT], found other"), message);
    parts.remove(key);
    Checkpoint older = Checkpoint.read(CheckpointParts.write(parts), file);
    assertEquals(Optional.empty(), older.teacherStatistics());
    older.restore(algorithm);
    assertEquals(5, older.position());
  }

  /** As a program has it that got the bytes from another machine. */
  @Test
  void read_bytes_neverLooksAtThePath() throws IOException {
    Path file = folder.resolve("some");
    StudentTeacherAlgorithm algorithm = algorithm("tiny-cnn", DataType.FLOAT, true);
    steps(algorithm, DataType.FLOAT, 0, 1);
    Checkpoint.write(file, algorithm, 7, Map.of("note", "grün"));
    byte[] content = Files.readAllBytes(file);
    INDArray expected = algorithm.student().parameters().vector();
    Checkpoint.write(
        file, algorithm("resnet8-w4", DataType.FLOAT, false), 0, Map.of("other", "of this file"));
    for (Path name : List.of(folder.resolve("absent"), file)) {
      Checkpoint read = Checkpoint.read(content, name);
      assertEquals(7, read.position());
      assertEquals("grün", read.require("note"));
      StudentTeacherAlgorithm restored = algorithm("tiny-cnn", DataType.FLOAT, true);
      read.restore(restored);
      assertSameValues(expected, restored.student().parameters().vector());
    }
    Path absent = folder.resolve("absent");
    for (int length : new int[] {0, 10, 100, content.length / 2, content.length - 1}) {
      byte[] cut = Arrays.copyOf(content, length);
      EmanException e = assertThrows(EmanException.class, () -> Checkpoint.read(cut, absent));
      assertTrue(String.valueOf(e.getMessage()).contains(absent.toString()), e.getMessage());
    }
  }

  @Test
  void restore_anotherArchitecture_namesTheDifferenceAndChangesNothing() {
    Path file = folder.resolve("small");
    Checkpoint.write(file, algorithm("resnet8-w4", DataType.FLOAT, true), 0, Map.of());
    StudentTeacherAlgorithm wider = algorithm("resnet8-w8", DataType.FLOAT, true);
    INDArray before = wider.student().parameters().vector().dup();
    Checkpoint read = Checkpoint.read(file);
    EmanException e = assertThrows(EmanException.class, () -> read.restore(wider));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("another architecture"), message);
    assertTrue(message.contains("expected") && message.contains("found"), message);
    assertSameValues(before, wider.student().parameters().vector());
    assertThrows(
        EmanException.class, () -> read.restore(algorithm("resnet8-w4", DataType.FLOAT, false)));
    assertThrows(
        EmanException.class, () -> read.restore(algorithm("resnet8-w4", DataType.DOUBLE, true)));
  }

  @Test
  void write_metadataOfAnother_countersAreTheStatesOwn() {
    StudentTeacherAlgorithm algorithm = algorithm("tiny-cnn", DataType.FLOAT, true);
    Path file = folder.resolve("some");
    Checkpoint.write(file, algorithm, 0, Map.of("note", "kept"));
    steps(algorithm, DataType.FLOAT, 0, 1);
    Checkpoint.write(file, algorithm, 7, Checkpoint.read(file).metadata());
    Checkpoint read = Checkpoint.read(file);
    assertEquals("kept", read.require("note"));
    assertEquals("1", read.require("steps"));
    assertEquals("1", read.require("teacher_updates"));
    assertEquals(7, read.position());
  }

  @Test
  void write_intoAMissingFolder_failsAndLeavesNothing() {
    Path file = folder.resolve("nowhere/x");
    StudentTeacherAlgorithm algorithm = algorithm("resnet8-w4", DataType.FLOAT, false);
    assertThrows(EmanException.class, () -> Checkpoint.write(file, algorithm, 0, Map.of()));
    assertFalse(Files.exists(file));
  }

  @Test
  void read_anyOtherFile_isAClearError() throws IOException {
    Path file = folder.resolve("other");
    Files.writeString(file, "hello");
    assertThrows(EmanException.class, () -> Checkpoint.read(file));
    assertThrows(EmanException.class, () -> Checkpoint.read(folder.resolve("missing")));
  }

  @Test
  void read_whatCannotBeRead_isNotCalledDamaged() {
    EmanException e = assertThrows(EmanException.class, () -> Checkpoint.read(folder));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith("cannot read the checkpoint " + folder + ": "), message);
  }

  @Test
  void read_withoutPermission_saysSo() throws IOException {
    Path file = Files.writeString(folder.resolve("locked"), "hello");
    assumeTrue(Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class));
    Files.setPosixFilePermissions(file, Set.of());
    assumeFalse(Files.isReadable(file), "root may read everything");
    EmanException e = assertThrows(EmanException.class, () -> Checkpoint.read(file));
    assertEquals("cannot read the checkpoint " + file + ": permission denied", e.getMessage());
  }
}
