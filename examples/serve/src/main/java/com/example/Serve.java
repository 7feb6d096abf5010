package com.example;

import dev.eman.core.EmanException;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.train.BatchingClassifier;
import dev.eman.train.OnnxClassifier;
import dev.eman.weights.onnx.OnnxEngine;
import io.javalin.Javalin;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/** Answers {@code POST /predict}, an image as the body, with its likeliest classes. */
public final class Serve {
  private static final long LARGEST_IMAGE = 20 << 20;

  private Serve() {}

  /** Arguments: an ONNX model that {@code eman export} or {@code linear --save} wrote, a port. */
  public static void main(String[] args) {
    Javalin server = start(Path.of(args[0]), Integer.parseInt(args[1]));
    System.out.println("POST an image to http://127.0.0.1:" + server.port() + "/predict");
  }

  /** Serves until it is stopped; with port 0 at any free one. */
  static Javalin start(Path model, int port) {
    OnnxClassifier network = OnnxClassifier.open(model, OnnxEngine.require("a service", ""));
    // Requests that wait at the same time become one batch.
    BatchingClassifier classifier = new BatchingClassifier(network);
    return Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.http.maxRequestSize = LARGEST_IMAGE;
              config.routes.post("/predict", request -> predict(request, classifier));
              config.routes.exception(
                  CorruptImageException.class, (e, request) -> fail(request, 400, e));
              config.routes.exception(
                  RejectedExecutionException.class, (e, request) -> fail(request, 503, e));
              config.routes.exception(EmanException.class, (e, request) -> fail(request, 500, e));
              config.events.serverStopped( // One listener: Javalin calls several in any order.
                  () -> {
                    classifier.close();
                    network.close();
                  });
            })
        .start("127.0.0.1", port);
  }

  /** The request's thread is free while its image waits. */
  private static void predict(Context request, BatchingClassifier classifier) {
    byte[] image = request.bodyAsBytes();
    request.future(
        () ->
            classifier
                .classify(image, "the image")
                .thenAccept(all -> request.json(all.subList(0, Math.min(5, all.size())))));
  }

  private static void fail(Context request, int status, Exception e) {
    request.status(status).json(Map.of("error", String.valueOf(e.getMessage())));
  }
}
