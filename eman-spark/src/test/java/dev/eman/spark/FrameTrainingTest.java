package dev.eman.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.train.TrainingListener;
import dev.eman.spark.data.ImagePacking;
import dev.eman.spark.internal.TaskThreads;
import dev.eman.train.RunFiles;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrameTrainingTest {
  private static SparkSession spark;

  @TempDir static Path folder;

  private static Path photos;

  /** Runs of one process on the folder, by parts. */
  private static final Map<Integer, Path> ALONE = new HashMap<>();

  @BeforeAll
  static void start() throws IOException {
    spark = Photos.spark();
    photos = Photos.write(folder.resolve("photos"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** Ends the run right after a checkpoint. */
  private static final class DyingLeader implements RunLeader {
    private static final long serialVersionUID = 1;

    @Override
    public boolean lead(Opening opening, Consumer<TrainingRun> opened, PrintWriter out) {
      TrainingListener dying =
          new TrainingListener() {
            @Override
            public void onStep(StepReport report) {
              if (report.step() == 5) {
                throw new EmanException("killed");
              }
            }
          };
      try (TrainingRun run = opening.open(dying)) {
        return run.train();
      }
    }
  }

  private static OptionTexts texts() {
    return OptionTexts.empty()
        .with("dataset", photos.toString())
        .with("labels", "4/class")
        .with("backbone", "resnet8-w4")
        .with("size", "28")
        .with("steps", "6")
        .with("batch", "6")
        .with("mu", "2")
        .with("evaluate-every", "0")
        .with("checkpoint-every", "2")
        .with("map-images", "0");
  }

  private static Path alone(int parts) {
    return ALONE.computeIfAbsent(
        parts,
        count -> {
          Path run = folder.resolve("alone-" + parts);
          return TaskThreads.within(
              1,
              () -> {
                try (TrainingRun training =
                    TrainingRun.start(texts().with("accumulate", "" + parts).resolve(), run)) {
                  assertTrue(training.train());
                  training.finish();
                }
                return run;
              });
        });
  }

  private static SparkTraining.Builder training(int workers, Dataset<Row> images) {
    return SparkTraining.builder(spark.sparkContext())
        .workers(workers)
        .patience(Duration.ZERO)
        .options(texts().with("dataset", "none").resolve())
        .images(ImagePacking.of(images));
  }

  private static void assertSamePack(Path expected, Path actual) throws IOException {
    for (String name : new String[] {"packed.json", "images.csv", "images-00000.tar"}) {
      assertArrayEquals(
          Files.readAllBytes(expected.resolve("images").resolve(name)),
          Files.readAllBytes(actual.resolve("images").resolve(name)),
          name);
    }
  }

  @Test
  void run_dataFrameInAnyPartitions_sameBitsAsFolderInOneProcess() throws IOException {
    Path one = folder.resolve("one");
    Path three = folder.resolve("three");
    Path seventeen = folder.resolve("seventeen");
    training(3, Photos.frame(spark, photos, "file:", true, 1)).folder(one.toString()).build().run();
    training(2, Photos.frame(spark, photos, "testfs:", false, 3))
        .folder(three.toString())
        .build()
        .run();
    training(3, Photos.frame(spark, photos, "file:", false, 17))
        .folder(TestFileSystem.uri(seventeen))
        .build()
        .run();

    SparkTrainingTest.assertSameTraining(alone(3), one);
    SparkTrainingTest.assertSameTraining(alone(2), three);
    SparkTrainingTest.assertSameTraining(alone(3), seventeen);
    assertSamePack(one, three);
    assertSamePack(one, seventeen);
    assertTrue(new RunFiles(seventeen).isFinished());
  }

  @Test
  void run_diedAndResumedWithoutTheFrame_sameBitsAsUndisturbed() throws IOException {
    Path run = folder.resolve("died");
    SparkTraining dying =
        training(2, Photos.frame(spark, photos, "file:", true, 3))
            .folder(TestFileSystem.uri(run))
            .leader(new DyingLeader())
            .build();
    assertThrows(EmanException.class, dying::run);

    SparkTraining resumed =
        SparkTraining.builder(spark.sparkContext())
            .workers(2)
            .patience(Duration.ZERO)
            .folder(TestFileSystem.uri(run))
            .resume(OptionTexts.empty(), false)
            .build();
    assertEquals(SparkTraining.Outcome.FINISHED, resumed.run());

    SparkTrainingTest.assertSameTraining(alone(2), run);
  }
}
