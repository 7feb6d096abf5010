package dev.eman.web.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.primitives.Ints;
import dev.eman.core.EmanException;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.train.BatchingClassifier;
import dev.eman.train.ImageClassifier.Prediction;
import dev.eman.web.Assets;
import dev.eman.web.LocalServer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code POST /predict} with the classes of the image in its body, {@code GET /health} and
 * {@code GET /} with what is served. With Label Studio it speaks the protocol of its machine
 * learning backends as well: {@code POST /setup}, and tasks as JSON to {@code /predict}.
 */
public final class PredictionServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PredictionServer.class);

  /** Takes images in strings as long as a body may be; Jackson's own limit is a third of that. */
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(Bodies.LARGEST).build())
              .build());

  private static final String PREDICT = "/predict";

  private final BatchingClassifier classifier;
  private final String version;
  private final @Nullable LabelStudio labelStudio;
  private final Bodies bodies;
  private final LocalServer server;

  private PredictionServer(
      BatchingClassifier classifier,
      String version,
      @Nullable LabelStudio labelStudio,
      @Nullable Integer port,
      Bodies bodies) {
    this.classifier = classifier;
    this.version = version;
    this.labelStudio = labelStudio;
    this.bodies = bodies;
    server = LocalServer.start(port, new Assets(), this::addRoutes);
  }

  /**
   * Starts a server; threads of its own answer until it is closed.
   *
   * @param classifier answers; it is the caller's to close
   * @param version names the model in answers
   * @param labelStudio null to answer single images alone
   * @param port the user's choice, 0 for any; null for the usual
   * @throws EmanException if the port is taken
   */
  public static PredictionServer start(
      BatchingClassifier classifier,
      String version,
      @Nullable LabelStudio labelStudio,
      @Nullable Integer port) {
    return start(classifier, version, labelStudio, port, Bodies.ofHeap());
  }

  /** A server with room for requests of its own. */
  static PredictionServer start(
      BatchingClassifier classifier,
      String version,
      @Nullable LabelStudio labelStudio,
      @Nullable Integer port,
      Bodies bodies) {
    return new PredictionServer(classifier, version, labelStudio, port, bodies);
  }

  private void addRoutes(RoutesConfig routes) {
    routes.get("/", request -> send(request, 200, model()));
    routes.get("/health", request -> send(request, 200, health()));
    routes.post(PREDICT, this::predict);
    routes.error(405, PredictionServer::refuse);
    if (labelStudio != null) {
      routes.post("/setup", request -> studio(request, LabelStudio::setup));
      routes.post("/webhook", request -> send(request, 200, JsonNodeFactory.instance.objectNode()));
    }
  }

  /** Another method than the path takes; the server has said which. */
  private static void refuse(Context request) throws JsonProcessingException {
    String expected =
        request.path().equals(PREDICT)
            ? "expected POST with an image as the body, found " + request.method()
            : String.valueOf(request.result());
    fail(request, 405, expected);
  }

  private ObjectNode model() {
    ObjectNode model = health(); // Label Studio asks either.
    ArrayNode names = model.putArray("classes");
    classifier.classNames().forEach(names::add);
    return model;
  }

  private ObjectNode health() {
    ObjectNode health = JsonNodeFactory.instance.objectNode();
    return health.put("status", "UP").put("model_class", "EMAN").put("model_version", version);
  }

  private void predict(Context request) throws IOException {
    String type = String.valueOf(request.contentType());
    if (labelStudio != null && type.startsWith("application/json")) {
      studio(request, LabelStudio::predict);
      return;
    }
    if (type.startsWith("application/json") || type.startsWith("multipart/")) {
      fail(request, 415, "expected the bytes of an image as the body, found " + type);
      return;
    }
    @Nullable Integer top = top(request.queryParam("top"));
    if (top == null) {
      fail(request, 400, "top: expected a number of classes, at least 1");
      return;
    }
    try (Bodies.@Nullable Body body = body(request)) {
      if (body == null) {
        return;
      }
      if (body.content().length == 0) {
        fail(request, 400, "expected the bytes of an image as the body, found none");
        return;
      }
      List<Prediction> all = classifier.classify(body.content(), "the image").join();
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      ArrayNode predictions = answer.putArray("predictions");
      for (Prediction guess : all.subList(0, Math.min(top, all.size()))) {
        predictions
            .addObject()
            .put("class", guess.className())
            .put("probability", guess.probability());
      }
      answer.put("model_version", version);
      send(request, 200, answer);
    } catch (RejectedExecutionException e) {
      busy(request, e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof CorruptImageException corrupt) {
        fail(request, 400, String.valueOf(corrupt.getMessage()));
      } else {
        LOG.error("an image could not be classified", e.getCause());
        fail(request, 500, "the image could not be classified; the server's log has the reason");
      }
    }
  }

  private static @Nullable Integer top(@Nullable String text) {
    Integer top = text == null ? Integer.valueOf(5) : Ints.tryParse(text);
    return top == null || top < 1 ? null : top;
  }

  /** An answer to a message of Label Studio. */
  @FunctionalInterface
  private interface StudioAnswer {
    JsonNode of(LabelStudio labelStudio, JsonNode message);
  }

  private void studio(Context request, StudioAnswer answer) throws IOException {
    try (Bodies.@Nullable Body body = body(request)) {
      if (body == null || labelStudio == null) {
        return;
      }
      send(request, 200, answer.of(labelStudio, JSON.readTree(body.content())));
    } catch (JsonProcessingException e) {
      fail(request, 400, "expected JSON, as Label Studio sends it; found something else");
    } catch (EmanException e) {
      LOG.warn("Label Studio: {}", e.getMessage());
      fail(request, 400, String.valueOf(e.getMessage()));
    } catch (RejectedExecutionException e) {
      busy(request, e);
    }
  }

  /** What was sent; null if that was too much, and the answer says so. */
  private Bodies.@Nullable Body body(Context request) throws IOException {
    Bodies.Body body = bodies.read(request.bodyInputStream(), request.req().getContentLengthLong());
    if (body == null) {
      fail(request, 413, "expected at most " + Bodies.LARGEST + " bytes, found more");
    }
    return body;
  }

  private static void busy(Context request, RejectedExecutionException e)
      throws JsonProcessingException {
    request.header("Retry-After", "1");
    fail(request, 503, String.valueOf(e.getMessage()));
  }

  private static void fail(Context request, int status, String message)
      throws JsonProcessingException {
    send(request, status, JsonNodeFactory.instance.objectNode().put("error", message));
  }

  private static void send(Context request, int status, JsonNode answer)
      throws JsonProcessingException {
    request.status(status).contentType("application/json").result(JSON.writeValueAsBytes(answer));
  }

  /** Where it answers. */
  public String address() {
    return server.address();
  }

  @Override
  public void close() {
    server.close();
  }
}
