package dev.eman.benchmarks.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhotoMakerTest {
  @TempDir private Path folder;

  /** The size of ImageNet's photos: what a decoder has to do goes by it. */
  @Test
  void write_files_areAsLargeAsPhotos() throws IOException {
    for (int seed = 0; seed < 3; seed++) {
      Path file = folder.resolve(seed + ".jpg");
      PhotoMaker.write(file, seed);
      long size = Files.size(file);
      assertTrue(size > 90_000 && size < 140_000, "bytes: " + size);
    }
  }
}
