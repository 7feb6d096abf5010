package dev.eman.web.label;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrainingTest {
  private static final OptionTexts OPTIONS =
      OptionTexts.empty()
          .with("algorithm", "supervised")
          .with("labels", "100%")
          .with("steps", "2")
          .with("size", "32")
          .with("backbone", "resnet8-w16")
          .with("batch", "2")
          .with("map-images", "0");

  @TempDir Path folder;

  private Path table() throws IOException {
    Shapes.write(folder, 8);
    String rows =
        IntStream.range(0, 8)
            .mapToObj(i -> "a0" + i + ".png," + (i % 2 == 0 ? "red" : "blue") + ",\n")
            .collect(Collectors.joining());
    return Files.writeString(folder.resolve("labels.csv"), "image,label,note\n" + rows);
  }

  private static Retraining.Progress ended(Retraining training) throws InterruptedException {
    for (int i = 0; i < 1800 && training.progress().running(); i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return training.progress();
  }

  /** What follows may fail, for want of memory, say. */
  @Test
  void start_networkThatCannotBeUsed_isTrainedAllTheSame() throws Exception {
    AtomicReference<Retraining.Progress> before = new AtomicReference<>();
    try (Retraining training = new Retraining()) {
      training.start(
          table(),
          OPTIONS,
          folder.resolve("run"),
          run -> {
            before.set(training.progress());
            throw new EmanException("no memory");
          });
      Retraining.Progress after = ended(training);
      assertEquals("no memory", after.failure());
      assertEquals(folder.resolve("run"), after.run());
      assertTrue(after.result().endsWith("right"), after::toString);
      assertEquals(
          new Retraining.Progress(true, 2, 2, after.run(), after.result(), ""), before.get());
    }
  }

  @Test
  void start_trainingThatFails_hasNoRun() throws Exception {
    try (Retraining training = new Retraining()) {
      training.start(table(), OPTIONS.with("holdout", "7"), folder.resolve("run"), run -> {});
      Retraining.Progress after = ended(training);
      assertTrue(after.failure().contains("holdout"), after::toString);
      assertEquals(new Retraining.Progress(false, 0, 0, null, "", after.failure()), after);
      assertFalse(Files.exists(folder.resolve("run")));
    }
  }
}
