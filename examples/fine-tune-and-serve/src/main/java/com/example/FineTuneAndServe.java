package com.example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.eman.core.EmanException;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.train.ImageClassifier.Prediction;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.TrainingOptionsBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Trains a classifier on a pretrained backbone, and answers images over HTTP with their classes.
 */
public final class FineTuneAndServe {
  private static final int LARGEST_IMAGE = 20 << 20;

  private FineTuneAndServe() {}

  /** Arguments: a pretrained run, the folder of the new run, a port. */
  public static void main(String[] args) throws IOException {
    HttpServer server =
        serve(fineTune(Path.of(args[0]), Path.of(args[1]), 500), Integer.parseInt(args[2]));
    System.out.println("POST an image to http://localhost:" + server.getAddress().getPort());
  }

  /**
   * The backbone's weights come from the run, as do the data and their size; the classifier starts
   * at random, at ten times the backbone's rate.
   */
  static RunCheckpoint fineTune(Path pretrained, Path folder, long steps) {
    TrainingOptions given = RunCheckpoint.open(pretrained, Which.LAST).options();
    DataOptions data = given.data();
    TrainingOptionsBuilder options =
        TrainingOptions.builder("supervised")
            .initialWeights(pretrained)
            .backbone(given.backbone())
            .dataset(data.dataset())
            .size(data.imageSize(data.provider()))
            .testView(given.views().test())
            .labels(LabelAmount.perClass(20))
            .steps(steps)
            .schedule(ScheduleKind.COSINE)
            .learningRate(0.1)
            .backboneLearningRate(0.01)
            .weightDecay(0);
    if (data.folder() != null) {
      options.data(data.folder());
    }
    if (data.images() != null) {
      options.images(data.images());
    }
    try (TrainingRun run = TrainingRun.start(options.build(), folder)) {
      if (run.train()) {
        System.out.println("test set: " + run.finish().test().student());
      }
    }
    return RunCheckpoint.open(folder, Which.BEST);
  }

  /** Serves until the process ends; with port 0 at any free one. */
  static HttpServer serve(RunCheckpoint checkpoint, int port) throws IOException {
    TrainedClassifier classifier = checkpoint.network(checkpoint.deployed());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    // The server's own thread answers one request after the other: a classifier has one user.
    server.createContext("/", exchange -> answer(exchange, classifier));
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, TrainedClassifier classifier)
      throws IOException {
    Path image = Files.createTempFile("image", "");
    try (exchange) {
      Files.write(image, exchange.getRequestBody().readNBytes(LARGEST_IMAGE));
      try {
        send(exchange, 200, json(classifier.classify(image).get(0)));
      } catch (EmanException e) {
        send(exchange, 400, "{\"error\": \"expected an image (JPEG, PNG, BMP)\"}");
      }
    } finally {
      Files.delete(image);
    }
  }

  private static String json(Prediction best) {
    String name = best.className().replace("\\", "\\\\").replace("\"", "\\\"");
    return String.format(
        Locale.ROOT, "{\"class\": \"%s\", \"probability\": %.4f}", name, best.probability());
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
