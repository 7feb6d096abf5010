package dev.eman.train.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.RunFiles;
import dev.eman.train.RunListener;
import dev.eman.train.RunResult;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fits that learn without labels first, on a machine whose clock jumps after a few steps. */
class FirstRunTest {
  private static final int STEPS = 4;
  private static final double MINUTES = 1;

  private final List<String> lines = new ArrayList<>();
  private final long[] now = {0};
  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void name() {
    folder = temporary.resolve("run");
  }

  private static final Speeds FAST =
      new Speeds() {
        @Override
        public double referenceMs() {
          return 1;
        }

        @Override
        public double stepSeconds(TrainingOptions options, double most) {
          if (options.algorithm().equals("fixmatch")) {
            return 0.005;
          }
          assertEquals("512", "" + options.algorithmOptions().asMap().get("queue"));
          return 0.015;
        }
      };

  private Optional<FitResult> fit(double minutes, Driver driver) {
    return Fit.dataset("fashion-mnist-mini")
        .labels(LabelAmount.perClass(2))
        .options(
            OptionTexts.empty()
                .with(TrainingOptions.BACKBONE, "resnet8-w4")
                .with("workers", "1")
                .with("size", "8"))
        .minutes(minutes)
        .out(folder)
        .on(FAST, () -> now[0])
        .run(driver);
  }

  /** After some steps of a run the time for it is over, or the run is stopped. */
  private final class Driver implements FitDriver {
    private final boolean stops;

    Driver(boolean stops) {
      this.stops = stops;
    }

    @Override
    public void chosen(String line) {
      lines.add(line);
    }

    @Override
    public @Nullable RunResult train(Function<? super RunListener, TrainingRun> opening) {
      TrainingRun[] opened = new TrainingRun[1];
      RunListener listener =
          new RunListener() {
            private int steps;

            @Override
            public void onStep(StepReport report) {
              if (++steps < STEPS) {
                return;
              }
              if (stops) {
                opened[0].stop();
              } else {
                now[0] += 30_000_000_000L;
              }
            }
          };
      try (TrainingRun run = opening.apply(listener)) {
        opened[0] = run;
        return run.train() ? run.finish() : null;
      }
    }
  }

  private RunFiles first() {
    return new RunFiles(folder.resolve("pretrain"));
  }

  private static TrainingOptions config(RunFiles files) {
    return OptionTexts.read(files.config()).resolve();
  }

  @Test
  void run_fewLabels_learnsWithoutThemFirstAndOnlyOnce() throws IOException {
    FitResult result = fit(MINUTES, new Driver(false)).orElseThrow();
    assertTrue(lines.get(2).startsWith("method: moco, then fixmatch"), lines.get(2));
    assertTrue(lines.get(4).contains("images without labels, then"), lines.get(4));
    assertEquals("moco", config(first()).algorithm());
    TrainingOptions options = config(new RunFiles(folder));
    assertEquals("fixmatch", options.algorithm());
    assertEquals(
        first().root().toAbsolutePath().toString(),
        Objects.requireNonNull(options.initial().source()).recorded());
    assertEquals(Network.TEACHER, options.initial().network());
    assertEquals(result.why(), lines.subList(0, 5));
    assertEquals(60, result.spentSeconds(), 1); // As far as the clock went.
    assertFalse(Files.exists(first().fit()));
    assertEquals(STEPS, Checkpoint.read(first().last()).steps());
    assertEquals(Files.readString(first().split()), Files.readString(new RunFiles(folder).split()));

    byte[] before = Files.readAllBytes(first().last());
    lines.clear();
    now[0] = 0;
    assertTrue(fit(2 * MINUTES, new Driver(false)).isPresent());
    assertTrue(lines.get(0).contains("continues"), lines::toString);
    assertArrayEquals(before, Files.readAllBytes(first().last()));
    assertTrue(Checkpoint.read(new RunFiles(folder).last()).steps() > STEPS, lines::toString);
  }

  @Test
  void run_interruptedBeforeLabels_resumesThereAndBeginsWithItsTeacher() throws IOException {
    assertTrue(fit(MINUTES, new Driver(true)).isEmpty());
    RunFiles files = new RunFiles(folder);
    assertEquals(STEPS, Checkpoint.read(first().last()).steps());
    assertTrue(files.isBegun() && Files.exists(files.fit()));
    assertFalse(Files.exists(files.last()));
    String planned = Files.readString(files.config());
    lines.clear();
    assertTrue(fit(MINUTES, new Driver(true)).isEmpty());
    assertTrue(lines.get(0).contains("while it learned without labels"), lines::toString);
    assertEquals(2 * STEPS, Checkpoint.read(first().last()).steps());
    assertEquals(planned, Files.readString(files.config()));

    lines.clear();
    now[0] = 0;
    assertTrue(fit(MINUTES, new Driver(false)).isPresent());
    assertTrue(Checkpoint.read(first().last()).steps() >= 3 * STEPS, lines::toString);
    assertTrue(
        lines.stream().anyMatch(line -> line.contains("steps with learned weights")),
        lines::toString);
    assertTrue(first().isFinished() && files.isFinished());
    // With a rate of 0 nothing but statistics would have moved from there: it is near, not equal.
    float[] learned = weights(first(), Network.TEACHER);
    float[] begun = weights(files, Network.STUDENT);
    double apart = 0;
    double size = 0;
    for (int i = 0; i < learned.length; i++) {
      apart += Math.pow(learned[i] - begun[i], 2);
      size += Math.pow(learned[i], 2);
    }
    assertTrue(apart < 0.05 * size, apart + " of " + size);
    assertNotEquals(0, apart);
  }

  @Test
  void run_killedBeforeItsFirstStep_beginsAnewWithWhatIsAskedForNow() throws IOException {
    assertTrue(fit(MINUTES, new Driver(true)).isEmpty());
    RunFiles files = new RunFiles(folder);
    String asked = Files.readString(first().config());
    Files.delete(files.config()); // The record was written just before it.
    Files.writeString(first().config(), asked.replaceFirst("steps: \\d+", "steps: 7"));
    EmanException taken = assertThrows(EmanException.class, () -> fit(MINUTES, new Driver(true)));
    assertTrue(taken.getMessage().contains("already holds a run"), taken.getMessage());
    assertTrue(Files.exists(first().last()), "a run with a checkpoint may be anybody's");

    Files.delete(first().last());
    now[0] = 0;
    assertTrue(fit(MINUTES, new Driver(true)).isEmpty());
    assertEquals(asked, Files.readString(first().config()));
    assertEquals(STEPS, Checkpoint.read(first().last()).steps());
    assertTrue(files.isBegun() && Files.exists(files.fit()));
  }

  private static float[] weights(RunFiles files, Network network) {
    return RunCheckpoint.open(files.root(), Which.LAST)
        .weights(network)
        .getParam("conv1_W")
        .dup('c')
        .data()
        .asFloat();
  }
}
