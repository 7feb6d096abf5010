package dev.eman.datasets.split;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.core.fuzz.Damage;
import dev.eman.core.fuzz.FuzzSettings;
import dev.eman.core.fuzz.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/**
 * Damaged lists. A list has no checksum: one that names fewer images, or others that exist, passes.
 * No entry is opened as a file, so none can lead out of the data. A saved split has a hash of all
 * that is used of it; only its origin and the data's name, which are for people, are not covered.
 */
@AddLifecycleHook(FuzzSettings.class)
final class ListFuzzTest {
  private static final LabelsOnly NAMED =
      LabelsOnly.named("n01/n01_1.JPEG", "n01/n01_2.JPEG", "n02/n02_1.JPEG", "n02/grün.JPEG");
  private static final LabelsOnly DATA = LabelsOnly.ofCounts("photos/train", 20, 15, 25);

  private Path file;

  @BeforeProperty
  void makeFile() throws IOException {
    file = Files.createTempDirectory("lists").resolve("some.list");
  }

  @AfterProperty
  void deleteFolder() throws IOException {
    MoreFiles.deleteRecursively(file.resolveSibling(""), RecursiveDeleteOption.ALLOW_INSECURE);
  }

  @Provide
  Arbitrary<byte[]> noise() {
    return Damage.noise();
  }

  @Provide
  Arbitrary<Damage> damage() {
    return Damage.any();
  }

  @Property(tries = 200)
  void noise_neverASplit(@ForAll("noise") byte[] noise) throws Exception {
    assertFalse(readsNames(noise));
    assertFalse(readsTable(noise));
    assertFalse(readsSplit(noise, ""));
  }

  @Property(tries = 300)
  void fileNames_damaged_errorOrImagesOfTheData(@ForAll("damage") Damage damage) throws Exception {
    readsNames(damage.to("n01_2.JPEG\nn02/n02_1.JPEG\ngrün.JPEG\n".getBytes(UTF_8)));
  }

  @Property(tries = 300)
  void indexTable_damaged_errorOrImagesOfTheData(@ForAll("damage") Damage damage) throws Exception {
    readsTable(
        damage.to("Class,\"Index\",Name\nn01,0,a\n\"n02\",\"2\",b\nn01,1,c".getBytes(UTF_8)));
  }

  @Property(tries = 300)
  void split_damaged_errorOrTheSame(@ForAll("damage") Damage damage) throws Exception {
    LabelSplit split = LabelSplit.draw(DATA, LabelAmount.perClass(5), 3, 0.2, UnlabeledPool.REST);
    split.save(file);
    readsSplit(damage.to(Files.readAllBytes(file)), split.hash());
  }

  /** Numbers that are in order by themselves, but would take much memory. */
  @Property(tries = 100)
  void split_claimedNumbers_refusedBeforeAllocation(
      @ForAll("numbers") int size, @ForAll("numbers") int count, @ForAll("numbers") int position)
      throws Exception {
    String text =
        String.join(
            "\n",
            "eman split 1",
            "dataset: x",
            "fingerprint: " + DATA.fingerprint(),
            "size: " + size,
            "origin: y",
            "pool: rest",
            "hash: 0",
            "labeled: " + count,
            String.valueOf(position),
            "validation: 1",
            String.valueOf(position - 1),
            "");
    assertFalse(readsSplit(text.getBytes(UTF_8), ""));
  }

  @Provide
  Arbitrary<Integer> numbers() {
    return Arbitraries.of(-1, 0, 1, 60, Integer.MAX_VALUE - 1, Integer.MAX_VALUE);
  }

  private boolean readsNames(byte[] content) throws Exception {
    Files.write(file, content);
    return Reading.succeedsOrNames(
        file.toString(),
        () -> check(LabelSplit.fromFileNames(NAMED, file, UnlabeledPool.ALL), NAMED.size()));
  }

  private boolean readsTable(byte[] content) throws Exception {
    Files.write(file, content);
    return Reading.succeedsOrNames(
        file.toString(),
        () -> check(LabelSplit.fromIndexTable(NAMED, file, UnlabeledPool.REST), NAMED.size()));
  }

  private boolean readsSplit(byte[] content, String hash) throws Exception {
    Files.write(file, content);
    return Reading.succeedsOrNames(
        file.toString(),
        () -> {
          LabelSplit split = LabelSplit.load(file, DATA);
          check(split, DATA.size());
          assertEquals(hash, split.hash());
        });
  }

  private static void check(LabelSplit split, int size) {
    assertEquals(size, split.size());
    assertTrue(split.labeled().length() > 0);
    for (int i = 0; i < split.labeled().length(); i++) {
      assertTrue(split.labeled().get(i) >= 0 && split.labeled().get(i) < size);
    }
    assertTrue(split.unlabeled().length() <= size);
  }
}
