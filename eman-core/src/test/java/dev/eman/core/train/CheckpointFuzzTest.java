package dev.eman.core.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.fuzz.Damage;
import dev.eman.core.fuzz.FuzzSettings;
import dev.eman.core.fuzz.Reading;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Damaged checkpoints: read with the very values that were written, or not at all. */
@AddLifecycleHook(FuzzSettings.class)
final class CheckpointFuzzTest {
  private static final float OTHER = 7;

  private static Path folder;
  private static Path file;
  private static byte[] sound;
  private static Remembering algorithm;
  private static List<float[]> state;

  @BeforeContainer
  static void write() throws Exception {
    folder = Files.createTempDirectory("checkpoints");
    file = folder.resolve("some.ckpt");
    algorithm = algorithm();
    Nd4j.getRandom().setSeed(1);
    memory().forEach(array -> array.assign(Nd4j.randn(array.shape())));
    state = memory().stream().map(INDArray::toFloatVector).toList();
    Checkpoint.write(file, algorithm, 12, Map.of("config", "seed: 1\n", "note", "grün"));
    sound = Files.readAllBytes(file);
    assertTrue(restores(sound));
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  @Provide
  Arbitrary<byte[]> noise() {
    return Damage.noise();
  }

  @Provide
  Arbitrary<Damage> damage() {
    return Damage.any();
  }

  @Property(tries = 200)
  void read_noise_error(@ForAll("noise") byte[] noise, @ForAll boolean begun) throws Exception {
    byte[] begin = new byte[200 + noise.length];
    System.arraycopy(sound, 0, begin, 0, 200);
    System.arraycopy(noise, 0, begin, 200, noise.length);
    assertFalse(restores(begun ? begin : noise));
  }

  @Property(tries = 400)
  void read_damaged_errorOrTheSameValues(@ForAll("damage") Damage damage) throws Exception {
    restores(damage.to(sound));
  }

  /** Where names, lengths and checksums are. */
  @Property(tries = 400)
  void read_damagedDirectory_errorOrTheSameValues(@ForAll("damage") Damage damage)
      throws Exception {
    int length = directoryLength();
    byte[] end = new byte[length];
    System.arraycopy(sound, sound.length - length, end, 0, length);
    byte[] damaged = damage.to(end);
    byte[] all = new byte[sound.length - length + damaged.length];
    System.arraycopy(sound, 0, all, 0, sound.length - length);
    System.arraycopy(damaged, 0, all, sound.length - length, damaged.length);
    restores(all);
  }

  /** Each bit of a part's own header, which its checksum does not cover. */
  @Property(tries = 400)
  void read_aBitOfAHeader_errorOrTheSameValues(@ForAll("headerBits") int bit) throws Exception {
    byte[] damaged = sound.clone();
    damaged[bit / 8] ^= (byte) (1 << (bit % 8));
    restores(damaged);
  }

  @Provide
  Arbitrary<Integer> headerBits() {
    List<Integer> bits = new ArrayList<>();
    for (int at = 0; at + 4 < sound.length; at++) {
      if (sound[at] == 'P' && sound[at + 1] == 'K' && sound[at + 2] == 3) {
        int to = Math.min(sound.length, at + 50);
        for (int bit = 8 * at; bit < 8 * to; bit++) {
          bits.add(bit);
        }
      }
    }
    return Arbitraries.of(bits);
  }

  /** Text that another program wrote, with the right checksums. */
  @Property(tries = 100)
  void restore_damagedText_errorOrTheSameArrays(
      @ForAll("damage") Damage damage, @ForAll("texts") String which) throws Exception {
    Map<String, byte[]> parts = CheckpointParts.read(sound);
    parts.computeIfPresent(which, (name, content) -> damage.to(content));
    Files.write(file, CheckpointParts.write(parts));
    restores(
        file,
        () -> {
          Checkpoint read = Checkpoint.read(file);
          assertTrue(read.steps() >= 0 && read.position() >= 0);
          assertTrue(read.teacherStatistics().isPresent());
          read.restore(algorithm);
        });
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
        "format",
        "meta/steps",
        "meta/data_position",
        "meta/teacher_updates",
        "meta/teacher_statistics",
        "student.names",
        "teacher.names",
        "state.names");
  }

  private static boolean restores(byte[] content) throws Exception {
    Files.write(file, content);
    boolean restored = restores(file, () -> restore(Checkpoint.read(file)));
    Reading.succeedsOrNames(file.toString(), () -> assertText(CheckpointFacts.read(file)));
    Path absent = folder.resolve("absent.ckpt");
    boolean fromMemory = restores(absent, () -> restore(Checkpoint.read(content, absent)));
    return restored || fromMemory;
  }

  private static void restore(Checkpoint read) {
    read.restore(algorithm);
    assertText(read.facts());
  }

  /** Into other values, which a refused file leaves as they are, all of them. */
  private static boolean restores(Path name, Reading.Action action) throws Exception {
    memory().forEach(array -> array.assign(OTHER));
    boolean restored = Reading.succeedsOrNames(name.toString(), action);
    for (int i = 0; i < state.size(); i++) {
      float[] found = memory().get(i).toFloatVector();
      float[] before = new float[found.length];
      Arrays.fill(before, OTHER);
      assertArrayEquals(restored ? state.get(i) : before, found);
    }
    return restored;
  }

  private static void assertText(CheckpointFacts read) {
    assertEquals(12, read.position());
    assertEquals(0, read.steps());
    assertEquals("seed: 1\n", read.require("config"));
    assertEquals("grün", read.require("note"));
    assertEquals(6, read.metadata().size());
    assertEquals(Optional.of(TeacherStatistics.AVERAGED), read.teacherStatistics());
  }

  private static int directoryLength() {
    String text = new String(sound, StandardCharsets.ISO_8859_1);
    return sound.length - text.indexOf("PK\1\2");
  }

  /** With a state of its own. */
  private static final class Remembering extends StudentTeacherAlgorithm {
    private final INDArray queue = Nd4j.createFromArray(3f, -1f, 0.25f);

    Remembering(Student student, Teacher teacher) {
      super(student, teacher, new TeacherUpdate(student, teacher, MomentumSchedule.ramp(0.9)));
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected Map<String, INDArray> state() {
      return Map.of("queue", queue);
    }
  }

  /** Where a checkpoint's numbers go. */
  private static List<INDArray> memory() {
    return List.of(
        algorithm.student().parameters().vector(),
        algorithm.student().optimizerState(),
        Objects.requireNonNull(algorithm.teacher()).parameters().vector(),
        algorithm.queue);
  }

  private static Remembering algorithm() {
    Student student =
        new Student(
            Backbones.named("resnet8-w4", 1).classifier(3, 1), Sgd.decayingAll(0.9, false, 1e-4));
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    return new Remembering(student, teacher);
  }
}
