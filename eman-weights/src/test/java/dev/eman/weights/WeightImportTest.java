package dev.eman.weights;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class WeightImportTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "plain.pth, STUDENT, '', a",
    "plain_legacy.pth, STUDENT, '', a",
    "moco.pth, STUDENT, state_dict.module.encoder_q., a",
    "moco.pth, TEACHER, state_dict.module.encoder_k., b",
    "moco_legacy.pth, STUDENT, state_dict.module.encoder_q., a",
    "byol.pth, STUDENT, state_dict.module.online_net.backbone., a",
    "byol.pth, TEACHER, state_dict.module.target_net.backbone., b",
    "fixmatch.pth, STUDENT, state_dict.module.main., a",
    "fixmatch.pth, TEACHER, state_dict.module.ema., b"
  })
  void load_layoutOfPyTorch_givesItsLogits(
      String name, WeightImport.Role role, String prefix, String network) {
    ComputationGraph graph = Oracle.tinyResNet();
    try (TensorFile file = TensorFiles.open(Fixtures.path(name))) {
      ImportReport report = WeightImport.load(graph, file, role, null);
      assertEquals(prefix, report.prefix());
      assertTrue(report.complete() && report.surplus().isEmpty(), report.toString());
    }
    Oracle.assertClose(
        name,
        Fixtures.array("tiny_logits_" + network),
        infer(graph, Fixtures.array("tiny_input")),
        1e-4);
  }

  private static INDArray infer(ComputationGraph graph, INDArray images) {
    return new Teacher(graph, TeacherStatistics.AVERAGED).infer(images)[0];
  }

  @ParameterizedTest
  @CsvSource({"module.encoder_k", "module.encoder_k.", "state_dict.module.encoder_k"})
  void load_prefixGiven_takesItWhateverTheRole(String prefix) {
    ComputationGraph graph = Oracle.tinyResNet();
    try (TensorFile file = TensorFiles.open(Fixtures.path("moco.pth"))) {
      WeightImport.load(graph, file, WeightImport.Role.STUDENT, prefix);
    }
    Oracle.assertClose(
        prefix, Fixtures.array("tiny_logits_b"), infer(graph, Fixtures.array("tiny_input")), 1e-4);
  }

  /** Both have packed their old weights by then. */
  @Test
  void load_studentAndTeacherThatHaveInferred_inferWithTheNewWeights() {
    Path file = folder.resolve("some.safetensors");
    ComputationGraph written = Backbones.named("resnet8-w4").classifier(3, 5);
    WeightExport.write(written, file, Map.of());
    INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 8, 8);
    INDArray expected = new Teacher(written, TeacherStatistics.AVERAGED).infer(images)[0].dup();
    Student student =
        new Student(Backbones.named("resnet8-w4").classifier(3, 1), Sgd.decayingAll(0, false, 0));
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    student.infer(images);
    teacher.infer(images);
    try (TensorFile weights = TensorFiles.open(file)) {
      WeightImport.load(student, weights, null, null);
      WeightImport.load(teacher, weights, null, null);
    }
    assertSameValues(expected, student.infer(images)[0]);
    assertSameValues(expected, teacher.infer(images)[0]);
  }

  @Test
  void load_anotherNetwork_listsTensorsAndChangesNothing() {
    ComputationGraph graph = Backbones.named("resnet8-w4").classifier(10, 1);
    float[] before = graph.params().toFloatVector();
    try (TensorFile file = TensorFiles.open(Fixtures.path("plain.pth"))) {
      EmanException e =
          assertThrows(
              EmanException.class,
              () -> WeightImport.load(graph, file, WeightImport.Role.STUDENT, null));
      assertTrue(e.getMessage().contains("plain.pth"), e.getMessage());
      assertTrue(e.getMessage().contains("missing (") && e.getMessage().contains("conv1.weight"));
      assertTrue(e.getMessage().contains("surplus ("), e.getMessage());
    }
    assertArrayEquals(before, graph.params().toFloatVector());
  }

  @Test
  void load_headOfAnotherWidth_isMisshapenWithBothShapes() {
    ComputationGraph graph = Oracle.tinyResNet(7);
    try (TensorFile file = TensorFiles.open(Fixtures.path("moco.pth"))) {
      EmanException e =
          assertThrows(
              EmanException.class,
              () -> WeightImport.load(graph, file, WeightImport.Role.STUDENT, null));
      assertTrue(
          e.getMessage().contains("fc.weight (expected [7, 16], found [10, 16])"), e.getMessage());
    }
  }

  @Test
  void load_backboneAlone_leavesTheFilesHeadOver() {
    ComputationGraph part = GraphParts.upTo(Oracle.tinyResNet(), "pool");
    try (TensorFile file = TensorFiles.open(Fixtures.path("plain.pth"))) {
      ImportReport report = WeightImport.load(part, file, WeightImport.Role.STUDENT, null);
      assertEquals(2, report.surplus().size(), report.toString()); // fc.weight, fc.bias
    }
  }

  /** All tensors of the shallower network are in the deeper one, with the same shapes. */
  @ParameterizedTest
  @CsvSource({
    "resnet14-w2, resnet8-w2, '', layer1.1.conv1.weight",
    "wrn-16-1, wrn-10-1, '', block1.1.conv1.weight",
    "wrn-16-1, wrn-10-1, ema_model.layer., ema_model.block1.layer.1.conv1.weight",
    "resnet14-w2, resnet8-w2, f., f.2.1.conv1.weight"
  })
  void load_deeperNetwork_isRefusedAndNothingChanged(
      String deeper, String wanted, String spelling, String further) throws IOException {
    Path file = folder.resolve("deeper.safetensors");
    WeightExport.write(Backbones.named(deeper).classifier(10, 1), file, Map.of());
    SafeTensorsFiles.rewrite(file, header -> spelled(header, spelling));
    ComputationGraph graph = Backbones.named(wanted).features(2);
    float[] before = graph.params().toFloatVector();
    try (TensorFile weights = TensorFiles.open(file)) {
      EmanException e =
          assertThrows(EmanException.class, () -> WeightImport.load(graph, weights, null, null));
      assertTrue(e.getMessage().contains(further), e.getMessage());
      assertTrue(e.getMessage().contains("a deeper network"), e.getMessage());
      assertFalse(e.getMessage().contains("fc."), e.getMessage());
      assertFalse(e.getMessage().contains(WeightNames.COUNTER), e.getMessage());
    }
    assertArrayEquals(before, graph.params().toFloatVector());
  }

  private static String spelled(String header, String spelling) {
    return switch (spelling) {
      case "f." ->
          header
              .replace("\"conv1.", "\"f.0.")
              .replace("\"bn1.", "\"f.1.")
              .replace("\"layer1.", "\"f.2.")
              .replace("\"layer2.", "\"f.3.")
              .replace("\"layer3.", "\"f.4.")
              .replace("\"fc.", "\"f.5.");
      case "ema_model.layer." ->
          header
              .replaceAll("\"(block\\d)\\.(\\d)\\.", "\"ema_model.$1.layer.$2.")
              .replace(".shortcut.", ".convShortcut.")
              .replaceAll("\"(conv1|bn1|fc)\\.", "\"ema_model.$1.");
      default -> header;
    };
  }

  /** Counts that a profiler leaves in each module are no further layers. */
  @Test
  void load_profiledNetwork_isLoaded() throws IOException {
    Path file = folder.resolve("profiled.safetensors");
    ComputationGraph source = Backbones.named("resnet8-w2").features(1);
    WeightExport.write(source, file, Map.of());
    SafeTensorsFiles.rewrite(file, header -> header.replace(WeightNames.COUNTER, "total_ops"));
    ComputationGraph target = Backbones.named("resnet8-w2").features(2);
    try (TensorFile weights = TensorFiles.open(file)) {
      assertFalse(WeightImport.load(target, weights, null, null).surplus().isEmpty());
    }
    assertArrayEquals(source.params().toFloatVector(), target.params().toFloatVector());
  }

  /** torch.save's own pickle, and storages whose content a formula gives. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet50"})
  void load_torchvisionResNet_givesPyTorchsLogits(String name) throws IOException {
    ComputationGraph source = Backbones.named(name).classifier(1000, 1);
    FormulaWeights.fill(source);
    Path file = folder.resolve(name + ".pth");
    ParameterTable table = ParameterTable.of(source);
    try (PyTorchArchive archive = new PyTorchArchive(Files.newOutputStream(file))) {
      archive.put("data.pkl", Files.readAllBytes(Fixtures.path(name + ".pkl")));
      List<String> names = Files.readAllLines(Fixtures.path(name + ".names"));
      for (int i = 0; i < names.size(); i++) {
        archive.put("data/" + i, storage(table, names.get(i)));
      }
    }
    ComputationGraph target = Backbones.named(name).classifier(1000, 2);
    try (TensorFile weights = TensorFiles.open(file)) {
      ImportReport report = WeightImport.load(target, weights, WeightImport.Role.STUDENT, null);
      assertTrue(report.complete() && report.surplus().isEmpty(), report.toString());
    }
    assertLogits(name, target);
  }

  private static byte[] storage(ParameterTable table, String torchName) {
    if (torchName.endsWith(WeightNames.COUNTER)) {
      return new byte[Long.BYTES];
    }
    ParameterTable.Entry entry =
        table.entries().stream()
            .filter(e -> WeightNames.torchName(e).equals(torchName))
            .findFirst()
            .orElseThrow();
    float[] values =
        table
            .vector()
            .get(NDArrayIndex.interval(entry.offset(), entry.offset() + entry.length()))
            .toFloatVector();
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** A checksum that is wrong at the end of the file: no tensor before it is taken either. */
  @Test
  void load_lastTensorDamaged_changesNothing() throws IOException {
    byte[] bytes = Files.readAllBytes(Fixtures.path("plain.pth"));
    Path file = folder.resolve("late.pth");
    ComputationGraph graph = Oracle.tinyResNet();
    float[] before = graph.params().toFloatVector();
    int refused = 0;
    for (int at = bytes.length / 2; at < bytes.length && refused == 0; at += 64) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 0x10;
      Files.write(file, damaged);
      try (TensorFile weights = TensorFiles.open(file)) {
        WeightImport.load(graph, weights, WeightImport.Role.STUDENT, null);
        graph.params().assign(Nd4j.createFromArray(before).reshape(graph.params().shape()));
      } catch (EmanException e) {
        refused += e.getMessage().contains("checksum") ? 1 : 0;
      }
    }
    assertEquals(1, refused);
    assertArrayEquals(before, graph.params().toFloatVector());
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet50"})
  void exportAndImport_torchvisionResNet_givesPyTorchsLogits(String name) {
    ComputationGraph source = Backbones.named(name).classifier(1000, 1);
    FormulaWeights.fill(source);
    Path file = folder.resolve(name + ".safetensors");
    WeightExport.write(source, file, Map.of("network", name));
    ComputationGraph target = Backbones.named(name).classifier(1000, 2);
    try (TensorFile weights = TensorFiles.open(file)) {
      ImportReport report = WeightImport.load(target, weights, WeightImport.Role.STUDENT, null);
      assertTrue(report.surplus().isEmpty(), report.toString());
      assertEquals(name, ((SafeTensors) weights).metadata().get("network"));
    }
    assertLogits(name, target);
  }

  private static void assertLogits(String name, ComputationGraph network) {
    float[] values = new float[2 * 3 * 64 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i);
    }
    INDArray images = Nd4j.createFromArray(values).reshape(2, 3, 64, 64);
    Oracle.assertClose(name, Fixtures.array(name + "_logits"), infer(network, images), 1e-4);
  }

  @Test
  void export_folderMissing_saysSoAndLeavesNothing() {
    Path file = folder.resolve("none").resolve("a.safetensors");
    ComputationGraph graph = Oracle.tinyResNet();
    EmanException e =
        assertThrows(EmanException.class, () -> WeightExport.write(graph, file, Map.of()));
    assertTrue(e.getMessage().contains("a.safetensors"), e.getMessage());
    assertTrue(Files.notExists(file));
  }
}
