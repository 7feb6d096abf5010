package dev.eman.train.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.train.encoder.EncoderOptions.Normalization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
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
    assertArrayEquals(new float[] {3, Float.MIN_VALUE}, find(again, image(2)));
    assertArrayEquals(new float[] {1, 2}, find(again, image(1)));
    assertFalse(again.contains(image(3)));
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

  /** Features are in memory before a file is full, and in files afterwards. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2047, 2048, 2049, 4096, 4100})
  void find_anyNumber_sameBitsFromMemoryAndFiles(int images) {
    FeatureCache cache = new FeatureCache(folder);
    for (int i = 0; i < images; i++) {
      cache.add(image(i), features(i));
    }
    checkAll(cache, images);
    cache.save();
    checkAll(cache, images);
    FeatureCache again = new FeatureCache(folder);
    checkAll(again, images);
    assertFalse(again.contains(image(images)));
  }

  private static float[] features(int i) {
    return new float[] {i, -0f, 1f / i, Float.MIN_VALUE * i};
  }

  private static void checkAll(FeatureCache cache, int images) {
    assertEquals(images, cache.size());
    for (int i = 0; i < images; i++) {
      assertTrue(cache.contains(image(i)));
      assertArrayEquals(features(i), find(cache, image(i)));
    }
  }

  /** What a killed process leaves: whole files, and the draft of one. */
  @Test
  void add_afterAnInterruptedWrite_goesOnFromTheWholeFiles() throws IOException {
    FeatureCache killed = new FeatureCache(folder);
    for (int i = 0; i < 2050; i++) {
      killed.add(image(i), features(i));
    }
    Path whole = files().get(0);
    byte[] part = Arrays.copyOf(Files.readAllBytes(whole), 1000);
    Files.write(folder.resolve("." + whole.getFileName() + "." + UUID.randomUUID()), part);
    FeatureCache cache = new FeatureCache(folder);
    checkAll(cache, 2048);
    cache.add(image(2048), features(2048));
    cache.save();
    checkAll(new FeatureCache(folder), 2049);
  }

  @Test
  void open_filesOfOthers_untouched() throws IOException {
    Path note = Files.writeString(folder.resolve("note.txt"), "EMANFTR1");
    assertEquals(0, new FeatureCache(folder).size());
    assertTrue(Files.exists(note));
  }

  /** Another format under the ending, and a header that claims more than there is. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "EMANFTR2", "PK and so on and so on and so on and so on and so on", "H"})
  void open_foreignContent_isDeleted(String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    if (content.equals("H")) {
      bytes = new byte[80];
      Arrays.fill(bytes, (byte) 0x7f);
      System.arraycopy("EMANFTR1".getBytes(StandardCharsets.UTF_8), 0, bytes, 0, 8);
    }
    Path file = Files.write(folder.resolve("other.features"), bytes);
    assertEquals(0, new FeatureCache(folder).size());
    assertFalse(Files.exists(file));
  }

  @Test
  void find_fileGoneMeanwhile_saysWhichAndWhatToDo() throws IOException {
    FeatureCache cache = new FeatureCache(folder);
    cache.add(image(1), new float[] {1, 2});
    cache.save();
    Path file = files().get(0);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 50));
    String cut = assertThrows(EmanException.class, () -> find(cache, image(1))).getMessage();
    assertTrue(cut.contains(file + ", which was whole before"), cut);
    Files.delete(file);
    String gone = assertThrows(EmanException.class, () -> find(cache, image(1))).getMessage();
    assertTrue(gone.contains("Start again"), gone);
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
    assertFalse(new FeatureCache(folder).contains(image(1)));
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
    assertFalse(new FeatureCache(folder).contains(image(1)));
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

  private static float[] find(FeatureCache cache, HashCode image) {
    return cache.findAll(new HashCode[] {image})[0];
  }
}
