package dev.eman.web.label;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.train.RunCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class NetworkViewTest {
  @TempDir Path folder;

  @Test
  void of_imagesDeletedOrDamagedSince_markedAndTheOthersAsBefore() throws IOException {
    Shapes.write(folder, 6);
    List<Path> files =
        IntStream.range(0, 6).mapToObj(i -> folder.resolve("a0" + i + ".png")).toList();
    RunCheckpoint run =
        RunCheckpoint.openResult(Path.of("../eman-cli/src/test/resources/golden/fixmatch"));
    NetworkView before = NetworkView.of(run, files);
    assertEquals(Set.of(), before.unreadable());
    Files.delete(files.get(1));
    Files.writeString(files.get(4), "no image");

    NetworkView view = NetworkView.of(run, files);

    assertEquals(Set.of(1, 4), view.unreadable());
    assertEquals(6, view.pool().size());
    for (int i : new int[] {0, 2, 3, 5}) {
      assertEquals(row(before, i), row(view, i), "image " + i);
    }
  }

  private static INDArray row(NetworkView view, int image) {
    return Objects.requireNonNull(view.predictions()).getRow(image);
  }
}
