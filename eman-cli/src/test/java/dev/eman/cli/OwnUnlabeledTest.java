package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.core.data.Batch;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.RunState;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A folder of images with an {@code unlabeled/} of its own trains on it. */
@Timeout(120)
class OwnUnlabeledTest {
  private static final int TRAIN = 8;
  private static final int OWN = 5;

  @TempDir Path folder;
  private Path photos;

  @BeforeEach
  void writePhotos() throws IOException {
    photos = folder.resolve("photos");
    for (String part : List.of("train", "test")) {
      for (int i = 0; i < TRAIN; i++) {
        image(photos.resolve(part).resolve(i % 2 == 0 ? "cat" : "dog").resolve(i + ".png"), i);
      }
    }
    for (int i = 0; i < OWN; i++) {
      image(photos.resolve("unlabeled/from camera " + i % 2).resolve(i + ".png"), 100 + i);
    }
  }

  private static void image(Path file, int color) throws IOException {
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    image.setRGB(3, 3, color);
    assertTrue(ImageIO.write(image, "png", file.toFile()));
  }

  private static MainAccess eman(String... arguments) {
    return MainAccess.run(arguments);
  }

  private MainAccess train(Path run, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--dataset=" + photos,
                "--labels=2/class",
                "--validation=0.5",
                "--backbone=resnet8-w4",
                "--size=16",
                "--batch=2",
                "--mu=2",
                "--steps=4",
                "--map-images=0",
                "--out=" + run));
    arguments.addAll(List.of(more));
    return eman(arguments.toArray(String[]::new));
  }

  private static List<String> sources(Path run) throws IOException {
    JsonNode facts = new ObjectMapper().readTree(run.resolve("run.json").toFile());
    List<String> sources = new ArrayList<>();
    for (JsonNode source : facts.path("images").path("unlabeled")) {
      sources.add(source.path("kind").asText() + " " + source.path("images").asInt());
    }
    return sources;
  }

  @Test
  void train_folderWithUnlabeled_trainsOnItAndSaysSo() throws IOException {
    Path run = folder.resolve("run");
    MainAccess result = train(run);
    assertEquals(0, result.exitCode(), result.err());
    int training = TRAIN - 2; // Less those for validation.
    assertTrue(
        result
            .out()
            .startsWith(
                "run: 2 labelled images, 2 for validation; 11 without labels: 6 of the training"
                    + " set, 5 of "
                    + photos.resolve("unlabeled")),
        result.out());
    assertEquals(List.of("train " + training, "part " + OWN), sources(run));
    Set<Integer> seen = new TreeSet<>();
    try (RunState trained = RunCheckpoint.open(run, Which.LAST).restore();
        BatchPipeline batches = trained.training()) {
      for (int i = 0; i < 40; i++) {
        Batch batch = batches.next();
        for (int row = 0; row < batch.hiddenLabels().length(); row++) {
          int image = batch.unlabeledIndices().get(row);
          boolean taught =
              trained.split().labeled().contains(trained.split().unlabeled().get(image));
          assertEquals(taught || image >= training, batch.hiddenLabels().get(row) == Batch.UNKNOWN);
          seen.add(image);
        }
      }
    }
    assertEquals(training + OWN, seen.size());
    MainAccess resumed = eman("train", "--resume=" + run);
    assertEquals(0, resumed.exitCode(), resumed.err());
    Files.delete(photos.resolve("unlabeled/from camera 0/0.png"));
    MainAccess changed = eman("train", "--resume=" + run);
    assertEquals(1, changed.exitCode(), changed.out());
    assertTrue(
        changed.err().contains("expected the 5 unlabelled images of its own"), changed.err());
  }

  @Test
  void train_poolsTrainAndPart_leaveTheOthersOut() throws IOException {
    Path run = folder.resolve("without");
    assertEquals(0, train(run, "--unlabeled=train").exitCode());
    assertEquals(List.of("train 6"), sources(run));
    run = folder.resolve("alone");
    assertEquals(0, train(run, "--unlabeled=part").exitCode());
    assertEquals(List.of("part " + OWN), sources(run));
  }

  @Test
  void train_partOfADataSetWithout_errorsAndSuggestion() {
    MainAccess none =
        eman("train", "--dataset=fashion-mnist-mini", "--unlabeled=part", "--out=" + folder + "/x");
    assertEquals(1, none.exitCode());
    assertTrue(none.err().contains("expected images that come without labels"), none.err());
    MainAccess unknown = train(folder.resolve("y"), "--unlabeled=parts");
    assertEquals(2, unknown.exitCode());
    assertTrue(
        unknown.err().contains("unlabeled: expected one of all, rest, train, part"), unknown.err());
    assertTrue(unknown.err().contains("got parts; did you mean part?"), unknown.err());
  }
}
