package dev.eman.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.io.Printable;
import dev.eman.datasets.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every data set keeps to. Extend it to test a {@link DatasetProvider} of your own:
 *
 * <pre>{@code
 * class PhotosTest extends DatasetContractTest {
 *   @Override protected DatasetProvider provider(Path folder) { return new PhotosProvider(); }
 *   @Override protected void writeData(Path folder, int variant) { ... }
 * }
 * }</pre>
 *
 * <p>It comes in this module's test jar (classifier {@code tests}), not in the core's, which knows
 * no data sets.
 */
public abstract class DatasetContractTest {
  /** More images than these are not read. */
  private static final int READ = 40;

  private static final int THREADS = 4;

  @TempDir Path temporary;
  private Path folder;
  private DatasetProvider provider;

  /**
   * The data set under test.
   *
   * @param folder that a user would name as the folder of data, {@code --data}
   */
  protected abstract DatasetProvider provider(Path folder);

  /**
   * Writes data of all parts that the provider has; a few images of each are enough.
   *
   * @param folder empty, to write to
   * @param variant 0 or 1: other images or labels of each part for each
   */
  protected abstract void writeData(Path folder, int variant) throws IOException;

  /** Whether the data comes with the provider's jar, so that it is never missing. */
  protected boolean comesWithData() {
    return false;
  }

  @BeforeEach
  void writeAndFind() throws IOException {
    folder = Files.createDirectory(temporary.resolve("data"));
    writeData(folder, 0);
    provider = provider(folder);
  }

  @Test
  public void provider_names_plainAndStable() {
    for (String text : List.of(provider.name(), provider.description())) {
      assertEquals(text.strip(), text);
      assertFalse(text.isEmpty());
      assertFalse(Printable.hasControls(text), text);
    }
    assertEquals(provider.name(), provider(folder).name());
    assertFalse(provider.parts().isEmpty());
  }

  @Test
  public void provider_statistics_finiteAndOfTheImagesChannels() {
    ChannelStatistics statistics = provider.statistics();
    statistics.mean().forEach(mean -> assertTrue(mean >= 0 && mean <= 1, "mean " + mean));
    statistics
        .deviation()
        .forEach(deviation -> assertTrue(deviation > 0 && deviation <= 1, "" + deviation));
    assertTrue(provider.imageSize() > 0);
    forEachPart((part, data) -> assertEquals(statistics.channels(), data.channels()));
  }

  @Test
  public void open_eachPart_hasImagesNamedOnce() {
    forEachPart(
        (part, data) -> {
          assertTrue(provider.isPresent(part, directories(folder)));
          assertFalse(data.name().isBlank());
          assertTrue(data.size() > 0);
          Set<String> names = new HashSet<>();
          for (int i = 0; i < Math.min(READ, data.size()); i++) {
            assertTrue(names.add(data.imageName(i)), data.imageName(i));
          }
        });
  }

  @Test
  public void labels_ofEachPart_inRangeOrUnknown() {
    forEachPart(
        (part, data) -> {
          ClassNames.check(data.classNames(), data.name());
          assertEquals(data.classNames().size(), new HashSet<>(data.classNames()).size());
          for (int i = 0; i < data.size(); i++) {
            int label = data.label(i);
            if (part == Part.UNLABELED) {
              assertEquals(ImageDataset.UNLABELED, label);
            } else {
              assertTrue(label >= 0 && label < data.classNames().size(), "label " + label);
            }
          }
        });
  }

  @Test
  public void classNames_ofTrainAndTest_same() {
    Set<List<String>> all = new HashSet<>();
    forEachPart(
        (part, data) -> {
          if (part != Part.UNLABELED) {
            all.add(data.classNames());
          }
        });
    assertEquals(1, all.size(), all.toString());
  }

  @Test
  public void access_outOfRange_refused() {
    forEachPart(
        (part, data) -> {
          for (int index : new int[] {-1, data.size()}) {
            assertThrows(IndexOutOfBoundsException.class, () -> data.label(index));
            assertThrows(IndexOutOfBoundsException.class, () -> data.image(index));
          }
        });
  }

  @Test
  public void read_again_samePixels() {
    forEachPart(
        (part, data) -> {
          Image used = new Image();
          used.reset(300, 200, 3);
          Arrays.fill(used.pixels(), (byte) 77);
          for (int i = 0; i < Math.min(READ, data.size()); i++) {
            Image fresh = data.image(i);
            assertEquals(data.channels(), fresh.channels());
            assertTrue(fresh.width() > 0 && fresh.height() > 0);
            data.read(i, used);
            assertSame(fresh, used);
          }
        });
  }

  @Test
  public void read_byManyThreads_samePixelsAsByOne() {
    forEachPart(
        (part, data) -> {
          List<Image> expected = new ArrayList<>();
          for (int i = 0; i < Math.min(READ, data.size()); i++) {
            expected.add(data.image(i));
          }
          Callable<Void> reader =
              () -> {
                Image image = new Image();
                for (int i = 0; i < 5 * expected.size(); i++) {
                  data.read(i % expected.size(), image);
                  assertSame(expected.get(i % expected.size()), image);
                }
                return null;
              };
          ExecutorService threads = Executors.newFixedThreadPool(THREADS);
          try {
            List<Callable<Void>> readers = Collections.nCopies(THREADS, reader);
            for (Future<Void> done : threads.invokeAll(readers)) {
              done.get();
            }
          } finally {
            threads.shutdownNow();
          }
        });
  }

  @Test
  public void fingerprint_sameData_same() {
    Set<String> fingerprints = new HashSet<>();
    forEachPart(
        (part, data) -> {
          assertFalse(data.fingerprint().isBlank());
          assertEquals(data.fingerprint(), data.fingerprint());
          try (ImageDataset again = provider(folder).open(part, directories(folder))) {
            assertEquals(data.fingerprint(), again.fingerprint());
          }
          assertTrue(fingerprints.add(data.fingerprint()), "two parts have the same one");
        });
  }

  @Test
  public void fingerprint_otherData_differs() throws IOException {
    assumeTrue(!comesWithData(), "there is no other data");
    Path otherFolder = Files.createDirectory(temporary.resolve("other"));
    writeData(otherFolder, 1);
    forEachPart(
        (part, data) -> {
          DatasetProvider otherProvider = provider(otherFolder);
          try (ImageDataset other = otherProvider.open(part, directories(otherFolder))) {
            assertNotEquals(data.fingerprint(), other.fingerprint(), part.label());
          }
        });
  }

  @Test
  public void close_twice_noFailure() {
    for (Part part : provider.parts()) {
      ImageDataset data = provider.open(part, directories(folder));
      data.close();
      data.close();
    }
  }

  @Test
  public void open_partThatIsNotPublished_errorNamesIt() {
    for (Part part : Part.values()) {
      if (!provider.parts().contains(part)) {
        assertFalse(provider.isPresent(part, directories(folder)));
        assertError(() -> provider.open(part, directories(folder)), part.label());
      }
    }
  }

  @Test
  public void open_noData_errorSaysWhereItLooked() throws IOException {
    assumeTrue(!comesWithData(), "the data is never missing");
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    DatasetProvider without = provider(empty);
    for (Part part : without.parts()) {
      assertError(() -> without.open(part, directories(empty)), empty.toString());
    }
  }

  private static void assertError(Callable<ImageDataset> open, String part) {
    String message = assertThrows(DatasetException.class, open::call).getMessage();
    assertTrue(message.contains(part), message);
  }

  private static void assertSame(Image expected, Image found) {
    assertEquals(expected.toString(), found.toString()); // Its shape.
    int length = expected.width() * expected.height() * expected.channels();
    assertArrayEquals(
        Arrays.copyOf(expected.pixels(), length), Arrays.copyOf(found.pixels(), length));
  }

  /** That folder and a cache of its own alone, whatever this machine has. */
  private DataDirectories directories(Path named) {
    return DataDirectories.of(
        named, Map.of(), temporary.resolve("home"), temporary.resolve("system"));
  }

  @FunctionalInterface
  private interface Check {
    void accept(Part part, ImageDataset data) throws Exception;
  }

  private void forEachPart(Check check) {
    for (Part part : provider.parts()) {
      try (ImageDataset data = provider.open(part, directories(folder))) {
        check.accept(part, data);
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError(part.label() + ": " + e, e);
      }
    }
  }
}
