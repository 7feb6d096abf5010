package dev.eman.train.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.train.encoder.EncoderOptions.Normalization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureCacheTest {
  @TempDir private Path folder;

  private static HashCode image(int index) {
    return Hashing.sha256().hashInt(index);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void open_afterSave_findsFeatures() throws IOException {
    FeatureCache cache = new FeatureCache(folder);
    cache.add(image(1), new float[] {1, 2});
    cache.add(image(2), new float[] {3, Float.MIN_VALUE});
    assertEquals(0, files().size());
    cache.save();
    cache.save();
    assertEquals(1, files().size());
    FeatureCache again = new FeatureCache(folder);
    assertArrayEquals(new float[] {3, Float.MIN_VALUE}, again.find(image(2)));
    assertArrayEquals(new float[] {1, 2}, again.find(image(1)));
    assertNull(again.find(image(3)));
  }

  @Test
  void save_byTwoAtOnce_keepsBoth() {
    FeatureCache one = new FeatureCache(folder);
    FeatureCache two = new FeatureCache(folder);
    one.add(image(1), new float[] {1});
    two.add(image(2), new float[] {2});
    one.save();
    two.save();
    assertEquals(2, new FeatureCache(folder).size());
  }

  @Test
  void add_many_savesBeforeTheEnd() throws IOException {
    FeatureCache cache = new FeatureCache(folder);
    for (int i = 0; i < 2049; i++) {
      cache.add(image(i), new float[] {i});
    }
    assertEquals(2048, new FeatureCache(folder).size());
    assertEquals(1, files().size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 12, 20, 50, 70, -1})
  void open_damagedFile_isDeleted(int at) throws IOException {
    FeatureCache cache = new FeatureCache(folder);
    cache.add(image(1), new float[] {1, 2});
    cache.save();
    Path file = files().get(0);
    byte[] content = Files.readAllBytes(file);
    content[at < 0 ? content.length + at : at] ^= 64;
    Files.write(file, content);
    assertNull(new FeatureCache(folder).find(image(1)));
    assertFalse(Files.exists(file));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 47, 80, 87})
  void open_shortenedFile_isDeleted(int length) throws IOException {
    FeatureCache cache = new FeatureCache(folder);
    cache.add(image(1), new float[] {1, 2});
    cache.save();
    Path file = files().get(0);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
    assertNull(new FeatureCache(folder).find(image(1)));
    assertFalse(Files.exists(file));
  }

  @Test
  void open_aFileForAFolder_saysSo() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    EmanException e = assertThrows(EmanException.class, () -> new FeatureCache(file));
    assertEquals(true, e.getMessage().startsWith("cannot use the cache of features"));
  }

  @Test
  void normalization_names_andNumbers() {
    assertEquals(0.406, Normalization.parse("imagenet").mean(2));
    assertEquals(0.5, Normalization.parse("HALF").deviation(1));
    assertEquals(0.2, Normalization.parse("0.5,0.5,0.5/0.1,0.2,0.3").deviation(1));
    for (String wrong : List.of("resnet", "1/0", "1,2/1,1", "a/b", "0.5")) {
      assertThrows(UsageException.class, () -> Normalization.parse(wrong), wrong);
    }
  }
}
