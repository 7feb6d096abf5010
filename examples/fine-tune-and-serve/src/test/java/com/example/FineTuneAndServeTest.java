package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.TrainingOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuneAndServeTest {
  @TempDir private Path temp;

  @Test
  void serve_fineTunedRun_answersImagesAndRefusesOthers() throws Exception {
    Path pretrained = temp.resolve("pretrained");
    TrainingOptions options =
        TrainingOptions.builder("fixmatch").backbone("resnet8-w4").batch(8).steps(2).build();
    try (TrainingRun run = TrainingRun.start(options, pretrained)) {
      run.train();
    }
    RunCheckpoint tuned = FineTuneAndServe.fineTune(pretrained, temp.resolve("tuned"), 4);
    HttpServer server = FineTuneAndServe.serve(tuned, 0);
    try {
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", png);
      HttpResponse<String> answer = post(server, png.toByteArray());
      assertEquals(200, answer.statusCode(), answer.body());
      assertTrue(answer.body().matches("\\{\"class\": \".+\", \"probability\": 0\\.\\d+}"), answer.body());
      assertEquals(400, post(server, "no image".getBytes()).statusCode());
    } finally {
      server.stop(0);
    }
  }

  private static HttpResponse<String> post(HttpServer server, byte[] body) throws Exception {
    URI address = URI.create("http://localhost:" + server.getAddress().getPort());
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(address)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofString());
  }
}
