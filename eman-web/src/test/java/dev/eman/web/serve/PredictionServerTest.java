package dev.eman.web.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.eman.cli.Main;
import dev.eman.core.EmanException;
import dev.eman.train.BatchingClassifier;
import dev.eman.train.ImageClassifier.Prediction;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.TrainedClassifier;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PredictionServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static RunCheckpoint checkpoint;
  private static TrainedClassifier alone;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private BatchingClassifier classifier;
  private PredictionServer server;

  @BeforeAll
  static void train() {
    Path run = folder.resolve("run");
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine(false)
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute(
                "train",
                "--dataset=fashion-mnist-mini",
                "--labels=1%",
                "--backbone=resnet8-w16",
                "--batch=2",
                "--steps=3",
                "--map-images=0",
                "--out=" + run);
    assertEquals(0, exitCode, err::toString);
    checkpoint = RunCheckpoint.open(run, RunCheckpoint.Which.LAST);
    alone = network();
  }

  private static TrainedClassifier network() {
    return checkpoint.network(checkpoint.deployed());
  }

  @BeforeEach
  void start() throws IOException {
    classifier = new BatchingClassifier(network());
    Path images = Files.createDirectories(folder.resolve("images/sub"));
    Files.write(images.resolve("a b.png"), image(1));
    Files.write(folder.resolve("outside.png"), image(2));
    StudioImages sources = new StudioImages(folder.resolve("images"), null, null);
    server =
        PredictionServer.start(
            classifier, "run-7", new LabelStudio(classifier, sources, "run-7"), 0);
  }

  @AfterEach
  void stop() {
    server.close();
    classifier.close();
  }

  private static byte[] image(long seed) throws IOException {
    BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    Random random = new Random(seed);
    for (int y = 0; y < 28; y++) {
      for (int x = 0; x < 28; x++) {
        image.getRaster().setSample(x, y, 0, random.nextInt(256));
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }

  private HttpRequest request(String path, String type, byte[] body) {
    return HttpRequest.newBuilder(URI.create(server.address()).resolve(path))
        .header("Content-Type", type)
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }

  private HttpResponse<byte[]> post(String path, byte[] body) throws Exception {
    return client.send(request(path, "image/png", body), BodyHandlers.ofByteArray());
  }

  private JsonNode json(int status, String path, JsonNode message) throws Exception {
    HttpResponse<byte[]> response =
        client.send(
            request(path, "application/json", JSON.writeValueAsBytes(message)),
            BodyHandlers.ofByteArray());
    assertEquals(status, response.statusCode(), new String(response.body(), "UTF-8"));
    return JSON.readTree(response.body());
  }

  private JsonNode get(String path) throws Exception {
    return JSON.readTree(
        client
            .send(
                HttpRequest.newBuilder(URI.create(server.address()).resolve(path)).build(),
                BodyHandlers.ofByteArray())
            .body());
  }

  /** What {@code predict} says of an image, by its file. */
  private static List<Prediction> expected(byte[] image) throws IOException {
    Path file = Files.write(folder.resolve("expected.png"), image);
    return alone.classify(file);
  }

  private static void assertAnswers(List<Prediction> expected, HttpResponse<byte[]> response)
      throws IOException {
    assertEquals(200, response.statusCode());
    JsonNode predictions = JSON.readTree(response.body()).path("predictions");
    assertEquals(5, predictions.size());
    for (int i = 0; i < predictions.size(); i++) {
      assertEquals(expected.get(i).className(), predictions.path(i).path("class").asText());
      assertEquals(
          expected.get(i).probability(), predictions.path(i).path("probability").asDouble());
    }
  }

  @Test
  void predict_manyAtOnce_answerAsPredictDoesForEachAlone() throws Exception {
    List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
    for (int seed = 0; seed < 40; seed++) {
      answers.add(
          client.sendAsync(
              request("predict", "image/png", image(seed)), BodyHandlers.ofByteArray()));
    }
    for (int seed = 0; seed < 40; seed++) {
      assertAnswers(expected(image(seed)), answers.get(seed).join());
    }
  }

  @Test
  void predict_top_soManyClasses() throws Exception {
    HttpResponse<byte[]> response = post("predict?top=3", image(0));
    assertEquals(3, JSON.readTree(response.body()).path("predictions").size());
    assertEquals(400, post("predict?top=0", image(0)).statusCode());
  }

  @Test
  void predict_noImage_isRefusedAndTheNextAnswered() throws Exception {
    HttpResponse<byte[]> response = post("predict", "no image".getBytes("UTF-8"));
    assertEquals(400, response.statusCode());
    String error = JSON.readTree(response.body()).path("error").asText();
    assertTrue(error.contains("the image"), error);
    assertEquals(400, post("predict", new byte[0]).statusCode());
    assertAnswers(expected(image(3)), post("predict", image(3)));
  }

  /** All that are in memory at once, however many threads there are. */
  @Test
  void predict_moreThanThereIsRoomFor_isToldToComeLater() throws Exception {
    byte[] image = image(1);
    Bodies bodies = new Bodies(image.length * 3 / 2);
    restart(bodies);
    try (Bodies.Body other = bodies.read(new ByteArrayInputStream(image), image.length)) {
      assertArrayEquals(image, other.content());
      HttpResponse<byte[]> response = post("predict", image);
      assertEquals(503, response.statusCode());
      assertEquals("1", response.headers().firstValue("Retry-After").orElse(""));
      assertEquals(
          "requests that wait have taken the memory there is for them; try again later",
          JSON.readTree(response.body()).path("error").asText());
    }
    assertAnswers(expected(image), post("predict", image));
  }

  private void restart(Bodies bodies) {
    server.close();
    server = PredictionServer.start(classifier, "run-7", null, 0, bodies);
  }

  private int statusOfUnknownLength(byte[] body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address()).resolve("predict"))
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
            .build();
    return client.send(request, BodyHandlers.ofString()).statusCode();
  }

  @Test
  void predict_unknownLength_takesRoomAsItGrows() throws Exception {
    restart(new Bodies(1 << 17));
    for (int i = 0; i < 3; i++) { // None keeps its room.
      assertEquals(503, statusOfUnknownLength(new byte[200_000]));
      assertEquals(400, statusOfUnknownLength(new byte[100_000]));
      assertEquals(200, statusOfUnknownLength(image(i)));
    }
  }

  @Test
  void bodies_tooLarge_takesNoRoom() throws Exception {
    Bodies bodies = new Bodies(1000);
    assertNull(bodies.read(new ByteArrayInputStream(new byte[10]), Bodies.LARGEST + 1L));
    try (Bodies.Body body = bodies.read(new ByteArrayInputStream(new byte[1000]), 1000)) {
      assertEquals(1000, body.content().length);
    }
  }

  @Test
  void predict_form_saysWhatIsExpected() throws Exception {
    HttpResponse<byte[]> response =
        client.send(
            request("predict", "multipart/form-data; boundary=x", image(0)),
            BodyHandlers.ofByteArray());
    assertEquals(415, response.statusCode());
  }

  /** As a browser asks when somebody opens the address. */
  @ParameterizedTest
  @CsvSource({
    "GET, predict, POST, 'expected POST with an image as the body, found GET'",
    "PUT, predict, POST, 'expected POST with an image as the body, found PUT'",
    "GET, setup, POST, 'expected POST, found GET'",
    "DELETE, health, 'GET, HEAD', 'expected GET or HEAD, found DELETE'",
  })
  void request_byAnotherMethod_saysWhichIsExpected(
      String method, String path, String allowed, String error) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address()).resolve(path))
            .method(method, BodyPublishers.noBody())
            .build();
    HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
    assertEquals(405, answer.statusCode());
    assertEquals(allowed, answer.headers().firstValue("Allow").orElse(""));
    assertEquals(error, JSON.readTree(answer.body()).path("error").asText());
  }

  @Test
  void healthAndModel_sayWhatIsServed() throws Exception {
    assertEquals("UP", get("health").path("status").asText());
    assertEquals("run-7", get("").path("model_version").asText());
    assertEquals(10, get("").path("classes").size());
  }

  @Test
  void classify_afterClose_isRefused() throws IOException {
    classifier.close();
    byte[] image = image(0);
    assertThrows(RejectedExecutionException.class, () -> classifier.classify(image, "an image"));
  }

  private static String config(List<String> choices) {
    StringBuilder config =
        new StringBuilder("<View><Image name=\"img\" value=\"$photo\"/><Choices name=\"kind\"");
    config.append(" toName=\"img\">");
    choices.forEach(choice -> config.append("<Choice value=\"").append(choice).append("\"/>"));
    return config.append("</Choices></View>").toString();
  }

  private static ObjectNode tasks(String config, String... images) {
    ObjectNode message = JSON.createObjectNode().put("label_config", config);
    ArrayNode tasks = message.putArray("tasks");
    for (String image : images) {
      tasks.addObject().put("id", tasks.size()).putObject("data").put("photo", image);
    }
    return message;
  }

  private static String escaped(String className) {
    return className.replace("&", "&amp;").replace("<", "&lt;");
  }

  private List<String> classes() {
    return classifier.classNames().stream().map(PredictionServerTest::escaped).toList();
  }

  @Test
  void labelStudio_tasks_getTheLikeliestClass() throws Exception {
    byte[] inline = image(5);
    JsonNode results =
        json(
                200,
                "predict",
                tasks(
                    config(classes()),
                    "data:image/png;base64," + Base64.getEncoder().encodeToString(inline),
                    "/data/local-files/?d=sub%2Fa%20b.png",
                    "/data/local-files/?d=..%2Foutside.png",
                    "/data/upload/1/photo.png",
                    "/data/local-files/?d=missing.png"))
            .path("results");
    assertEquals(5, results.size(), "an answer for each task, in their order");
    for (int i = 0; i < 2; i++) {
      Prediction likeliest = expected(i == 0 ? inline : image(1)).get(0);
      JsonNode region = results.path(i).path("result").path(0);
      assertEquals("kind", region.path("from_name").asText());
      assertEquals("img", region.path("to_name").asText());
      assertEquals("choices", region.path("type").asText());
      assertEquals(likeliest.className(), region.path("value").path("choices").path(0).asText());
      assertEquals(likeliest.probability(), results.path(i).path("score").asDouble());
      assertEquals("run-7", results.path(i).path("model_version").asText());
    }
    for (int i = 2; i < 5; i++) { // Outside of the folder, to be fetched, and missing.
      assertTrue(results.path(i).path("result").isEmpty(), results::toString);
    }
  }

  /** Longer than Jackson takes by itself. */
  @Test
  void labelStudio_longInlineImage_othersAreAnsweredAllTheSame() throws Exception {
    String inline = "data:image/png;base64,";
    String good = Base64.getEncoder().encodeToString(image(5));

    JsonNode results =
        json(
                200,
                "predict",
                tasks(config(classes()), inline + "A".repeat(21_000_000), inline + good))
            .path("results");

    assertTrue(results.path(0).path("result").isEmpty(), "no image");
    assertEquals(expected(image(5)).get(0).probability(), results.path(1).path("score").asDouble());
  }

  @Test
  void labelStudio_moreTasksThanMayWait_areAllAnswered() throws Exception {
    String[] images = new String[300];
    Arrays.fill(images, "/data/local-files/?d=sub%2Fa%20b.png");
    JsonNode results = json(200, "predict", tasks(config(classes()), images)).path("results");
    assertEquals(300, results.size());
    assertEquals(1, results.path(299).path("result").size());
  }

  @Test
  void labelStudio_uploadedImages_areFetchedFromItsAddressAlone() throws Exception {
    List<String> tokens = new ArrayList<>();
    HttpServer studio =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] uploaded = image(8);
    studio.createContext(
        "/data/upload",
        exchange -> {
          tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.sendResponseHeaders(200, uploaded.length);
          exchange.getResponseBody().write(uploaded);
          exchange.close();
        });
    studio.start();
    try {
      URI address = URI.create("http://localhost:" + studio.getAddress().getPort());
      StudioImages images = new StudioImages(null, address, "secret\r\n");
      assertEquals(uploaded.length, images.read("/data/upload/1/photo.png").length);
      assertEquals(List.of("Token secret"), tokens);
      for (String elsewhere :
          List.of(
              "http://127.0.0.1:" + studio.getAddress().getPort() + "/data/upload/1", "//x/y")) {
        assertTrue(
            assertThrows(EmanException.class, () -> images.read(elsewhere))
                .getMessage()
                .startsWith("expected an image at " + address));
      }
      assertTrue(
          assertThrows(EmanException.class, () -> images.read("/other"))
              .getMessage()
              .endsWith("Label Studio answered 404"));
    } finally {
      studio.stop(0);
    }
  }

  /** Such a task has no prediction; the others of its request do. */
  @ParameterizedTest
  @CsvSource({"http://label_studio:8080, secret", "http://localhost:8080, 'a\nb'"})
  void labelStudio_whatNoRequestCanHave_isThatImagesFailure(URI address, String token) {
    StudioImages images = new StudioImages(null, address, token);
    String message =
        assertThrows(EmanException.class, () -> images.read("/data/upload/1/p.png")).getMessage();
    assertTrue(message.startsWith("cannot fetch /data/upload/1/p.png: the host's name"), message);
  }

  /**
   * An answer whose rest never comes would keep a thread, and all of the request's other images.
   */
  @Test
  void labelStudio_imageThatStalls_isGivenUp() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    HttpServer studio =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    studio.createContext(
        "/data/upload",
        exchange -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(1);
          exchange.getResponseBody().flush();
          try {
            ended.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    studio.start();
    try {
      URI address = URI.create("http://localhost:" + studio.getAddress().getPort());
      StudioImages images = new StudioImages(null, address, null, Duration.ofSeconds(10));
      EmanException e =
          assertTimeoutPreemptively(
              Duration.ofSeconds(120),
              () -> assertThrows(EmanException.class, () -> images.read("/data/upload/1/p.png")));
      assertEquals(
          "cannot read /data/upload/1/p.png: it did not come within 10 seconds", e.getMessage());
    } finally {
      ended.countDown();
      studio.stop(0);
    }
  }

  @Test
  void labelStudio_setup_namesConfigurationsThatDoNotFit() throws Exception {
    ObjectNode message = JSON.createObjectNode().put("project", "1.1");
    assertEquals("run-7", json(200, "setup", message).path("model_version").asText());
    message.put("schema", config(classes()));
    assertEquals("run-7", json(200, "setup", message).path("model_version").asText());
    message.put("schema", config(List.of("numbat", "bilby")));
    assertTrue(
        json(400, "setup", message)
            .path("error")
            .asText()
            .startsWith("expected choices that are classes of the network ("));
    message.put("schema", "<View><Text name=\"t\" value=\"$t\"/></View>");
    assertTrue(json(400, "setup", message).path("error").asText().contains("Choices for an Image"));
    message.put("schema", "<View>");
    assertTrue(json(400, "setup", message).path("error").asText().contains("in XML"));
  }

  @Test
  void labelStudio_classThatIsNoChoice_isNotPredicted() throws Exception {
    byte[] image = image(5);
    String likeliest = expected(image).get(0).className();
    List<String> others = new ArrayList<>(classes());
    others.remove(escaped(likeliest));
    JsonNode results =
        json(
                200,
                "predict",
                tasks(
                    config(others),
                    "data:image/png;base64," + Base64.getEncoder().encodeToString(image)))
            .path("results");
    assertTrue(results.path(0).path("result").isEmpty(), results::toString);
  }
}
