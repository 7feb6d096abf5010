package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.train.metrics.MetricsTable;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole run from a program. */
class TrainingRunTest {
  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void name() {
    folder = temporary.resolve("run");
  }

  private static TrainingOptions options(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--algorithm=fixmatch",
                "--labels=2/class",
                "--backbone=resnet8-w4",
                "--batch=4",
                "--mu=2",
                "--steps=6",
                "--checkpoint-every=2",
                "--keep-every=4",
                "--evaluate-every=3",
                "--workers=1"));
    arguments.addAll(List.of(more));
    return Texts.parse(arguments);
  }

  /** Stops a run after a step, and remembers where it started. */
  private static final class Stopper implements RunListener {
    private final long after;
    private TrainingRun run;
    private RunStart start;

    Stopper(long after) {
      this.after = after;
    }

    @Override
    public void onStart(RunStart runStart) {
      start = runStart;
    }

    @Override
    public void onStep(StepReport report) {
      if (report.step() == after) {
        run.stop();
      }
    }
  }

  /** As a user writes it. */
  @Test
  void train_keepEvery_keepsThoseWhateverElseIsDue() throws IOException {
    TrainingOptions options =
        options("--checkpoint-every=0", "--keep-every=2", "--checkpoint-minutes=0", "--steps=5");
    try (TrainingRun run = TrainingRun.start(options, folder)) {
      assertTrue(run.train());
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of("best.ckpt", "last.ckpt", "step-2.ckpt", "step-4.ckpt"),
          files
              .map(file -> String.valueOf(file.getFileName()))
              .filter(name -> name.endsWith(".ckpt"))
              .sorted()
              .toList());
    }
  }

  @Test
  void wholeLife_fewLines_trainResumeOpenClassify() throws IOException {
    TrainingOptions options =
        TrainingOptions.builder("fixmatch")
            .dataset("fashion-mnist-mini")
            .labels(LabelAmount.perClass(2))
            .backbone("resnet8-w4")
            .batch(4)
            .steps(2)
            .build();
    try (TrainingRun run = TrainingRun.start(options, folder)) {
      run.train();
    }
    try (TrainingRun run = TrainingRun.resume(folder)) {
      if (run.train()) {
        run.finish();
      }
    }
    RunCheckpoint best = RunCheckpoint.open(folder, RunCheckpoint.Which.BEST);
    TrainedClassifier classifier = best.network(best.deployed());

    Path image = temporary.resolve("image.png");
    Files.write(image, Png.encode(FashionMnistMiniProvider.open(Part.TEST).image(0)));
    List<ImageClassifier.Prediction> found = classifier.classify(image);
    assertEquals(10, found.size());
    assertTrue(RunRecord.read(new RunFiles(folder)).results().testStudentTop1() > 0);
  }

  @Test
  void trainAndFinish_newFolder_hasAllFiles() throws IOException {
    RunResult result;
    Stopper listener = new Stopper(-1);
    try (TrainingRun run = TrainingRun.start(options(), folder, listener)) {
      assertEquals(new RunListener.RunStart(folder, 0, 6), listener.start);
      assertTrue(run.train());
      result = run.finish();
    }
    RunFiles files = new RunFiles(folder);
    for (Path file :
        List.of(
            files.config(),
            files.split(),
            files.metrics(),
            files.events(),
            files.last(),
            files.best(),
            files.atStep(4),
            files.record(),
            files.evaluation(),
            files.pseudoErrors())) {
      assertTrue(Files.size(file) > 0, file::toString);
    }
    assertFalse(Files.exists(files.atStep(2)));
    assertEquals(RunRecord.read(files), result.record());
    assertEquals("run", result.record().name());
    assertEquals(6, result.record().training().steps());
    assertEquals("eman", result.record().training().teacher());
    assertEquals(
        result.test().student().top1(),
        result.record().results().testTop1(Network.STUDENT).orElseThrow());
    RunRecord.Scores scores = result.record().results().test(Network.TEACHER);
    assertNotNull(scores);
    assertEquals(result.test().deployed().macroF1(), scores.macroF1());
    JsonNode written = new ObjectMapper().readTree(files.evaluation().toFile()).path("teacher");
    assertEquals(scores.balancedAccuracy(), written.path("balanced_accuracy").asDouble());
    assertEquals(scores.macroF1(), written.path("macro_f1").asDouble());
    Map<String, double[]> columns = MetricsTable.read(files.metrics()).numbers();
    assertEquals(scores.macroF1(), columns.get("teacher_macro_f1")[5], 1e-6);
    assertEquals(7, Files.readAllLines(files.metrics()).size());
  }

  @Test
  void train_watchedFromOutside_writesWhatItIsDoing() throws IOException {
    RunFiles files = new RunFiles(folder);
    Stopper stopper = new Stopper(3);
    try (TrainingRun run = TrainingRun.start(options(), folder, stopper)) {
      stopper.run = run;
      assertTrue(progress(files).path("running").asBoolean());
      assertFalse(run.train());
    }
    JsonNode now = progress(files);
    assertFalse(now.path("running").asBoolean());
    assertEquals(6, now.path("total_steps").asInt());
    assertEquals(ProcessHandle.current().pid(), now.path("process").asLong());
    assertEquals(3, now.path("step").asInt());
    assertEquals(10, now.path("teacher").path("confusion").size());
    JsonNode wrong = new ObjectMapper().readTree(files.pseudoErrors().toFile());
    assertTrue(wrong.size() > 0 && wrong.get(0).path("png").isTextual(), wrong::toString);
  }

  @Test
  void finish_beforeItsEnd_isRefused() {
    try (TrainingRun run = TrainingRun.start(options(), folder)) {
      run.stop();
      assertFalse(run.train());
      IllegalStateException e = assertThrows(IllegalStateException.class, run::finish);
      assertTrue(e.getMessage().endsWith("is at step 0 of 6; resume it"), e::getMessage);
    }
    assertFalse(new RunFiles(folder).isFinished());
  }

  private static JsonNode progress(RunFiles files) throws IOException {
    return new ObjectMapper().readTree(files.progress().toFile());
  }

  @Test
  void train_classWeights_reachTheLoss() {
    double[] losses = new double[2];
    for (int i = 0; i < 2; i++) {
      int run = i;
      TrainingOptions options =
          options("--steps=1", "--class-weights=" + List.of("none", "Bag=9,Coat=0.1").get(i));
      RunListener listener =
          new RunListener() {
            @Override
            public void onStep(StepReport report) {
              losses[run] = report.scalars().get("loss_x");
            }
          };
      try (TrainingRun started = TrainingRun.start(options, temporary.resolve("r" + i), listener)) {
        started.train();
      }
    }
    assertTrue(losses[0] > 0 && losses[1] > 0 && losses[0] != losses[1], Arrays.toString(losses));
    TrainingOptions unknown = options("--class-weights=Bags=9");
    UsageException e =
        assertThrows(UsageException.class, () -> TrainingRun.start(unknown, folder).close());
    assertTrue(e.getMessage().endsWith("got Bags; did you mean Bag?"), e::toString);
    assertFalse(Files.exists(folder));
  }

  /** The last maps of images of 4 pixels are one pixel. */
  @Test
  void train_oneValuePerChannel_saysWhatToDo() {
    TrainingOptions options = options("--algorithm=supervised", "--batch=1", "--size=4");
    try (TrainingRun run = TrainingRun.start(options, folder)) {
      String message = assertThrows(UsageException.class, run::train).getMessage();
      assertTrue(message.contains("got input [1, 16, 1, 1]"), message);
      assertTrue(message.contains("--batch") && message.contains("--accumulate"), message);
    }
  }

  @Test
  void resume_stoppedRun_endsAsAnUninterruptedOne() throws IOException {
    Path whole = temporary.resolve("whole");
    try (TrainingRun run = TrainingRun.start(options(), whole)) {
      assertTrue(run.train());
    }
    Stopper stopper = new Stopper(3);
    try (TrainingRun run = TrainingRun.start(options(), folder, stopper)) {
      stopper.run = run;
      assertFalse(run.train());
    }
    assertEquals(3, Checkpoint.read(new RunFiles(folder).last()).steps());
    Stopper second = new Stopper(-1);
    try (TrainingRun run = TrainingRun.resume(folder, second)) {
      assertEquals(3, second.start.done());
      assertTrue(run.train());
    }
    for (String file : List.of("last.ckpt", "best.ckpt", "labels.split")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(folder.resolve(file)), file);
    }
  }

  @Test
  void resume_onlyTheConfiguration_startsFromTheBeginning() throws IOException {
    Files.createDirectory(folder);
    RunFiles files = new RunFiles(folder);
    Files.writeString(files.config(), OptionTexts.toYaml(options()));
    try (TrainingRun run = TrainingRun.resume(folder)) {
      assertTrue(run.train());
    }
    assertTrue(Files.exists(files.split()));
    assertEquals(6, Checkpoint.read(files.last()).steps());
  }

  @Test
  void start_folderOfARun_isRefusedAndUntouched() throws IOException {
    try (TrainingRun run = TrainingRun.start(options("--steps=1"), folder)) {
      assertTrue(run.train());
    }
    byte[] before = Files.readAllBytes(new RunFiles(folder).metrics());
    EmanException e = assertThrows(EmanException.class, () -> TrainingRun.start(options(), folder));
    assertTrue(e.getMessage().contains("already holds a run"), e::toString);
    assertArrayEquals(before, Files.readAllBytes(new RunFiles(folder).metrics()));
  }

  /** As where the jar that it is in is not on the class path. */
  @Test
  void resume_unknownAlgorithm_namesTheFile() throws IOException {
    Path config = Files.createDirectory(folder).resolve("config.yaml");
    Files.writeString(config, "algorithm: steadymatch\n");
    EmanException e = assertThrows(EmanException.class, () -> TrainingRun.resume(folder));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(config + ": algorithm: expected one of "), message);
  }
}
