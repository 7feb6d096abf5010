package dev.eman.core.train;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import dev.eman.core.EmanException;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.Supervised;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What an algorithm remembers comes back whole, or the checkpoint is refused. */
class CheckpointStateTest {
  @TempDir private Path folder;

  /** Makes an array of Java's numbers at each call, into which nothing can be restored. */
  private static final class Forgetful extends StudentTeacherAlgorithm {
    private final float[] q = {1, 2};
    private final INDArray kept = Nd4j.zeros(2);

    Forgetful() {
      super(newStudent());
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected Map<String, INDArray> state() {
      return Map.of("kept", kept, "q", Nd4j.createFromArray(q));
    }
  }

  private static final class Remembering extends StudentTeacherAlgorithm {
    private final ImmutableMap<String, INDArray> state;

    Remembering(Map<String, INDArray> state) {
      this(newStudent(), state);
    }

    Remembering(Student student, Map<String, INDArray> state) {
      super(student);
      this.state = ImmutableMap.copyOf(state);
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected Map<String, INDArray> state() {
      return state;
    }
  }

  private static Student newStudent() {
    return new Student(
        Backbones.named("tiny-cnn").classifier(3, 1), Sgd.decayingAll(0.9, false, 1e-4));
  }

  private Path written(StudentTeacherAlgorithm algorithm) {
    Path file = folder.resolve("some.ckpt");
    Checkpoint.write(file, algorithm, 0, Map.of());
    return file;
  }

  private static void refused(Path file, StudentTeacherAlgorithm algorithm, String... words) {
    Checkpoint read = Checkpoint.read(file);
    INDArray before = algorithm.student().parameters().vector().dup();
    algorithm.student().parameters().vector().addi(1);
    INDArray changed = algorithm.student().parameters().vector().dup();
    EmanException e = assertThrows(EmanException.class, () -> read.restore(algorithm));
    for (String word : words) {
      assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
    }
    assertSameValues(changed, algorithm.student().parameters().vector());
    algorithm.student().parameters().vector().assign(before);
  }

  /** A matrix in f order, its transpose, every other column, a column, a scalar. */
  private static Map<String, INDArray> layouts(double first) {
    Map<String, INDArray> state = new LinkedHashMap<>();
    state.put("f", Nd4j.createUninitialized(DataType.FLOAT, new long[] {3, 4}, 'f'));
    state.put("t", Nd4j.createUninitialized(DataType.DOUBLE, new long[] {3, 5}, 'c').transpose());
    INDArray wide = Nd4j.zeros(DataType.FLOAT, 4, 6);
    state.put("some", wide.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 6)));
    state.put("column", Nd4j.zeros(DataType.FLOAT, 7, 3).getColumn(1));
    state.put("scalar", Nd4j.scalar(0f));
    double next = first;
    for (INDArray array : state.values()) {
      next++;
      array.assign(
          Nd4j.linspace(DataType.DOUBLE, next, 0.5, array.length()).reshape(array.shape()));
    }
    return state;
  }

  @Test
  void restore_arraysOfAnyLayout_comeBack() {
    Map<String, INDArray> expected = layouts(3);
    Path file = written(new Remembering(expected));
    Map<String, INDArray> found = layouts(500);
    Checkpoint.read(file).restore(new Remembering(found));
    expected.forEach((name, array) -> assertSameValues(array, array(found, name), name));
  }

  @Test
  void writeAndRestore_newArraysAtEachCall_areRefused() throws IOException {
    Path file =
        written(new Remembering(Map.of("kept", Nd4j.ones(2), "q", Nd4j.createFromArray(3f, 4f))));
    Checkpoint read = Checkpoint.read(file);
    Forgetful forgetful = new Forgetful();
    INDArray parameters = forgetful.student().parameters().vector().addi(1);
    INDArray before = parameters.dup();
    assertNames("\"q\" at each call", () -> read.restore(forgetful));
    assertSameValues(before, parameters);
    byte[] content = Files.readAllBytes(file);
    assertNames("keep the array in a field and return that", () -> written(forgetful));
    assertArrayEquals(content, Files.readAllBytes(file));
  }

  @Test
  void write_nameWithLineBreak_isRefused() {
    Remembering algorithm = new Remembering(Map.of("two\nlines", Nd4j.ones(2)));
    assertNames("names without line breaks, got \"two\\nlines\"", () -> written(algorithm));
    assertFalse(Files.exists(folder.resolve("some.ckpt")));
  }

  private static void assertNames(String words, Executable call) {
    IllegalStateException e = assertThrows(IllegalStateException.class, call);
    assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
  }

  /** A {@code Map.of} has another order in each JVM. */
  @Test
  void write_equalStatesInAnotherOrder_areEqualBytes() throws IOException {
    Student student = newStudent();
    Map<String, INDArray> state = layouts(3);
    Map<String, INDArray> reversed = new LinkedHashMap<>();
    Lists.reverse(List.copyOf(state.keySet()))
        .forEach(name -> reversed.put(name, array(state, name)));
    byte[] expected = Files.readAllBytes(written(new Remembering(student, state)));
    byte[] found = Files.readAllBytes(written(new Remembering(student, reversed)));
    assertArrayEquals(expected, found);
  }

  /** Versions before wrote it in the order of the algorithm's map. */
  @Test
  void restore_partsInAnotherOrder_comeBack() throws IOException {
    Map<String, INDArray> expected = layouts(3);
    Path file = written(new Remembering(expected));
    Map<String, byte[]> parts = CheckpointParts.read(Files.readAllBytes(file));
    Map<String, byte[]> reversed = new LinkedHashMap<>();
    reversed.put("format", Objects.requireNonNull(parts.remove("format")));
    Lists.reverse(List.copyOf(parts.entrySet()))
        .forEach(part -> reversed.put(part.getKey(), part.getValue()));
    Files.write(file, CheckpointParts.write(reversed));
    Map<String, INDArray> found = layouts(500);
    Checkpoint.read(file).restore(new Remembering(found));
    expected.forEach((name, array) -> assertSameValues(array, array(found, name), name));
  }

  @Test
  void restore_integers_comeBackExactly() {
    long large = (1L << 53) + 1;
    Map<String, INDArray> state =
        Map.of(
            "long", Nd4j.createFromArray(large, -large, 0L),
            "int", Nd4j.createFromArray(Integer.MAX_VALUE, Integer.MIN_VALUE, (1 << 24) + 1),
            "flags", Nd4j.createFromArray(true, false, true));
    Path file = written(new Remembering(state));
    Map<String, INDArray> found =
        Map.of(
            "long", Nd4j.zeros(DataType.INT64, 3),
            "int", Nd4j.zeros(DataType.INT32, 3),
            "flags", Nd4j.zeros(DataType.BOOL, 3));
    Checkpoint.read(file).restore(new Remembering(found));
    assertArrayEquals(new long[] {large, -large, 0}, array(found, "long").data().asLong());
    assertArrayEquals(
        new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, (1 << 24) + 1},
        array(found, "int").data().asInt());
    assertArrayEquals(new int[] {1, 0, 1}, array(found, "flags").data().asInt());
  }

  /** Such as a queue that nothing has entered yet. */
  private static Map<String, INDArray> withEmpty(long rows, double mean) {
    return Map.of(
        "queue", Nd4j.create(DataType.FLOAT, rows, 4),
        "flags", Nd4j.create(DataType.BOOL, 2, 0),
        "none", Nd4j.empty(DataType.INT32),
        "mean", Nd4j.createFromArray(mean, 4));
  }

  @Test
  void restore_emptyArrays_comeBack() throws IOException {
    Path file = written(new Remembering(withEmpty(0, 3)));
    Map<String, INDArray> found = withEmpty(0, 5);
    Checkpoint.read(file).restore(new Remembering(found));
    assertSameValues(Nd4j.createFromArray(3.0, 4), array(found, "mean"));
    refused(
        file,
        new Remembering(withEmpty(3, 5)),
        "expected queue [3, 4] FLOAT, found queue [0, 4] FLOAT");
    Map<String, byte[]> parts = CheckpointParts.read(Files.readAllBytes(file));
    assertTrue(parts.remove("state.names") != null);
    Files.write(file, CheckpointParts.write(parts)); // As an earlier version wrote it.
    Map<String, INDArray> again = withEmpty(0, 5);
    Checkpoint.read(file).restore(new Remembering(again));
    assertSameValues(Nd4j.createFromArray(3.0, 4), array(again, "mean"));
  }

  /** Booleans take eight bytes each. */
  @Test
  void write_arrayTooLargeToBeRead_isRefused() throws IOException {
    Path file = written(new Remembering(Map.of()));
    byte[] before = Files.readAllBytes(file);
    long limit = CheckpointParts.read(before).get("student").length;
    Map<String, INDArray> most = Map.of("seen", Nd4j.create(DataType.BOOL, limit / 8));
    Map<String, INDArray> more = Map.of("seen", Nd4j.create(DataType.BOOL, limit / 8 + 1));
    EmanException e =
        assertThrows(
            EmanException.class,
            () -> CheckpointWriter.write(file, new Remembering(more), 0, Map.of(), limit));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("state/seen, BOOL [" + (limit / 8 + 1) + "], takes"), message);
    assertArrayEquals(before, Files.readAllBytes(file));
    CheckpointWriter.write(file, new Remembering(most), 0, Map.of(), limit);
    Checkpoint.read(file).restore(new Remembering(most));
    e =
        assertThrows(
            EmanException.class,
            () -> CheckpointWriter.write(file, new Remembering(most), 0, Map.of(), limit - 1));
    assertTrue(String.valueOf(e.getMessage()).contains("student, FLOAT ["), e.getMessage());
  }

  private static INDArray array(Map<String, INDArray> state, String name) {
    return Objects.requireNonNull(state.get(name), name);
  }

  /** Integers were float32, and no part said what the arrays are. */
  @Test
  void restore_stateOfAnEarlierVersion_comesBack() throws IOException {
    Path file =
        written(
            new Remembering(Map.of("seen", Nd4j.createFromArray(1, 2), "queue", Nd4j.ones(2, 2))));
    Map<String, byte[]> parts = CheckpointParts.read(Files.readAllBytes(file));
    assertTrue(parts.remove("state.names") != null);
    parts.put(
        "state/seen",
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(-1).putFloat(7).array());
    Files.write(file, CheckpointParts.write(parts));
    INDArray seen = Nd4j.zeros(DataType.INT32, 2);
    INDArray queue = Nd4j.zeros(2, 2);
    Checkpoint.read(file).restore(new Remembering(Map.of("seen", seen, "queue", queue)));
    assertArrayEquals(new int[] {-1, 7}, seen.data().asInt());
    assertSameValues(Nd4j.ones(2, 2), queue);
    refused(file, new Remembering(Map.of("queue", queue)), "found seen too");
  }

  @Test
  void restore_surplusOrMissingOrOtherState_isRefused() {
    INDArray queue = Nd4j.zeros(2, 3);
    Path file = written(new Remembering(Map.of("queue", queue, "seen", Nd4j.zeros(1))));
    refused(file, new Supervised(newStudent()), "expected none", "queue", "seen");
    refused(file, new Remembering(Map.of("queue", queue)), "expected queue, found seen too");
    refused(
        file,
        new Remembering(Map.of("queue", Nd4j.zeros(3, 2), "seen", Nd4j.zeros(1))),
        "expected queue [3, 2] FLOAT, found queue [2, 3] FLOAT");
    refused(
        file,
        new Remembering(Map.of("queue", queue, "seen", Nd4j.zeros(DataType.INT32, 1))),
        "expected seen [1] INT, found seen [1] FLOAT");
    Path without = written(new Supervised(newStudent()));
    refused(without, new Remembering(Map.of("queue", queue)), "has no state/queue");
  }

  @Test
  void restore_anotherKindOfTeacher_isRefused() {
    Path file = written(withTeacher(TeacherStatistics.AVERAGED));
    Checkpoint.read(file).restore(withTeacher(TeacherStatistics.AVERAGED));
    refused(file, withTeacher(TeacherStatistics.BATCH), "expected", "BATCH, found AVERAGED");
    refused(file, withTeacher(TeacherStatistics.STUDENT), "STUDENT, found AVERAGED");
  }

  private static StudentTeacherAlgorithm withTeacher(TeacherStatistics statistics) {
    Student student = newStudent();
    Teacher teacher = Teacher.copyOf(student, statistics);
    return new Supervised(
        student, teacher, new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.9)));
  }
}
