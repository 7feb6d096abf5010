package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ObjectArrays;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.Image;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on folders without a test set. */
class FolderRunTest {
  private static final List<String> COLOURS = List.of("blue", "green", "red");

  @TempDir private Path temporary;
  private Path photos;
  private Path run;

  @BeforeEach
  void writeClasses() throws IOException {
    photos = temporary.resolve("photos");
    run = temporary.resolve("run");
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 5; i++) {
        write(COLOURS.get(c) + "/" + i + ".png", c, i);
      }
    }
  }

  private void write(String name, int channel, int shade) throws IOException {
    Image image = new Image();
    image.reset(8, 8, 3);
    for (int i = channel; i < 192; i += 3) {
      image.pixels()[i] = (byte) (255 - shade);
    }
    Path file = photos.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, Png.encode(image));
  }

  private TrainingRun start(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--dataset=" + photos,
                "--algorithm=supervised",
                "--labels=2/class",
                "--backbone=resnet8-w4",
                "--size=8",
                "--batch=2",
                "--mu=2",
                "--steps=1",
                "--workers=1"));
    arguments.addAll(List.of(more));
    return TrainingRun.start(Texts.parse(arguments), run);
  }

  private static TreeSet<String> names(ImageDataset images) {
    TreeSet<String> names = new TreeSet<>();
    for (int i = 0; i < images.size(); i++) {
      names.add(images.imageName(i));
    }
    return names;
  }

  @Test
  void run_classesAlone_holdsOutAFifthOfEachAndNeverTrainsOnIt() {
    TreeSet<String> held;
    RunResult result;
    try (TrainingRun training = start("--algorithm=fixmatch")) {
      RunState state = training.state();
      held = names(state.test());
      assertEquals(3, held.size());
      COLOURS.forEach(colour -> assertNotNull(held.ceiling(colour + "/")));
      TreeSet<String> trained = names(state.train());
      assertEquals(12, trained.size());
      assertEquals(12, state.split().unlabeled().length());
      trained.retainAll(held);
      assertEquals(new TreeSet<>(), trained);
      assertTrue(
          state.notes().get(0).startsWith(photos + " has no test set: 3 of 15 images held out"),
          state.notes().toString());
      assertTrue(training.train());
      result = training.finish();
    }
    assertEquals("held-out images", result.record().measurement().testImages());
    assertEquals("held-out", result.record().measurement().chosenOn());
    assertNotNull(result.test());
    assertEquals(3, result.test().student().count());
    RunCheckpoint last = RunCheckpoint.open(run, RunCheckpoint.Which.LAST);
    try (RunState restored = last.restore();
        TestData test = TestData.open(last, OptionTexts.empty())) {
      assertEquals(held, names(restored.test()));
      assertEquals(held, names(test.images()));
      assertEquals(TestImages.HELD_OUT, test.kind());
    }
  }

  @Test
  void evaluate_withoutTheRunsOtherFiles_sameHeldOutImagesOrRefused() throws IOException {
    TreeSet<String> held;
    try (TrainingRun training = start()) {
      held = names(training.state().test());
      training.train();
    }
    Path alone = Files.copy(run.resolve("last.ckpt"), temporary.resolve("alone.ckpt"));
    RunCheckpoint checkpoint = RunCheckpoint.open(alone, RunCheckpoint.Which.LAST);
    try (TestData test = TestData.open(checkpoint, OptionTexts.empty())) {
      assertEquals(held, names(test.images()));
    }
    write("red/9.png", 2, 9);
    EmanException refused =
        assertThrows(
            EmanException.class, () -> TestData.open(checkpoint, OptionTexts.empty()).close());
    assertTrue(
        refused.getMessage().contains("expected the images that the run was made of"),
        refused.getMessage());
  }

  /** Where its images have changed, those that the run left out are not known any more. */
  @Test
  void evaluate_ownDatasetGivenByName_isHeldOutOrRefused() throws IOException {
    TreeSet<String> held;
    try (TrainingRun training = start()) {
      held = names(training.state().test());
      training.train();
    }
    RunCheckpoint checkpoint = RunCheckpoint.open(run, RunCheckpoint.Which.LAST);
    OptionTexts own = OptionTexts.empty().with("dataset", photos.toString());
    try (TestData test = TestData.open(checkpoint, own)) {
      assertEquals(held, names(test.images()));
    }
    write("red/9.png", 2, 9);
    OptionTexts detour = own.with("dataset", photos.resolve("red/..").toString());
    for (OptionTexts given : List.of(own, detour)) {
      assertThrows(EmanException.class, () -> TestData.open(checkpoint, given).close());
    }
    photos = temporary.resolve("others");
    for (String colour : COLOURS) {
      write(colour + "/0.png", COLOURS.indexOf(colour), 20);
    }
    OptionTexts others = own.with("dataset", photos.toString());
    try (TestData test = TestData.open(checkpoint, others)) {
      assertEquals(3, test.images().size());
      assertEquals(TestImages.LABELED, test.kind());
      assertTrue(
          test.notes().get(0).startsWith(photos + " has no test set and is not"),
          test.notes().toString());
    }
  }

  @Test
  void run_fromWeightsOfARunOnTheSameImages_holdsOutTheSameOrSaysSo() throws IOException {
    TreeSet<String> held;
    Path first = run;
    try (TrainingRun training = start("--seed=5")) {
      held = names(training.state().test());
      training.train();
    }
    run = temporary.resolve("second");
    try (TrainingRun training = start("--seed=6", "--init=" + first)) {
      assertEquals(held, names(training.state().test()));
    }
    run = temporary.resolve("third");
    try (TrainingRun training = start("--seed=6")) {
      assertNotEquals(held, names(training.state().test()));
      assertFalse(saysThatTheyMayBeKnown(training, first));
    }
    run = temporary.resolve("fourth");
    try (TrainingRun training = start("--seed=6", "--init=" + first, "--holdout=0.2")) {
      assertTrue(saysThatTheyMayBeKnown(training, first));
    }
    run = temporary.resolve("fifth");
    try (TrainingRun training = start("--seed=5", "--init=" + first, "--holdout=0.2")) {
      assertFalse(saysThatTheyMayBeKnown(training, first), "the same ones");
    }
    write("red/9.png", 2, 9);
    run = temporary.resolve("sixth");
    try (TrainingRun training = start("--seed=5", "--init=" + first)) {
      assertTrue(saysThatTheyMayBeKnown(training, first));
    }
  }

  @Test
  void run_fromWeightsOfARunThatHeldNothingOut_saysSoWhereItMeasuresOnSuch() throws IOException {
    Path first = run;
    try (TrainingRun training = start("--seed=5", "--validation=0.4")) {
      training.train();
    }
    String note =
        "--init: the run in "
            + first
            + " held out none of these images: if it was trained on images that are held out here,"
            + " accuracies on these are too high";
    Path file = first.resolve("last.ckpt");
    Path alone = Files.copy(file, temporary.resolve("alone.ckpt"));
    for (Path init : List.of(first, file, alone)) {
      run = temporary.resolve("other-" + init.getFileName());
      try (TrainingRun training = start("--seed=6", "--init=" + init)) {
        String expected = note.replace(first.toString(), (init == alone ? temporary : first) + "");
        assertTrue(training.notes().contains(expected), training.notes().toString());
      }
    }
    run = temporary.resolve("same");
    try (TrainingRun training = start("--seed=5", "--validation=0.4", "--init=" + first)) {
      assertFalse(training.notes().toString().contains("--init"), "the same ones");
    }
    run = temporary.resolve("validation");
    try (TrainingRun training = start("--seed=6", "--validation=0.4", "--init=" + first)) {
      String expected = note.replace("held out here", "kept for validation here");
      assertTrue(training.notes().contains(expected), training.notes().toString());
    }
    write("red/9.png", 2, 9);
    run = temporary.resolve("of other images");
    try (TrainingRun training = start("--seed=6", "--init=" + first)) {
      assertFalse(training.notes().toString().contains("--init"), "not known by name");
    }
  }

  @Test
  void run_validationAfterARunThatHeldImagesOut_saysThatItMayKnowThem() {
    Path first = run;
    try (TrainingRun training = start("--seed=5")) {
      training.train();
    }
    run = temporary.resolve("second");
    try (TrainingRun training = start("--seed=6", "--validation=0.4", "--init=" + first)) {
      assertTrue(saysThatTheyMayBeKnown(training, first), training.notes().toString());
    }
  }

  private static boolean saysThatTheyMayBeKnown(TrainingRun training, Path first) {
    String note = "--init: the run in " + first + " held out other images than this one";
    return training.notes().stream().anyMatch(line -> line.startsWith(note));
  }

  @Test
  void run_classesAloneWithValidation_namesItsFiguresAfterThem() {
    RunResult result;
    try (TrainingRun training = start("--validation=0.5")) {
      assertEquals(TestImages.VALIDATION, training.state().testImages());
      assertTrue(training.train());
      result = training.finish();
    }
    assertFalse(Files.exists(run.resolve("holdout.split")));
    assertEquals("validation images", RunRecord.read(new RunFiles(run)).measurement().testImages());
    assertNotNull(result.test());
    assertEquals(3, result.test().student().count());
    RunCheckpoint last = RunCheckpoint.open(run, RunCheckpoint.Which.LAST);
    try (TestData test = TestData.open(last, OptionTexts.empty())) {
      assertEquals(3, test.images().size());
      assertEquals(TestImages.VALIDATION, test.kind());
    }
  }

  /** Whatever set chose the best checkpoint, its figure on the same images is too good. */
  @Test
  void modelCard_measuredOnTheImagesThatChoose_saysSo() {
    assertEquals("held-out", chosenAndMeasured("--seed=1"));
    assertEquals("validation", chosenAndMeasured("--validation=0.5"));
    assertEquals("none", chosenAndMeasured("--validation=0.5", "--holdout=0.2"));
  }

  private String chosenAndMeasured(String... options) {
    run = temporary.resolve(String.join("", options));
    try (TrainingRun training = start(options)) {
      assertTrue(training.train());
      training.finish();
    }
    RunCheckpoint last = RunCheckpoint.open(run, RunCheckpoint.Which.LAST);
    String card = new CardFacts(last, Network.STUDENT).toJson().path("limits").toString();
    Matcher set = Pattern.compile("The (\\S+) images were evaluated during training").matcher(card);
    return set.find() ? set.group(1) : "none";
  }

  @Test
  void run_nothingToMeasureOn_refusedForClassifiers() {
    UsageException refused = assertThrows(UsageException.class, () -> start("--holdout=0").close());
    assertTrue(refused.getMessage().startsWith("--holdout: expected above 0"));
  }

  @Test
  void run_holdOutBesideATestSet_refused() throws IOException {
    write("test/red/1.png", 2, 1);
    UsageException refused =
        assertThrows(UsageException.class, () -> start("--holdout=0.1").close());
    assertTrue(refused.getMessage().contains("found " + photos + " with some"));
  }

  @Test
  void run_flatFolderWithoutLabels_trainsAndMeasuresNothing() throws IOException {
    photos = temporary.resolve("flat");
    for (int i = 0; i < 8; i++) {
      write(i + ".png", i % 3, i);
    }
    String[] options = {"--algorithm=moco", "--batch=4", "--mu=1", "--set=queue=8"};
    String[] early = ObjectArrays.concat(options, "--early-stop=2");
    UsageException refused = assertThrows(UsageException.class, () -> start(early).close());
    assertTrue(refused.getMessage().startsWith("--early-stop: expected 0"), refused::toString);
    assertFalse(Files.exists(run.resolve("config.yaml")));
    RunResult result;
    try (TrainingRun training = start(options)) {
      assertEquals(8, training.state().split().unlabeled().length());
      assertEquals(
          List.of(
              photos
                  + ": no accuracies of nearest neighbours, because its images are not of several"
                  + " classes"),
          training.state().notes());
      assertTrue(training.train());
      result = training.finish();
    }
    assertNull(result.test());
    RunRecord record = RunRecord.read(new RunFiles(run));
    assertEquals(List.of(), record.data().classes());
    assertEquals("none", record.measurement().chosenOn());
    assertEquals(OptionalDouble.empty(), record.results().testTop1(Network.STUDENT));
    assertEquals(List.of(), RunCheckpoint.open(run, RunCheckpoint.Which.LAST).classNames());
  }

  @Test
  void run_labelsFileLeavesOutAClass_isSaidAndHoldsOutOthers() throws IOException {
    Path list = temporary.resolve("list.txt");
    Files.writeString(list, "blue/0.png\nblue/1.png\nred/0.png\nred/4.png\n");
    try (TrainingRun training = start("--labels-file=" + list, "--holdout=0.6")) {
      RunState state = training.state();
      assertTrue(
          state
              .notes()
              .contains(
                  "no image of green has a label (list list.txt): the network cannot learn it"),
          state.notes().toString());
      assertEquals(
          List.of("blue/0.png", "blue/1.png", "red/0.png", "red/4.png"),
          state.split().labeled().stream().mapToObj(state.train()::imageName).toList());
      assertEquals(9, state.test().size());
    }
  }

  @Test
  void run_tableWithTestRows_notTrainedOnAndSaid() throws IOException {
    Path table = temporary.resolve("labels.csv");
    Files.writeString(
        table,
        """
        image,label,split
        blue/0.png,blue,train
        green/0.png,green,train
        red/0.png,red,train
        red/1.png,red,test
        red/2.png,,test
        """);
    try (TrainingRun training =
        start("--algorithm=fixmatch", "--labels-file=" + table, "--holdout=0.01")) {
      RunState state = training.state();
      List<String> used =
          state.split().unlabeled().stream().mapToObj(state.train()::imageName).toList();
      assertFalse(used.contains("red/1.png") || used.contains("red/2.png"), used.toString());
      assertTrue(used.contains("red/0.png"), used.toString());
      int leftOut = state.split().leftOut().length(); // The other one may be held out.
      assertTrue(leftOut == 1 || leftOut == 2, state.split().toString());
      String notes = String.join("\n", training.notes());
      assertTrue(notes.contains(table + ": " + leftOut + " training image"), notes);
    }
  }

  @Test
  void run_classesFromAFile_areInItsOrderAndSurviveIt() throws IOException {
    Path file = temporary.resolve("classes.txt");
    Files.writeString(file, "red\nviolet\nblue\ngreen\n");
    try (TrainingRun training = start("--classes=" + file)) {
      RunState state = training.state();
      assertEquals(List.of("red", "violet", "blue", "green"), state.train().classNames());
      assertEquals(0, state.test().label(2), state.test().imageName(2));
      assertTrue(state.notes().toString().contains("no image of violet has a label"));
      training.train();
    }
    Files.delete(file);
    try (RunState restored = RunCheckpoint.open(run, RunCheckpoint.Which.LAST).restore()) {
      assertEquals(List.of("red", "violet", "blue", "green"), restored.train().classNames());
    }
  }

  @Test
  void run_listOfAllImages_holdsOutSomeOfThem() throws IOException {
    Path list = temporary.resolve("list.txt");
    List<String> lines = new ArrayList<>();
    COLOURS.forEach(colour -> lines.addAll(List.of(colour + "/0.png", colour + "/1.png")));
    COLOURS.forEach(colour -> lines.addAll(List.of(colour + "/2.png", colour + "/3.png")));
    COLOURS.forEach(colour -> lines.add(colour + "/4.png"));
    Files.write(list, lines);
    try (TrainingRun training = start("--labels-file=" + list)) {
      assertEquals(3, training.state().test().size());
      assertEquals(12, training.state().split().labeled().length());
    }
  }
}
