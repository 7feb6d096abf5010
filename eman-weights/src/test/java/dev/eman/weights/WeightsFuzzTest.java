package dev.eman.weights;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.core.fuzz.Damage;
import dev.eman.core.fuzz.FuzzSettings;
import dev.eman.core.fuzz.Reading;
import dev.eman.core.oracle.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Damaged weights: read, or a clear message; never another exception, an endless loop, much memory.
 */
@AddLifecycleHook(FuzzSettings.class)
final class WeightsFuzzTest {
  private static final List<byte[]> SOUND = new ArrayList<>();
  private static final ComputationGraph NETWORK = Oracle.tinyResNet();
  private static Path folder;
  private static Path file;

  @BeforeContainer
  static void write() throws IOException {
    folder = Files.createTempDirectory("weights");
    file = folder.resolve("some.weights");
    for (String name :
        List.of("types.pth", "types_legacy.pth", "plain.pth", "plain_legacy.pth", "moco.pth")) {
      SOUND.add(Files.readAllBytes(Fixtures.path(name)));
    }
    for (String name : List.of("objects-2", "objects-4", "unread", "solo-learn-legacy")) {
      SOUND.add(Files.readAllBytes(Layouts.write(name, folder)));
    }
    WeightExport.write(Oracle.tinyResNet(), file, Map.of("note", "grün"));
    SOUND.add(Files.readAllBytes(file));
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  @Provide
  Arbitrary<byte[]> noise() {
    return Damage.noise();
  }

  @Provide
  Arbitrary<Damage> damage() {
    return Damage.any();
  }

  @Provide
  Arbitrary<String> archive() {
    return Arbitraries.of("types.pth", "moco.pth", "objects-2", "objects-4", "whole-models");
  }

  @Provide
  Arbitrary<Integer> sound() {
    return Arbitraries.integers().between(0, 9);
  }

  @Property(tries = 300)
  void open_damagedFile_readsOrSaysSo(@ForAll("sound") int which, @ForAll("damage") Damage damage)
      throws Exception {
    check(damage.to(SOUND.get(which)));
  }

  /** The pickle itself, in an archive whose checksums are right. */
  @Property(tries = 300)
  void open_damagedPickle_readsOrSaysSo(
      @ForAll("archive") String name, @ForAll("damage") Damage damage) throws Exception {
    Path sound = name.endsWith(".pth") ? Fixtures.path(name) : Layouts.write(name, folder);
    try (ZipFile from = new ZipFile(sound.toFile());
        PyTorchArchive to = new PyTorchArchive(Files.newOutputStream(file))) {
      for (ZipEntry entry : from.stream().toList()) {
        byte[] content = from.getInputStream(entry).readAllBytes();
        String part = entry.getName().substring(entry.getName().indexOf('/') + 1);
        to.put(part, part.endsWith(".pkl") ? damage.to(content) : content);
      }
    }
    read();
  }

  @Property(tries = 300)
  void open_damagedHeader_readsOrSaysSo(@ForAll("damage") Damage damage) throws Exception {
    byte[] sound = SOUND.get(9);
    int length = (sound[0] & 0xff) | (sound[1] & 0xff) << 8;
    String header = new String(sound, 8, length, StandardCharsets.UTF_8);
    byte[] changed = damage.to(header.getBytes(StandardCharsets.UTF_8));
    byte[] all = new byte[8 + changed.length + sound.length - 8 - length];
    for (int i = 0; i < 4; i++) {
      all[i] = (byte) (changed.length >> 8 * i);
    }
    System.arraycopy(changed, 0, all, 8, changed.length);
    System.arraycopy(sound, 8 + length, all, 8 + changed.length, sound.length - 8 - length);
    check(all);
  }

  @Property(tries = 200)
  void open_noise_saysSo(@ForAll("sound") int which, @ForAll("noise") byte[] noise)
      throws Exception {
    byte[] begun = new byte[64 + noise.length];
    System.arraycopy(SOUND.get(which), 0, begun, 0, 64);
    System.arraycopy(noise, 0, begun, 64, noise.length);
    check(begun);
  }

  private static void check(byte[] bytes) throws Exception {
    Files.write(file, bytes);
    read();
  }

  private static void read() throws Exception {
    Reading.succeedsOrNames(
        "some.weights",
        () -> {
          try (TensorFile opened = TensorFiles.open(file)) {
            for (String name : opened.tensors().keySet()) {
              opened.read(name, (values, count) -> {});
            }
            WeightImport.load(NETWORK, opened, WeightImport.Role.TEACHER, null);
          }
        });
  }
}
