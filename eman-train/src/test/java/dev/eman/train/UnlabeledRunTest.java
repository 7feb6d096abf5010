package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images that come without labels train wherever labels are not needed, and few images too. */
class UnlabeledRunTest {
  private static final String TRAIN = TrainingImages.Source.TRAIN;
  private static final String PART = TrainingImages.Source.PART;
  private static final String ADDED = TrainingImages.Source.ADDED;

  @TempDir private Path temporary;
  private Path more;
  private Path run;

  @BeforeEach
  void write() throws IOException {
    more = temporary.resolve("more");
    Photos.some(more, 0, 3);
    Photos.some(more.resolve("any name"), 1, 4);
    run = temporary.resolve("run");
  }

  private TrainingImages.Counts train(String... options) {
    return train(new ArrayList<>(), options);
  }

  /** Trains two tiny steps unless options say otherwise. */
  private TrainingImages.Counts train(List<String> lines, String... options) {
    List<String> all =
        new ArrayList<>(List.of("--backbone=resnet8-w4", "--size=16", "--steps=2", "--workers=1"));
    all.addAll(Arrays.asList(options));
    try (TrainingRun started = TrainingRun.start(Texts.parse(all), run)) {
      lines.add(started.state().trainingImages().summary());
      lines.addAll(started.notes());
      assertTrue(started.train());
      started.finish();
    }
    RunRecord record = RunRecord.read(new RunFiles(run));
    return record.images();
  }

  private static TrainingImages.Source source(String kind, Object name, int images, int drawn) {
    return new TrainingImages.Source(kind, name.toString(), images, drawn);
  }

  @Test
  void train_colorPhotosBesideGrayData_areDrawnAndCounted() throws IOException {
    List<String> lines = new ArrayList<>();
    TrainingImages.Counts images =
        train(
            lines,
            "--labels=1/class",
            "--unlabeled=part",
            "--unlabeled-data=" + more,
            "--batch=2",
            "--mu=2");
    assertEquals(
        List.of("10 labelled images; 7 without labels: 7 of " + more), lines, "lines before");
    // An epoch of one batch of four, another in the next epoch.
    TrainingImages.Source photos = images.unlabeled().get(0);
    assertEquals(source(ADDED, more, 7, photos.drawn()), photos);
    assertTrue(photos.drawn() >= 4 && photos.drawn() <= 7, photos::toString);
    assertEquals(10, images.labeled());
    try (TrainingRun resumed = TrainingRun.resume(run)) {
      assertTrue(resumed.train());
      assertEquals(images, resumed.finish().record().images());
    }
    Files.delete(more.resolve("any name/IMG 0.png"));
    EmanException other = assertThrows(EmanException.class, () -> TrainingRun.resume(run).close());
    assertTrue(
        other.getMessage().contains("expected the 7 unlabelled images of --unlabeled-data"),
        other::getMessage);
    assertTrue(other.getMessage().contains("found 6 in " + more), other::getMessage);
  }

  @Test
  void resume_addedImagesToARunWithout_isAMistakeAndChangesNothing() throws IOException {
    train("--algorithm=supervised", "--labels=1/class", "--batch=2", "--steps=1");
    Path config = new RunFiles(run).config();
    String before = Files.readString(config);
    OptionTexts changes =
        OptionTexts.empty().with("unlabeled-data", more.toString()).with("steps", "2");
    UsageException e =
        assertThrows(UsageException.class, () -> TrainingRun.resume(run, false, changes).close());
    assertTrue(e.getMessage().startsWith("--unlabeled-data: expected none"), e::getMessage);
    assertTrue(e.getMessage().endsWith("--init " + run), e::getMessage);
    assertEquals(before, Files.readString(config));
  }

  @Test
  void train_stl10_itsUnlabeledPartByDefault() throws IOException {
    Path data = temporary.resolve("stl10");
    Files.createDirectories(data);
    int bytes = 3 * 96 * 96;
    byte[] labels = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    for (String part : List.of("train", "test")) {
      Files.write(data.resolve(part + "_X.bin"), new byte[10 * bytes]);
      Files.write(data.resolve(part + "_y.bin"), labels);
    }
    byte[] noise = new byte[6 * bytes];
    Arrays.fill(noise, (byte) 77);
    Files.write(data.resolve("unlabeled_X.bin"), noise);
    TrainingImages.Counts images =
        train("--dataset=stl10", "--data=" + temporary, "--batch=8", "--mu=2", "--steps=1");
    assertEquals(
        new TrainingImages.Counts(
            10,
            List.of(source(TRAIN, "stl10/train", 10, 10), source(PART, "stl10/unlabeled", 6, 6)),
            0),
        images);
  }

  @Test
  void train_folderWithBoth_eachSourceIsNamed() throws IOException {
    Path photos = temporary.resolve("photos");
    Photos.classes(photos.resolve("train"), 3, 4);
    Photos.classes(photos.resolve("test"), 3, 1);
    Photos.some(photos.resolve("unlabeled/flat"), 2, 5);
    List<String> lines = new ArrayList<>();
    TrainingImages.Counts images =
        train(
            lines,
            "--dataset=" + photos,
            "--labels=1/class",
            "--unlabeled=rest",
            "--unlabeled-data=" + more,
            "--batch=3",
            "--mu=7",
            "--steps=1");
    Path part = photos.resolve("unlabeled");
    assertEquals(
        List.of(
            "3 labelled images; 21 without labels: 9 of the training set, 5 of "
                + part
                + ", 7 of "
                + more),
        lines);
    assertEquals(
        List.of(
            source(TRAIN, photos.resolve("train"), 9, 9),
            source(PART, part, 5, 5),
            source(ADDED, more, 7, 7)),
        images.unlabeled());
    assertEquals(
        "3 labelled; 21 without labels: 9 of the training set (all drawn), 5 of "
            + part
            + " (all drawn), 7 of "
            + more
            + " (all drawn)",
        images.toString());
  }

  @Test
  void train_tables_rowsWithoutLabelsServe() throws IOException {
    Path table = temporary.resolve("photos.csv");
    StringBuilder rows = new StringBuilder("image,label,split\n");
    for (String label : List.of("a", "b")) {
      Photos.some(temporary.resolve(label), 2, 4);
      rows.append(label).append("/IMG 0.png,").append(label).append(",train\n");
      rows.append(label).append("/IMG 1.png,").append(label).append(",test\n");
      rows.append(label).append("/IMG 2.png,,train\n");
      rows.append(label).append("/IMG 3.png,,unlabeled\n");
    }
    Files.writeString(table, rows);
    Path added = temporary.resolve("more.csv");
    Files.writeString(added, "file,label\nmore/IMG 0.png,c\nmore/IMG 1.png,\n");
    List<String> lines = new ArrayList<>();
    TrainingImages.Counts images =
        train(
            lines,
            "--dataset=" + table,
            "--labels=1/class",
            "--unlabeled=part",
            "--unlabeled-data=" + added,
            "--batch=2",
            "--mu=3",
            "--steps=1");
    assertEquals(
        List.of(PART + " 4 4", ADDED + " 2 2"),
        images.unlabeled().stream()
            .map(source -> source.kind() + " " + source.images() + " " + source.drawn())
            .toList());
    assertTrue(
        lines.get(0).startsWith("2 labelled images; 6 without labels: 4 of " + table),
        lines::toString);
  }

  @Test
  void train_supervised_saysWhatItLeavesOut() {
    List<String> lines = new ArrayList<>();
    TrainingImages.Counts images =
        train(lines, "--algorithm=supervised", "--labels=2/class", "--unlabeled-data=" + more);
    assertEquals(
        List.of("20 labelled images; supervised does not use the 5,987 images without labels"),
        lines);
    assertEquals(new TrainingImages.Counts(20, List.of(), 5987), images);
  }

  /** By default a step takes 128 images without labels, or moco's 256 and byol's 512. */
  @ParameterizedTest
  @CsvSource({"supervised, 0", "fixmatch, 128", "mean-teacher, 128", "moco, 256", "byol, 512"})
  void train_few_defaultsServe(String algorithm, int perStep) throws IOException {
    Path photos = temporary.resolve("photos");
    Photos.classes(photos.resolve("train"), 3, 12);
    Photos.classes(photos.resolve("test"), 3, 4);
    List<String> lines = new ArrayList<>();
    TrainingImages.Counts images =
        train(lines, "--dataset=" + photos, "--algorithm=" + algorithm, "--steps=1");
    String all = String.join("\n", lines);
    assertEquals(
        perStep == 0 ? List.of() : List.of(source(TRAIN, photos.resolve("train"), 36, 36)),
        images.unlabeled(),
        all);
    assertEquals(
        perStep > 36,
        all.contains(
            "a step takes "
                + perStep
                + " images without labels, but there are 36: they are drawn several times"),
        all);
    boolean labels = perStep == 0 || perStep == 128;
    assertEquals(labels ? 3 : 0, images.labeled());
    assertEquals(
        labels,
        all.contains("1% of 36 images is less than one for each of 3 classes; one of each is"),
        all);
  }

  @Test
  void train_fewerImagesThanNeighbors_kIsReducedAndSaysSo() throws IOException {
    Path photos = temporary.resolve("photos");
    Photos.classes(photos.resolve("train"), 3, 4);
    Photos.classes(photos.resolve("test"), 3, 1);
    List<String> lines = new ArrayList<>();
    train(lines, "--dataset=" + photos, "--algorithm=byol", "--batch=4", "--steps=1");
    assertEquals(
        List.of(
            "12 images without labels: 12 of the training set",
            "k-NN evaluation: 12 images vote, fewer than the 20 of --knn; k is 12"),
        lines);
    assertEquals(
        "12 nearest neighbours among 12 training images",
        RunRecord.read(new RunFiles(run)).measurement().measuredBy());
  }

  @Test
  void train_batchesOfOneImage_saySo() {
    List<String> lines = new ArrayList<>();
    train(lines, "--algorithm=supervised", "--batch=2", "--accumulate=2", "--steps=1");
    assertTrue(lines.get(1).startsWith("each part of a batch is a single image"), lines::toString);
  }

  @Test
  void start_nothingWithoutLabels_error() {
    EmanException none =
        assertThrows(
            EmanException.class, () -> train("--labels=100%", "--unlabeled=rest", "--batch=2"));
    assertTrue(
        none.getMessage().contains("--unlabeled rest: expected images to use without labels"),
        none::getMessage);
    EmanException part = assertThrows(EmanException.class, () -> train("--unlabeled=part"));
    assertTrue(part.getMessage().contains("name a folder of them with --unlabeled-data"));
  }

  @Test
  void options_poolThatLeavesTheFolderOut_error() {
    UsageException e =
        assertThrows(
            UsageException.class, () -> train("--unlabeled=train", "--unlabeled-data=" + more));
    assertTrue(e.getMessage().startsWith("unlabeled-data: expected --unlabeled all"));
  }

  @Test
  void options_formerNameOfThePool_isRead() {
    assertEquals(
        "part",
        DataOptions.UNLABELED.textIn(Texts.parse(List.of("--unlabeled=own"))).orElseThrow());
  }

  /** A saved split has its own pool; images are added to it unless it has its own. */
  @Test
  void train_savedSplit_takesAddedImages() {
    train("--labels=1/class", "--unlabeled-data=" + more, "--batch=2", "--steps=1");
    Path saved = new RunFiles(run).split();
    run = temporary.resolve("again");
    EmanException none = assertThrows(EmanException.class, () -> train("--labels-file=" + saved));
    assertTrue(none.getMessage().contains("7 unlabelled images of --unlabeled-data"));
    TrainingImages.Counts images =
        train("--labels-file=" + saved, "--unlabeled-data=" + more, "--batch=2", "--steps=1");
    assertEquals(7, images.unlabeled().get(1).images());
    run = temporary.resolve("without");
    train("--labels=1/class", "--batch=2", "--steps=1");
    Path without = new RunFiles(run).split();
    run = temporary.resolve("with");
    images =
        train("--labels-file=" + without, "--unlabeled-data=" + more, "--batch=2", "--steps=1");
    assertEquals(7, images.unlabeled().get(1).images());
  }
}
