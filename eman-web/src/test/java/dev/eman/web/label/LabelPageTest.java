package dev.eman.web.label;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.select.SelectionStrategy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelPageTest {
  private static final int PATIENCE_S = 180;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> notes = new ArrayList<>();
  private LabelPage.Settings settings;
  private LabelPage page;

  @BeforeEach
  void open() throws IOException {
    Path photos = Shapes.write(folder.resolve("photos"), 12);
    Files.writeString(photos.resolve("broken.png"), "no image");
    settings = settings(photos, null);
    page = LabelPage.open(settings, 0, notes::add);
  }

  private LabelPage.Settings settings(Path photos, @Nullable SelectionStrategy strategy) {
    return new LabelPage.Settings(
        photos,
        photos.resolve("labels.csv"),
        List.of("red"),
        null,
        folder.resolve("runs/label"),
        OptionTexts.empty()
            .with("steps", "2")
            .with("size", "32")
            .with("backbone", "resnet8-w16")
            .with("batch", "2"),
        strategy);
  }

  @AfterEach
  void close() {
    page.close();
  }

  /** Of a tab that has loaded the page since it was opened. */
  private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    return postTo(state().path("round").asText(), path, body, headers);
  }

  private HttpResponse<String> postTo(String round, String path, String body, String[] headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(page.address()).resolve("/" + round + path))
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private JsonNode change(String path, String body) throws Exception {
    HttpResponse<String> answer = post(path, body);
    assertEquals(200, answer.statusCode(), answer::body);
    return JSON.readTree(answer.body());
  }

  private JsonNode state() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(page.address()).resolve("/state")).build();
    return JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
  }

  private JsonNode label(int image, String name) throws Exception {
    return change("/label", "{\"image\":" + image + ",\"class\":\"" + name + "\"}");
  }

  private JsonNode undo() throws Exception {
    return change("/undo", "{\"change\":" + state().path("undo") + "}");
  }

  private void assertStale(String path, String body, String message) throws Exception {
    HttpResponse<String> answer = post(path, body);
    assertEquals(409, answer.statusCode(), answer::body);
    assertEquals(message, JSON.readTree(answer.body()).path("error").asText());
  }

  private static int first(JsonNode state) {
    return state.path("next").path(0).path("image").asInt();
  }

  private String table() throws IOException {
    return Files.readString(settings.table());
  }

  @Test
  void label_untilTheEnd_eachImageOnceAndAllInTheTable() throws Exception {
    Set<Integer> seen = new HashSet<>();
    JsonNode state = state();
    assertEquals(12, state.path("total").asInt());
    while (!state.path("next").isEmpty()) {
      int image = first(state);
      assertTrue(seen.add(image), "image " + image + " twice");
      state = label(image, image % 2 == 0 ? "red" : "blue");
    }
    assertEquals(12, state.path("labeled").asInt());
    assertEquals(6, state.path("classes").path(1).path("count").asInt());
    assertTrue(table().contains("a03.png,blue,\n"), table());
    assertFalse(table().contains("broken"), table());
    assertEquals(1, notes.stream().filter(note -> note.contains("broken.png")).count());
  }

  @Test
  void undo_labelAndSkip_takenBackOneByOne() throws Exception {
    int image = first(state());
    int second = first(label(image, "red"));
    assertTrue(first(change("/skip", "{\"image\":" + second + "}")) != second);
    assertTrue(table().contains(",,skipped"), table());
    assertEquals(second, first(undo()));
    JsonNode undone = undo();
    assertEquals(image, first(undone));
    assertFalse(undone.path("undo").asBoolean());
    assertFalse(table().contains("red") || table().contains("skipped"), table());
  }

  /** A second tab still shows an image that the first has labelled. */
  @Test
  void post_imageThatAnotherTabHasDone_refusedAndNothingChanged() throws Exception {
    label(3, "red");
    String table = table();
    String done = "a03.png was labelled or skipped meanwhile, in another tab; nothing was changed";
    assertStale("/skip", "{\"image\":3}", done);
    assertStale("/label", "{\"image\":3,\"class\":\"blue\"}", done);
    assertEquals(table, table());
    assertEquals(1, state().path("classes").size());
  }

  @Test
  void undo_anotherTabHasGoneOn_refusedAndLabelledAnewAfterItsOwn() throws Exception {
    String first = "{\"change\":" + label(3, "red").path("undo") + "}";
    label(4, "red");
    String table = table();
    String message =
        "another image was labelled or skipped meanwhile, in another tab; nothing was changed";
    assertStale("/undo", first, message);
    assertEquals(table, table());
    assertEquals(4, first(undo()));
    label(4, "blue");
    assertTrue(table().contains("a04.png,blue,\n"), table());
  }

  @Test
  void open_again_continues() throws Exception {
    label(first(state()), "blue");
    page.close();
    page = LabelPage.open(settings, 0, notes::add);
    assertEquals(1, state().path("labeled").asInt());
    assertEquals("blue", state().path("classes").path(1).path("name").asText());
  }

  /** A user may miss the others. */
  @Test
  void open_again_ownFilesNotCountedAmongThosePassedOver() throws Exception {
    label(first(state()), "blue");
    page.close();
    Files.writeString(settings.photos().resolve("others.csv"), "");
    Files.writeString(settings.photos().resolve(".others.csv.lock"), "");
    notes.clear();
    page = LabelPage.open(settings, 0, notes::add);
    assertEquals(
        List.of(settings.photos() + ": 2 files passed over: 1 .csv, 1 hidden"),
        notes.stream().filter(note -> note.contains("files passed over")).toList());
  }

  /** What needs predictions waits for them. */
  @Test
  void open_strategy_isUsedAsSoonAsItCanBe() throws Exception {
    for (SelectionStrategy strategy : SelectionStrategy.values()) {
      page.close();
      page = LabelPage.open(settings(settings.photos(), strategy), 0, notes::add);
      String order = state().path("order").asText();
      assertTrue(
          order.startsWith(
              strategy == SelectionStrategy.K_CENTER ? "as far as possible" : "like many"),
          strategy + ": " + order);
    }
  }

  @Test
  void open_tableInUse_refused() {
    String message =
        assertThrows(EmanException.class, () -> LabelPage.open(settings, 0, note -> {}))
            .getMessage();
    assertTrue(message.contains("labels.csv is in use"), message);
  }

  /** Two folders may have one table. */
  @Test
  void open_linkedTable_linkStaysAndTheTableIsLocked() throws Exception {
    Path linked = Shapes.write(folder.resolve("linked"), 3).resolve("labels.csv");
    Files.createSymbolicLink(linked, Path.of("../photos/labels.csv"));
    LabelPage.Settings other = settings(folder.resolve("linked"), null);
    String message =
        assertThrows(EmanException.class, () -> LabelPage.open(other, 0, note -> {})).getMessage();
    assertTrue(message.contains("labels.csv is in use"), message);

    page.close();
    page = LabelPage.open(other, 0, notes::add);
    label(first(state()), "blue");
    assertTrue(Files.isSymbolicLink(linked));
    assertTrue(Files.readString(settings.table()).contains("blue"));
  }

  @Test
  void post_mistakes_saidAndNothingWritten() throws Exception {
    assertEquals(400, post("/label", "{\"image\":12,\"class\":\"red\"}").statusCode());
    assertEquals(400, post("/label", "{\"image\":\"0\",\"class\":\"red\"}").statusCode());
    assertEquals(400, post("/label", "{\"image\":0,\"class\":\" \"}").statusCode());
    assertEquals(400, post("/label", "{\"image\":0,\"class\":\"a\\nb\"}").statusCode());
    assertEquals(400, post("/label", "nonsense").statusCode());
    assertEquals(
        403,
        post("/label", "{\"image\":0,\"class\":\"red\"}", "Origin", "http://evil.example")
            .statusCode());
    HttpResponse<String> early = post("/train", "{}");
    assertEquals(400, early.statusCode());
    assertTrue(early.body().contains("at least 2 classes to train on, found 0"), early::body);
    assertFalse(Files.exists(settings.table()));
  }

  @Test
  void image_anyFormat_asBrowsersShowIt() throws Exception {
    String images = state().path("images").asText();
    HttpResponse<byte[]> image =
        client.send(
            HttpRequest.newBuilder(URI.create(page.address()).resolve(images + "0")).build(),
            BodyHandlers.ofByteArray());
    assertEquals("image/png", image.headers().firstValue("Content-Type").orElse(""));
    assertEquals((byte) 0x89, image.body()[0]);
  }

  /** Browsers keep them, and the next page has the same port. */
  @Test
  void images_ofThePageBefore_haveOtherAddresses() throws Exception {
    String before = state().path("images").asText();
    page.close();
    page = LabelPage.open(settings, 0, notes::add);
    assertNotEquals(before, state().path("images").asText());
    URI old = URI.create(page.address()).resolve(before + "0");
    assertEquals(
        404,
        client.send(HttpRequest.newBuilder(old).build(), BodyHandlers.discarding()).statusCode());
  }

  /** A tab of the page before, which has the same address, means other images by its numbers. */
  @ParameterizedTest
  @ValueSource(strings = {"/label", "/skip", "/undo", "/class", "/train"})
  void post_ofThePageBefore_refused(String path) throws Exception {
    String before = state().path("round").asText();
    page.close();
    page = LabelPage.open(settings, 0, notes::add);
    HttpResponse<String> answer =
        postTo(before, path, "{\"image\":0,\"class\":\"blue\"}", new String[0]);
    assertEquals(409, answer.statusCode());
    assertEquals(
        "this page was loaded before eman was started again; nothing was changed: reload it",
        JSON.readTree(answer.body()).path("error").asText());
    assertFalse(Files.exists(settings.table()));
  }

  /** The state after a training that has not failed. */
  private JsonNode trained() throws Exception {
    JsonNode state = change("/train", "{}");
    assertTrue(state.path("training").path("running").asBoolean(), state::toString);
    for (int i = 0;
        i < PATIENCE_S * 10 && state.path("training").path("running").asBoolean();
        i++) {
      TimeUnit.MILLISECONDS.sleep(100);
      state = state();
    }
    assertEquals("", state.path("training").path("failure").asText());
    return state;
  }

  @Test
  void train_onLabelsSoFar_networkChoosesThen() throws Exception {
    for (int image = 0; image < 6; image++) {
      label(image, image % 2 == 0 ? "red" : "blue");
    }
    JsonNode state = trained();
    JsonNode training = state.path("training");
    assertTrue(
        Files.exists(Path.of(training.path("run").asText(), "run.json")), training::toString);
    assertTrue(
        training.path("result").asText().matches("\\d+ of \\d+ held-out images right"),
        training::toString);
    assertTrue(state.path("order").asText().contains("least sure"), state.path("order")::asText);
    assertTrue(
        Set.of("red", "blue").contains(state.path("next").path(0).path("guess").asText()),
        state::toString);
    assertEquals(6, state.path("labeled").asInt());
  }

  @Test
  void train_photosDeletedSince_withoutTheirRowsAndSaysSo() throws Exception {
    for (int image = 0; image < 8; image++) {
      label(image, image % 2 == 0 ? "red" : "blue");
    }
    page.close();
    Files.delete(settings.photos().resolve("a00.png"));
    Files.delete(settings.photos().resolve("a11.png"));
    page = LabelPage.open(settings, 0, notes::add);
    String note =
        settings.table() + ": 2 rows whose images are not in the folder: a00.png, a11.png";
    assertEquals(1, notes.stream().filter(text -> text.startsWith(note)).count(), notes::toString);
    JsonNode training = trained().path("training");
    assertTrue(
        training.path("result").asText().endsWith(", without 2 rows whose images are gone"),
        training::toString);
    assertTrue(table().contains("a00.png,"), table());
  }

  /** Two that are labelled, and one that is not. */
  @Test
  void train_photosDeletedMeanwhile_networkChoosesAmongTheOthers() throws Exception {
    for (int image = 0; image < 8; image++) {
      label(image, image % 2 == 0 ? "red" : "blue");
    }
    for (String name : List.of("a00.png", "a01.png", "a09.png")) {
      Files.delete(settings.photos().resolve(name));
    }
    JsonNode state = trained();
    assertTrue(
        Files.exists(Path.of(state.path("training").path("run").asText(), "run.json")),
        state::toString);
    assertTrue(state.path("order").asText().contains("least sure"), state.path("order")::asText);
    Set<Integer> next = new HashSet<>();
    state.path("next").forEach(one -> next.add(one.path("image").asInt()));
    assertEquals(Set.of(8, 10, 11), next);
    assertEquals(1, state.path("unreadable").asInt(), "the one that is not labelled");
    assertTrue(state.path("next").path(0).has("guess"), state::toString);
  }

  /** Its data are the labels that it began with. */
  @Test
  void train_stoppedAndAnotherLabelGiven_canBeResumed() throws Exception {
    page.close();
    settings = endless();
    page = LabelPage.open(settings, 0, notes::add);
    for (int image = 0; image < 6; image++) {
      label(image, image % 2 == 0 ? "red" : "blue");
    }
    change("/train", "{}");
    JsonNode training = state().path("training");
    for (int i = 0; i < PATIENCE_S * 10 && training.path("step").asInt() < 1; i++) {
      assertEquals("", training.path("failure").asText());
      TimeUnit.MILLISECONDS.sleep(100);
      training = state().path("training");
    }
    page.close(); // Saves.
    page = LabelPage.open(settings, 0, notes::add);
    label(first(state()), "blue");

    Path folder = Path.of(training.path("run").asText());
    try (TrainingRun run = TrainingRun.resume(folder)) {
      assertTrue(run.state().algorithm().steps() > 0);
    }
  }

  private LabelPage.Settings endless() {
    return new LabelPage.Settings(
        settings.photos(),
        settings.table(),
        settings.classes(),
        null,
        settings.runs(),
        settings.training().with("steps", "100000"),
        null);
  }

  private LabelPage.Settings with(Path table, @Nullable Path run) {
    return new LabelPage.Settings(
        settings.photos(), table, List.of(), run, settings.runs(), OptionTexts.empty(), null);
  }

  /** The broken image is noted as soon as images are decoded, of which there may be thousands. */
  @Test
  void open_mistakes_saidBeforeImagesAreRead() throws IOException {
    notes.clear();
    assertThrows(UsageException.class, () -> LabelPage.open(settings, 70_000, notes::add));
    assertThrows(EmanException.class, () -> LabelPage.open(settings, 0, notes::add)); // In use.
    Path table = folder.resolve("labels.csv");
    LabelPage.Settings noRun = with(table, folder.resolve("none"));
    assertThrows(EmanException.class, () -> LabelPage.open(noRun, 0, notes::add));
    Path taken = Files.writeString(folder.resolve("taken"), "");
    LabelPage.Settings noFolder = with(taken.resolve("labels.csv"), null);
    assertThrows(EmanException.class, () -> LabelPage.open(noFolder, 0, notes::add));
    LabelPage.Settings noTable = with(folder.resolve("labels"), null);
    assertEquals(
        "--table: expected a name that ends in .csv or .tsv, as training takes no other for a"
            + " table, got "
            + noTable.table(),
        assertThrows(UsageException.class, () -> LabelPage.open(noTable, 0, notes::add))
            .getMessage());
    assertEquals(List.of(), notes);
    LabelPage.open(with(table, null), 0, notes::add).close(); // Nothing has kept it.
  }

  @Test
  void open_folderCalledLikeATestSet_noted() throws IOException {
    page.close();
    notes.clear();
    Shapes.write(settings.photos().resolve("Test"), 2);
    Shapes.write(settings.photos().resolve("more/test"), 2);
    page = LabelPage.open(settings, 0, notes::add);
    List<String> tests = notes.stream().filter(note -> note.contains("to test with")).toList();
    assertEquals(1, tests.size(), notes::toString);
    assertTrue(
        tests.get(0).startsWith(settings.photos().resolve("Test") + ": its images are among"),
        tests::toString);
  }

  @Test
  void label_namesWithBlanksAndBackslashes_tableIsTrainedOn() throws Exception {
    page.close();
    List<String> names = List.of(" red.png", "in\\blue.png", " in/blue.png");
    for (String name : names) {
      Path photo = settings.photos().resolve(name);
      Files.createDirectories(photo.getParent());
      Files.copy(settings.photos().resolve("a00.png"), photo);
    }
    page = LabelPage.open(settings, 0, notes::add);
    for (int image = 0; image < 15; image++) {
      label(image, image % 2 == 0 ? "red" : "blue");
    }
    try (ImageDataset train =
        Datasets.named(settings.table().toString()).open(Part.TRAIN, DataDirectories.of(null))) {
      assertEquals(15, train.size());
      List<String> found = IntStream.range(0, 15).mapToObj(train::imageName).toList();
      assertTrue(found.containsAll(names), found::toString);
    }
  }

  /** Training takes these spellings for the same images. */
  @Test
  void open_tableWithOtherSpellings_labelsCountAndStayTrainable() throws Exception {
    page.close();
    Path photos = settings.photos();
    Files.createDirectories(photos.resolve("in"));
    Files.copy(photos.resolve("a00.png"), photos.resolve("in/b.png"));
    String rows =
        "./a00.png,red,\na01,blue,mine\nin\\b.png,blue,\n"
            + photos.toAbsolutePath().resolve("a02.png")
            + ",red,\n";
    Files.writeString(settings.table(), "image,label,note\n" + rows);
    notes.clear();
    page = LabelPage.open(settings, 0, notes::add);
    assertEquals(4, state().path("labeled").asInt());
    assertEquals(List.of(), notes.stream().filter(note -> note.contains("row")).toList());
    assertEquals(5, label(7, "blue").path("labeled").asInt());
    for (String row : rows.lines().toList()) {
      String table = table().replace("\"", "");
      assertTrue(table.lines().anyMatch(row::equals), row + " in " + table);
    }
    try (ImageDataset train =
        Datasets.named(settings.table().toString()).open(Part.TRAIN, DataDirectories.of(null))) {
      assertEquals(5, train.size());
    }
  }

  @Test
  void open_noPhotos_makesNoFolder() {
    Path photos = folder.resolve("none");
    LabelPage.Settings none = settings(photos, null);
    assertThrows(EmanException.class, () -> LabelPage.open(none, 0, notes::add));
    assertFalse(Files.exists(photos));
  }

  @Test
  void open_tableInAMissingFolder_isMade() throws Exception {
    page.close();
    settings = with(folder.resolve("new/tables/labels.csv"), null);
    page = LabelPage.open(settings, 0, notes::add);
    label(first(state()), "blue");
    assertTrue(table().contains(",blue,"), table());
  }

  /** A run that has learned without labels has features alone. */
  @Test
  void open_selfSupervisedRun_choosesByItsFeatures() throws Exception {
    page.close();
    settings = with(settings.table(), Path.of("../eman-cli/src/test/resources/golden/moco"));
    page = LabelPage.open(settings, 0, notes::add);
    JsonNode state = state();
    assertTrue(state.path("order").asText().endsWith("by the network's features"), state::toString);
    assertFalse(state.path("next").path(0).has("guess"), state::toString);
  }
}
