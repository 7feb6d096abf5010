package dev.eman.benchmarks.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JvmPeersTest {
  private static final Path PEERS = Path.of("peers", "jvm");
  private static final Set<Path> RUN_MODELS =
      Set.of(Path.of("..", "pom.xml"), Path.of("..", "eman-onnx", "pom.xml"));

  @TempDir private Path folder;

  private static Set<String> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      Set<String> names = new TreeSet<>();
      all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .filter(name -> !name.startsWith("target/"))
          .forEach(names::add);
      return names;
    }
  }

  @Test
  void extract_project_allOfItsFiles() throws IOException {
    JvmPeers.extract(folder);
    assertEquals(files(PEERS), files(folder));
  }

  /**
   * Who builds or uses the product downloads neither of them, but ONNX Runtime with the module that
   * is there to run it; the parent has its version.
   */
  @Test
  void poms_ofTheBuild_nameNoPeer() throws IOException {
    Path root = Path.of("..");
    List<Path> poms;
    try (Stream<Path> all = Files.find(root, 3, (f, a) -> f.endsWith("pom.xml"))) {
      poms = all.filter(f -> !f.toString().contains("target")).toList();
    }
    assertTrue(poms.size() >= 14, poms::toString);
    for (Path pom : poms) {
      String text = Files.readString(pom);
      boolean ours = pom.normalize().endsWith(PEERS.resolve("pom.xml"));
      boolean runsModels = RUN_MODELS.contains(pom.normalize());
      assertFalse(!ours && !runsModels && text.contains("onnxruntime"), pom::toString);
      assertFalse(!ours && text.contains(">pytorch<"), pom::toString);
      assertFalse(text.contains("peers/jvm</module>"), pom::toString);
    }
  }

  @Test
  void limited_avx2_optionBeforeTheClassPathAndVariablesOfAllSides() {
    assertEquals(
        List.of("java", "-XX:UseAVX=2", "-cp", "x", "Main"),
        Isa.AVX2.limited(List.of("java", "-cp", "x", "Main")));
    assertEquals(List.of("java", "Main"), Isa.NATIVE.limited(List.of("java", "Main")));
    assertTrue(
        Isa.AVX2
            .environment()
            .keySet()
            .containsAll(Set.of("DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY")));
    assertTrue(Isa.NATIVE.environment().isEmpty());
  }
}
