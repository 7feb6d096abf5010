package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.split.LabelAmount;
import dev.eman.train.OnnxModel;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.TrainingOptions;
import dev.eman.weights.onnx.OnnxEngine;
import io.javalin.Javalin;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeTest {
  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();

  private static HttpRequest request(Javalin server, BodyPublisher body) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/predict"))
        .POST(body)
        .build();
  }

  private Path image(int gray) throws IOException {
    BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 14; i++) {
      image.getRaster().setSample(i, i, 0, gray);
    }
    Path file = folder.resolve(gray + ".png");
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  @Test
  void predict_manyAtOnce_answeredAsOneByOne() throws Exception {
    Path run = folder.resolve("run");
    TrainingOptions options =
        TrainingOptions.builder("fixmatch")
            .dataset("fashion-mnist-mini")
            .backbone("resnet8-w16")
            .labels(LabelAmount.perClass(5))
            .steps(2)
            .build();
    try (TrainingRun training = TrainingRun.start(options, run)) {
      training.train();
      training.finish();
    }
    RunCheckpoint checkpoint = RunCheckpoint.open(run, Which.BEST);
    TrainedClassifier alone = checkpoint.network(checkpoint.deployed());
    Path model = folder.resolve("model.onnx");
    OnnxModel.of(checkpoint, checkpoint.deployed())
        .write(model, OnnxEngine.require("the test", ""));
    Javalin server = Serve.start(model, 0);
    try {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        answers.add(
            client.sendAsync(
                request(server, BodyPublishers.ofFile(image(16 * i))), BodyHandlers.ofString()));
      }
      for (int i = 0; i < 16; i++) {
        String likeliest = alone.classify(image(16 * i)).get(0).className();
        String answer = answers.get(i).join().body();
        assertTrue(answer.startsWith("[{\"className\":\"" + likeliest + "\""), answer);
      }
      HttpResponse<String> damaged =
          client.send(
              request(server, BodyPublishers.ofString("no image")), BodyHandlers.ofString());
      assertEquals(400, damaged.statusCode());
      assertTrue(damaged.body().contains("the image"), damaged.body());
    } finally {
      server.stop();
    }
  }
}
