package dev.eman.train.fit;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunFiles;
import dev.eman.train.RunListener;
import dev.eman.train.RunResult;
import dev.eman.train.TestImage;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole fits on a machine whose speed is given: a step takes 70 or 200 ms of its clock. */
class FitTest {
  private static final double STEP_S = 0.07;
  private static final double SUPERVISED_STEP_S = 0.2;
  private static final OptionTexts SMALL =
      OptionTexts.empty()
          .with(TrainingOptions.BACKBONE, "resnet8-w4")
          .with("workers", "1")
          .with("size", "8");

  private final List<TrainingOptions> timed = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void name() {
    folder = temporary.resolve("run");
  }

  private final Speeds machine =
      new Speeds() {
        @Override
        public double referenceMs() {
          return 1;
        }

        @Override
        public double stepSeconds(TrainingOptions options, double most) {
          timed.add(options);
          return options.algorithm().equals("fixmatch") ? STEP_S : SUPERVISED_STEP_S;
        }
      };

  private Fit fit(double minutes, LongSupplier clock) {
    return Fit.dataset("fashion-mnist-mini")
        .labels(LabelAmount.perClass(2))
        .options(SMALL)
        .minutes(minutes)
        .out(folder)
        .on(machine, clock);
  }

  private Fit fit(double minutes) {
    return fit(minutes, () -> 0L);
  }

  /** Trains as a program would, and stops after a step if one is given. */
  private final class Driver implements FitDriver {
    private final long stopAfter;

    Driver(long stopAfter) {
      this.stopAfter = stopAfter;
    }

    @Override
    public void chosen(String line) {
      lines.add(line);
    }

    @Override
    public @Nullable RunResult train(Function<? super RunListener, TrainingRun> opening) {
      TrainingRun[] opened = new TrainingRun[1];
      RunListener stopper =
          new RunListener() {
            @Override
            public void onStep(StepReport report) {
              if (report.step() == stopAfter) {
                opened[0].stop();
              }
            }
          };
      try (TrainingRun run = opening.apply(stopper)) {
        opened[0] = run;
        return run.train() ? run.finish() : null;
      }
    }
  }

  private TrainingOptions config() {
    return OptionTexts.read(folder.resolve("config.yaml")).resolve();
  }

  private long steps() {
    return Checkpoint.read(folder.resolve("last.ckpt")).steps();
  }

  private static byte[] bytes(Path folder, String file) throws IOException {
    return Files.readAllBytes(folder.resolve(file));
  }

  @Test
  void run_fewLabels_choosesTrainsSaysWhyAndPredicts() throws IOException {
    FitResult result = fit(0.55).run(new Driver(-1)).orElseThrow();
    assertEquals(5, lines.size(), lines::toString);
    assertEquals(ImmutableList.copyOf(lines), result.why());
    assertTrue(lines.get(0).contains("20 labelled (10 classes, 2 or more each)"), lines.get(0));
    assertTrue(lines.get(2).startsWith("method: fixmatch"), lines.get(2));
    TrainingOptions options = config();
    assertEquals("fixmatch", options.algorithm());
    assertEquals("resnet8-w4", options.backbone());
    long steps = options.schedule().steps();
    assertTrue(steps > 8 && steps * STEP_S < 33, () -> "steps " + steps);
    assertEquals(steps, steps());
    assertNotNull(result.record().results().testTeacherTop1());
    Path image = temporary.resolve("image.png");
    Files.write(image, TestImage.png(FashionMnistMiniProvider.open(Part.TEST).image(0)));
    assertEquals(10, result.predict(image).size());
  }

  @Test
  void run_configByTrain_sameWeights() throws IOException {
    fit(0.4).run();
    Path again = temporary.resolve("again");
    try (TrainingRun run = TrainingRun.start(config(), again)) {
      assertTrue(run.train());
    }
    Checkpoint ours = Checkpoint.read(folder.resolve("last.ckpt"));
    assertEquals(ours.steps(), Checkpoint.read(again.resolve("last.ckpt")).steps());
    assertSameValues(weights(folder), weights(again));
    assertEquals(
        Files.readString(new RunFiles(folder).split()),
        Files.readString(new RunFiles(again).split()));
  }

  private static INDArray weights(Path run) {
    return RunCheckpoint.open(run, RunCheckpoint.Which.LAST).weights(Network.STUDENT).params();
  }

  /** The table that label writes: what is not labelled serves without a label. */
  @Test
  void run_tableOfSomeLabels_learnsFromThem() throws IOException {
    Path table = temporary.resolve("labels.csv");
    StringBuilder rows = new StringBuilder("image,label\n");
    ImageDataset images = FashionMnistMiniProvider.open(Part.TEST);
    for (int i = 0; i < 60; i++) {
      Files.write(temporary.resolve(i + ".png"), TestImage.png(images.image(i)));
      boolean known = i < 40;
      rows.append(i).append(".png,").append(known ? "c" + images.label(i) % 2 : "").append('\n');
    }
    Files.writeString(table, rows);
    Fit fit = Fit.folder(table).options(SMALL).minutes(0.55).out(folder).on(machine, () -> 0L);
    FitResult result = fit.run(new Driver(-1)).orElseThrow();
    assertEquals(ImmutableList.of("c0", "c1"), result.classifier().classNames());
    assertTrue(lines.get(0).contains("32 labelled (2 classes"), lines.get(0)); // 8 are held out.
  }

  @Test
  void run_interrupted_resumesToTheSameBytes() throws IOException {
    assertTrue(fit(0.4).run(new Driver(3)).isEmpty());
    assertEquals(3, steps());
    assertFalse(new RunFiles(folder).isFinished());
    lines.clear();
    assertTrue(fit(0.4).run(new Driver(-1)).isPresent());
    assertTrue(lines.get(0).contains("interrupted at step 3"), lines::toString);
    Path resumed = folder;
    folder = temporary.resolve("run2/run");
    fit(0.4).run();
    assertArrayEquals(bytes(resumed, "last.ckpt"), bytes(folder, "last.ckpt"));
  }

  @Test
  void run_finishedAgain_trainsOnlyWithMoreMinutes() {
    fit(0.4).run();
    long before = steps();
    lines.clear();
    assertTrue(fit(0.4).run(new Driver(-1)).isPresent());
    assertTrue(lines.get(0).contains("is finished"), lines::toString);
    assertEquals(before, steps());
    lines.clear();
    assertTrue(fit(0.45).run(new Driver(-1)).isPresent());
    assertTrue(lines.get(0).contains("continues"), lines::toString);
    assertTrue(steps() > before, () -> "steps " + steps());
    assertEquals(steps(), config().schedule().steps());
    assertTrue(new RunFiles(folder).isFinished());
  }

  /** What passes before and between the runs counts for none of them. */
  @Test
  void run_againLater_hasTheTimeOfItsRunsAlone() {
    long hour = 3_600_000_000_000L;
    long[] now = {0};
    Fit fit = fit(0.4, () -> now[0] += 20_000_000L);
    now[0] += hour;
    fit.run();
    long before = steps();
    now[0] += hour;
    fit.minutes(0.8).run();
    assertTrue(steps() > before, () -> "steps " + steps());
  }

  @Test
  void run_startedBefore_countsFromThere() {
    Fit fit = fit(0.4).startedAt(-30_000_000_000L);
    assertThrows(UsageException.class, fit::run);
    fit.run();
  }

  @Test
  void run_slowerThanMeasured_endsInTimeAndRecordsItsLength() {
    long[] now = {0};
    // Each look at the clock costs half a second, a step looks several times.
    Optional<FitResult> result = fit(0.4, () -> now[0] += 500_000_000L).run(new Driver(-1));
    assertTrue(result.isPresent());
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith("the time is over")), lines::toString);
    long done = steps();
    assertTrue(done < config().schedule().steps(), () -> "steps " + done);
    assertEquals(done, config().schedule().limitSteps());
    assertNotNull(result.orElseThrow().record().results().testStudentTop1());
    lines.clear();
    assertTrue(fit(0.4).run(new Driver(-1)).isPresent());
    assertTrue(lines.get(0).contains("is finished"), lines::toString);
    assertEquals(done, steps());
  }

  /** It has fewer steps than were planned, and all that it was to have. */
  @Test
  void run_endedEarlyAndAskedAgain_isFinished() {
    Fit early = fit(0.4).options(OptionTexts.empty().with("early-stop", "1"));
    early.run();
    RunFiles files = new RunFiles(folder);
    long done = steps();
    long planned = done + 100;
    AtomicFiles.saveString(
        files.config(),
        OptionTexts.read(files.config()).with("steps", Long.toString(planned)).yaml());
    assertTrue(early.run(new Driver(-1)).isPresent());
    assertTrue(lines.get(0).contains("is finished"), lines::toString);
    assertEquals(done, steps());
  }

  /** More time changes nothing while its patience is at an end. */
  @Test
  void run_endedByPatienceAndAskedForMore_saysSo() {
    OptionTexts still = OptionTexts.empty().with("early-stop", "1");
    fit(0.4).options(still).run(new Driver(5));
    RunFiles files = new RunFiles(folder);
    AtomicFiles.saveString(
        files.config(), OptionTexts.read(files.config()).with("evaluate-every", "1").yaml());
    fit(0.4).options(still).run(new Driver(-1));
    long done = steps();
    lines.clear();
    assertTrue(fit(0.8).options(still).run(new Driver(-1)).isPresent());
    assertTrue(lines.get(0).contains("--early-stop 1 ended it"), lines::toString);
    assertEquals(done, steps());
  }

  @Test
  void run_endedByPatienceAndKilledBeforeItsResults_hasThemWithoutMoreSteps() throws IOException {
    OptionTexts still = OptionTexts.empty().with("early-stop", "1");
    fit(0.4).options(still).run(new Driver(5));
    RunFiles files = new RunFiles(folder);
    AtomicFiles.saveString(
        files.config(), OptionTexts.read(files.config()).with("evaluate-every", "1").yaml());
    fit(0.4).options(still).run(new Driver(-1));
    long done = steps();
    Files.delete(files.record());
    assertTrue(fit(0.8).options(still).run(new Driver(-1)).isPresent());
    assertTrue(files.isFinished());
    assertEquals(done, steps());
  }

  @Test
  void run_fasterThanMeasured_usesItsTimeAndRecordsItsLength() {
    long[] now = {0};
    // A step looks at the clock a few times, and takes less than half of what was measured.
    Optional<FitResult> result = fit(0.5, () -> now[0] += 20_000_000L).run(new Driver(-1));
    assertTrue(result.isPresent());
    assertTrue(lines.stream().anyMatch(line -> line.contains("s by now")), lines::toString);
    double spent = now[0] / 1e9;
    assertTrue(spent < 30, () -> "spent " + spent);
    assertTrue(steps() > 1.5 * 20 / SUPERVISED_STEP_S, () -> "steps " + steps());
    assertEquals(steps(), config().schedule().steps());
    assertEquals(steps(), config().schedule().limitSteps());
    assertTrue(new RunFiles(folder).isFinished());
  }

  @Test
  void run_otherOptionsInTheSameFolder_saysSo() {
    fit(0.4).run();
    UsageException e = assertThrows(UsageException.class, () -> fit(0.4).seed(1).run());
    assertTrue(e.getMessage().contains("--out"), e.getMessage());
  }

  @Test
  void run_tooLittleTime_leavesNothing() {
    UsageException e = assertThrows(UsageException.class, () -> fit(0.1).run());
    assertTrue(e.getMessage().contains("--minutes"), e.getMessage());
    assertFalse(Files.exists(folder));
  }

  /** A thousand steps of few labels are all that is of use, however many minutes there are. */
  @Test
  void run_finishedAgainWithMoreMinutesThanAreOfUse_saysSo() throws IOException {
    fit(0.4).run();
    RunFiles files = new RunFiles(folder);
    FitRecord record = FitRecord.read(files).orElseThrow();
    FitPlan plan = record.plan();
    record
        .withPlan(
            new FitPlan(
                plan.steps(),
                plan.steps(),
                plan.evaluations(),
                plan.stepSeconds(),
                plan.evaluationSeconds(),
                plan.closingSeconds()))
        .write(files);
    long before = steps();
    assertTrue(fit(30).run(new Driver(-1)).isPresent());
    assertEquals(before, steps());
    assertTrue(lines.get(0).contains("by heart"), lines::toString);
  }

  @Test
  void run_otherWorkers_resumesTheSameRun() {
    assertTrue(fit(0.4).run(new Driver(3)).isEmpty());
    lines.clear();
    Fit again = fit(0.4).options(OptionTexts.empty().with("workers", "2"));
    assertTrue(again.run(new Driver(-1)).isPresent());
    assertTrue(lines.get(0).contains("interrupted at step 3"), lines::toString);
    assertTrue(new RunFiles(folder).isFinished());
  }

  /** Photos of a size of their own, half of them without labels. */
  private Path photos(int unlabeled) throws IOException {
    Path photos = temporary.resolve("photos");
    try (ImageDataset images = FashionMnistMiniProvider.open(Part.TRAIN)) {
      for (int i = 0; i < 40; i++) {
        Path to = photos.resolve(images.requireLabel(i) % 2 == 0 ? "even" : "odd");
        Files.write(
            Files.createDirectories(to).resolve(i + ".png"), TestImage.png(images.image(i)));
      }
      Path to = Files.createDirectories(photos.resolve("unlabeled"));
      for (int i = 0; i < unlabeled; i++) {
        Files.write(to.resolve(i + ".png"), TestImage.png(images.image(100 + i)));
      }
    }
    return photos;
  }

  private Fit fitPhotos(Path photos) {
    return Fit.folder(photos)
        .options(
            OptionTexts.empty()
                .with(TrainingOptions.BACKBONE, "resnet8-w4")
                .with("holdout", "0.2")
                .with("size", "8"))
        .minutes(0.3)
        .out(folder)
        .on(machine, () -> 0L);
  }

  @Test
  void run_earlyStopWithoutImagesToMeasureOn_isRefusedBeforeSteps() throws IOException {
    Path unlabeled = photos(8).resolve("unlabeled");
    Fit fit = fitPhotos(unlabeled).options(OptionTexts.empty().with("early-stop", "2"));
    UsageException e = assertThrows(UsageException.class, fit::run);
    assertTrue(String.valueOf(e.getMessage()).startsWith("--early-stop: expected 0"), e::toString);
    assertEquals(List.of(), timed);
    assertFalse(Files.exists(folder));
  }

  @Test
  void run_moreImagesWithoutLabels_isAnotherRun() throws IOException {
    fitPhotos(photos(3)).run();
    assertTrue(new RunFiles(folder).isFinished());
    Path more = photos(5);
    UsageException e = assertThrows(UsageException.class, () -> fitPhotos(more).run());
    assertTrue(e.getMessage().contains("of other images"), e.getMessage());
  }

  @Test
  void run_photosMoved_goesOnAtTheirNewPlace() throws IOException {
    Path before = photos(3);
    assertTrue(fitPhotos(before).run(new Driver(2)).isEmpty());
    Path after = Files.move(before, temporary.resolve("moved"));
    lines.clear();
    assertTrue(fitPhotos(after).run(new Driver(-1)).isPresent());
    assertTrue(lines.get(0).contains("interrupted at step 2"), lines::toString);
  }

  @Test
  void run_corruptImagesToSkip_areSkipped() throws IOException {
    Path photos = photos(0);
    for (int i = 0; i < 4; i++) {
      Files.writeString(photos.resolve("odd/broken" + i + ".png"), "no image");
    }
    Fit fit = fitPhotos(photos).options(OptionTexts.empty().with("corrupt-images", "skip"));
    assertTrue(fit.run(new Driver(-1)).isPresent());
  }

  @Test
  void options_thatAreChosen_refused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> fit(1).options(OptionTexts.empty().with("steps", "100")));
    assertTrue(e.getMessage().contains("steps"), e.getMessage());
  }
}
