package dev.eman.train;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.NetworkEvaluation;
import dev.eman.core.model.Teacher;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.options.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with a teacher that normalises with its batch. */
class EmaRunTest {
  private static final List<String> COLOURS = List.of("blue", "green", "red");

  @TempDir private Path temporary;

  /** Sorted by class, as folders are; of the test images more than a batch of evaluations has. */
  private Path photos() throws IOException {
    Path photos = temporary.resolve("photos");
    Random random = new Random(1);
    for (int c = 0; c < COLOURS.size(); c++) {
      for (int i = 0; i < 104; i++) {
        String part = i < 4 ? "train/" : "test/";
        Path file = photos.resolve(part + COLOURS.get(c) + "/" + i + ".png");
        Files.createDirectories(file.getParent());
        Files.write(file, Png.encode(noise(c, random)));
      }
    }
    return photos;
  }

  private static Image noise(int channel, Random random) {
    Image image = new Image();
    image.reset(8, 8, 3);
    random.nextBytes(image.pixels());
    for (int i = channel; i < 192; i += 3) {
      image.pixels()[i] = (byte) (200 + random.nextInt(56));
    }
    return image;
  }

  private TrainingRun start(String name, String... more) throws IOException {
    return start(name, new RunListener() {}, more);
  }

  private TrainingRun start(String name, RunListener listener, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--dataset=" + photos(),
                "--algorithm=fixmatch",
                "--set=teacher=" + name,
                "--set=teacher_momentum=0.5",
                "--labels=2/class",
                "--backbone=resnet8-w4",
                "--size=8",
                "--batch=6",
                "--mu=1",
                "--steps=6",
                "--workers=1"));
    arguments.addAll(List.of(more));
    return TrainingRun.start(Texts.parse(arguments), temporary.resolve(name), listener);
  }

  private static Evaluation teacher(@Nullable EvaluationReport report) {
    assertNotNull(report);
    Evaluation teacher = report.teacher();
    assertNotNull(teacher);
    return teacher;
  }

  private static String confusion(Evaluation evaluation) {
    return Arrays.deepToString(
        IntStream.range(0, 3)
            .mapToObj(t -> IntStream.range(0, 3).mapToObj(p -> evaluation.confusion(t, p)).toList())
            .toArray());
  }

  @Test
  void test_folderSortedByClass_batchesOfTheTeacherAreMixed() throws IOException {
    try (TrainingRun run = start("ema", "--evaluate-every=0")) {
      assertTrue(run.train());
      RunState state = run.state();
      String sorted;
      try (BatchPipeline inOrder = state.images().inOrder(state.test())) {
        sorted =
            confusion(
                teacher(NetworkEvaluation.ofClassifiers(state.algorithm(), 3).evaluate(inOrder)));
      }
      EvaluationReport found = run.finish().test();
      assertEquals(300, teacher(found).count());
      assertNotEquals(sorted, confusion(teacher(found)));
      assertEquals(100, teacher(found).count(0));
    }
  }

  @Test
  void evaluated_images_mixedForThatTeacherAloneEachOnceWithItsLabel() throws IOException {
    try (TrainingRun run = start("ema")) {
      assertMixed(run.state());
    }
    try (TrainingRun run = start("eman");
        BatchPipeline batches = run.state().evaluated(run.state().test())) {
      batches.next();
      int[] first = batches.labeledImages();
      assertEquals(
          ImmutableIntArray.copyOf(IntStream.range(0, first.length)),
          ImmutableIntArray.copyOf(first));
    }
  }

  /** As {@code best.ckpt} is opened, by everything that uses it. */
  @Test
  void train_everyStepEvaluated_bestIsTheStudents() throws IOException {
    Path more = photos().resolve("test/red/more.png");
    Files.write(more, Png.encode(noise(2, new Random(2)))); // The best constant answer is red.
    TrainingRun[] opened = new TrainingRun[1];
    try (TrainingRun run = start("ema", answering(opened), "--evaluate-every=1", "--steps=3")) {
      opened[0] = run;
      assertEquals(Network.STUDENT, run.deployed());
      assertTrue(run.train());
      run.finish();
    }
    RunFiles files = new RunFiles(temporary.resolve("ema"));
    RunRecord.Results results = RunRecord.read(files).results();
    assertNotNull(results.student());
    assertNotNull(results.teacher());
    assertEquals(2, results.student().bestStep());
    assertEquals(1, results.teacher().bestStep());
    RunCheckpoint best = RunCheckpoint.open(files.root(), RunCheckpoint.Which.BEST);
    assertEquals(2, best.steps());
    assertEquals(Network.STUDENT, best.deployed());
    assertEquals(0, best.history().sinceBest());
  }

  /** After its first step the teacher answers red to all images, after the second the student. */
  private static RunListener answering(TrainingRun[] run) {
    return new RunListener() {
      @Override
      public void onStep(StepReport report) {
        StudentTeacherAlgorithm algorithm = run[0].state().algorithm();
        Teacher teacher = requireNonNull(algorithm.teacher());
        answer(algorithm.student().graph(), algorithm.steps() == 2);
        answer(teacher.graph(), algorithm.steps() == 1);
        algorithm.student().parametersChanged();
        teacher.parametersChanged();
      }
    };
  }

  private static void answer(ComputationGraph network, boolean red) {
    network.getParam("fc_W").assign(0);
    network.getParam("fc_b").assign(0).putScalar(red ? 2 : 0, 1);
  }

  private static void assertMixed(RunState state) {
    ImageDataset test = state.test();
    List<Integer> seen = new ArrayList<>();
    try (BatchPipeline batches = state.evaluated(test)) {
      while (batches.hasNext()) {
        ImmutableIntArray labels = batches.next().labels();
        int[] images = batches.labeledImages();
        for (int i = 0; i < images.length; i++) {
          assertEquals(test.label(images[i]), labels.get(i));
          seen.add(images[i]);
        }
        assertEquals(3, labels.stream().distinct().count());
      }
    }
    assertNotEquals(IntStream.range(0, 300).boxed().toList(), seen);
    assertEquals(IntStream.range(0, 300).boxed().toList(), seen.stream().sorted().toList());
  }
}
