package dev.eman.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.Main;
import dev.eman.spark.Photos;
import dev.eman.train.RunFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SparkCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int eman(String... arguments) {
    CommandLine command = Main.commandLine(false);
    return command
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private int train(String... more) {
    return trainOn("fashion-mnist-mini", more);
  }

  private int trainOn(String dataset, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--dataset=" + dataset,
                "--labels=4/class",
                "--backbone=resnet8-w4",
                "--steps=4",
                "--batch=4",
                "--mu=1",
                "--map-images=0",
                "--out=" + folder.resolve("run")));
    arguments.addAll(List.of(more));
    return eman(arguments.toArray(String[]::new));
  }

  @Test
  void train_twoWorkersOfThisProcess_showsProgressAndWritesTheRun() {
    assertEquals(0, train("--spark=local[2]"), err::toString);

    assertTrue(out.toString().contains("step 4 of 4 (100%)"), out::toString);
    assertTrue(out.toString().contains("run folder: " + folder.resolve("run")), out::toString);
    assertTrue(new RunFiles(folder.resolve("run")).isFinished());
  }

  @Test
  void train_folderAtAnAddress_packsAndTrains() throws IOException {
    Path photos = Photos.write(folder.resolve("photos"));

    assertEquals(
        0, trainOn(photos.toUri().toString(), "--spark=local[2]", "--size=28"), err::toString);

    assertTrue(out.toString().contains("packed 45 images"), out::toString);
    assertTrue(new RunFiles(folder.resolve("run")).isFinished());
    assertEquals(0, eman("data", "check", folder.resolve("run/images").toString()));
  }

  @Test
  void train_nothingAtTheAddress_isAMistake() {
    String nowhere = folder.resolve("none").toUri().toString();

    assertEquals(2, trainOn(nowhere, "--spark=local[2]"));

    assertEquals(
        "eman: expected a folder of images, a table of images (.csv, .tsv) or packed images at "
            + nowhere
            + ", found nothing; check the address\n",
        err.toString());
  }

  @Test
  void train_addressOfAnUnknownFileSystem_isRefused() {
    assertEquals(1, trainOn("nofs://host/photos"));

    assertTrue(
        err.toString().contains("nofs://host/photos: expected packed images in a file system"),
        err::toString);
  }

  @Test
  void train_unknownMaster_isAMistakeInOneLine() {
    assertEquals(2, train("--spark=nonsense"));

    assertEquals(
        "eman: --spark: expected local[N], spark://HOST:PORT, yarn, k8s://... or submitted, got"
            + " nonsense\n",
        err.toString());
  }

  @Test
  void train_submittedWithoutSparkSubmit_isAMistake() {
    assertEquals(2, train("--spark=submitted"));

    assertTrue(err.toString().contains("started by spark-submit"), err::toString);
  }

  @Test
  void train_settingOfAnotherProgram_isAMistake() {
    assertEquals(2, train("--spark=local[1]", "--spark-conf", "executor.memory=1g"));

    assertTrue(err.toString().contains("begin with spark., got executor.memory"), err::toString);
  }

  @Test
  void train_workersWithoutSpark_isAMistake() {
    assertEquals(2, train("--spark-workers=2"));

    assertEquals("eman: --spark-workers: expected with --spark\n", err.toString());
  }

  @Test
  void train_folderOfAnotherFileSystemWithoutSpark_isRefused() {
    assertEquals(2, eman("train", "--dataset=fashion-mnist-mini", "--out=hdfs://host/run"));

    assertEquals(
        "eman: --out: expected a path of this machine, got hdfs://host/run, which needs --spark\n",
        err.toString());
  }
}
