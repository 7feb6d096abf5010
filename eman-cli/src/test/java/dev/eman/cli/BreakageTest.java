package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import dev.eman.core.train.Checkpoint;
import dev.eman.core.train.TrainingListener.StepReport;
import dev.eman.train.metrics.EventFile;
import dev.eman.train.metrics.MetricsFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are full, folders that cannot be written, data that goes away. */
@Timeout(120)
class BreakageTest {
  @TempDir private Path folder;

  private static MainAccess train(Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--out=" + out,
                "--backbone=resnet8-w8",
                "--batch=4",
                "--evaluate-every=0"));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--algorithm=supervised")) {
      arguments.add("--mu=1");
    }
    return MainAccess.run(arguments.toArray(new String[0]));
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor();
  }

  /** On a file system of 700 kB that fills up with checkpoints; where one may be mounted. */
  @Test
  void fullDisk_failsWithAMessage_andGoesOnWithRoom() throws IOException, InterruptedException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        mounted(disk, "size=700k"), "a small tmpfs can be mounted (Linux, root): nothing tried");
    try {
      Path run = disk.resolve("run");
      MainAccess full = train(run, "--steps=20", "--checkpoint-every=5", "--keep-every=5");
      assertEquals(1, full.exitCode(), full.out());
      assertTrue(full.err().contains("No space left"), full.err());
      assertTrue(full.err().contains("resume"), full.err());
      long saved = Checkpoint.read(run.resolve("last.ckpt")).steps(); // Whole.
      assertTrue(saved >= 5, "step " + saved);
      for (String row : Files.readAllLines(run.resolve("metrics.csv"))) {
        assertTrue(row.split(",", -1).length > 5, "a part of a row: " + row);
      }
      try (Stream<Path> left = Files.list(run)) {
        assertFalse(
            left.anyMatch(f -> String.valueOf(f.getFileName()).startsWith(".")),
            "half-written files are gone");
      }
      assertEquals(0, run("mount", "-o", "remount,size=20m", disk.toString()));
      MainAccess resumed = MainAccess.run("train", "--resume=" + run);
      assertEquals(0, resumed.exitCode(), resumed.err());
      assertEquals(21, Files.readAllLines(run.resolve("metrics.csv")).size());
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  private static void fill(Path disk) throws IOException {
    try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (IOException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.getMessage());
    }
  }

  @Test
  void fullDisk_whateverIsWritten_isNamedWithTheCause() throws IOException, InterruptedException {
    Path disk = Files.createDirectory(folder.resolve("small"));
    assumeTrue(
        mounted(disk, "size=64k"), "a small tmpfs can be mounted (Linux, root): nothing tried");
    try {
      Path run = folder.resolve("run");
      assertEquals(0, train(run, "--steps=2", "--algorithm=supervised").exitCode());
      Path image = folder.resolve("1.png");
      BufferedImage gray = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
      assertTrue(ImageIO.write(gray, "png", image.toFile()));
      MetricsFile metrics = MetricsFile.create(disk.resolve("metrics.csv"));
      metrics.onStep(new StepReport(1, 0.1, ImmutableMap.of("loss", 1.0), 0.5, 0));
      metrics.onCheckpoint(1);
      EventFile events = EventFile.create(disk.resolve("tfevents"), 0);
      fill(disk);
      Map<String, List<String>> commands =
          Map.of(
              "guesses.csv", List.of("predict", run.toString(), image.toString(), "--csv="),
              "model.zip", List.of("export", run.toString(), "--out="),
              "model.st", List.of("export", run.toString(), "--format=safetensors", "--out="),
              "page.html", List.of("report", run.toString(), "--out="),
              "map.png", List.of("map", run.toString(), "--images=50", "--out="),
              "sheet.png", List.of("data", "preview", "fashion-mnist-mini", "--out="),
              "labels.split",
                  List.of("data", "info", "fashion-mnist-mini", "--labels=1%", "--save-split="),
              "new/lock", List.of("train", "--steps=1", "--out="));
      for (Map.Entry<String, List<String>> command : commands.entrySet()) {
        Path file = disk.resolve(command.getKey());
        List<String> arguments = new ArrayList<>(command.getValue());
        String option = arguments.remove(arguments.size() - 1);
        arguments.add(option + (file.endsWith("lock") ? file.getParent() : file));
        MainAccess full = MainAccess.run(arguments.toArray(new String[0]));
        assertEquals(1, full.exitCode(), arguments + full.out() + full.err());
        assertEquals(1, full.err().lines().count(), full.err());
        assertTrue(full.err().contains("cannot write "), arguments + full.err());
        assertTrue(full.err().contains(file + ": No space left on device"), full.err());
      }
      EmanException figures =
          assertThrows(
              EmanException.class,
              () -> {
                for (int step = 2; step <= 1000; step++) {
                  metrics.onStep(
                      new StepReport(step, 0.1, ImmutableMap.of("loss", 1.0), 1 / 3.0, 1e-9));
                }
              });
      assertEquals(
          "cannot write " + disk.resolve("metrics.csv") + ": No space left on device",
          figures.getMessage());
      List<String> rows = Files.readAllLines(disk.resolve("metrics.csv"));
      assertTrue(rows.size() >= 51, "what fits is there: " + rows.size());
      assertEquals(List.of(), rows.stream().filter(row -> row.split(",", -1).length != 5).toList());
      EmanException scalars =
          assertThrows(
              EmanException.class,
              () -> {
                for (int i = 0; i < 1000; i++) {
                  events.scalars(0, i, Map.of("loss", 1.0));
                }
              });
      assertEquals(
          "cannot write " + disk.resolve("tfevents") + ": No space left on device",
          scalars.getMessage());
      assertThrows(EmanException.class, events::close);
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  private static boolean mounted(Path disk, String options) throws InterruptedException {
    try {
      return run("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.toString()) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void outFolder_cannotBeMade_namesIt() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    MainAccess result = train(file.resolve("run"), "--steps=1");
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains("cannot create the folder " + file), result.err());
    assertEquals("in the way", Files.readString(file));
  }

  @Test
  void outFolder_withoutPermission_namesIt() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    assumeTrue(closed.toFile().setWritable(false) && !Files.isWritable(closed), "not as root");
    MainAccess result = train(closed.resolve("run"), "--steps=1");
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains(closed.toString()), result.err());
  }

  @Test
  void dataFile_disappearsMidRun_isNamedAndTheCheckpointIsWhole() throws Exception {
    Path data = folder.resolve("photos");
    Random random = new Random(1);
    for (String part : List.of("train", "test")) {
      for (String label : List.of("cat", "dog")) {
        Path images = Files.createDirectories(data.resolve(part).resolve(label));
        for (int i = 0; i < 4; i++) {
          BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
          image.setRGB(random.nextInt(16), random.nextInt(16), random.nextInt());
          ImageIO.write(image, "png", images.resolve(i + ".png").toFile());
        }
      }
    }
    Path out = folder.resolve("run");
    CompletableFuture<MainAccess> running =
        CompletableFuture.supplyAsync(
            () ->
                train(
                    out,
                    "--dataset=" + data,
                    "--labels=1/class",
                    "--size=16",
                    "--steps=1000000",
                    "--checkpoint-every=2"));
    while (!Files.exists(out.resolve("last.ckpt")) && !running.isDone()) {
      Thread.sleep(20);
    }
    Path gone = data.resolve("train/dog/2.png");
    Files.delete(gone);
    MainAccess result = running.get(60, TimeUnit.SECONDS);
    assertEquals(1, result.exitCode(), result.out());
    assertTrue(result.err().contains("2.png"), result.err());
    assertTrue(Checkpoint.read(out.resolve("last.ckpt")).steps() > 0);
  }
}
