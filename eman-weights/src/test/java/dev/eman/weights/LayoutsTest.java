package dev.eman.weights;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.nn.Backbones;
import dev.eman.weights.WeightImport.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints as common trainers lay them out: student and teacher by value, or a list. */
final class LayoutsTest {
  private static final String TEACHER = "teacher:";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "usb, model., ema_model.",
    "torchssl, model.module., ema_model.",
    "fixmatch-pytorch, state_dict., ema_state_dict.",
    "timm, state_dict., state_dict_ema.",
    "timm-legacy, state_dict., state_dict_ema.",
    "target-encoder, encoder.module., target_encoder.module.",
    "solo-learn, state_dict.backbone., state_dict.momentum_backbone.",
    "solo-learn-legacy, state_dict.backbone., state_dict.momentum_backbone.",
    "lightly, state_dict.backbone., state_dict.backbone_momentum.",
    "moco, state_dict.module.encoder_q., state_dict.module.encoder_k.",
    "eman, state_dict.module.main., state_dict.module.ema.",
    "mean-teacher, state_dict.mean_teacher.student., state_dict.mean_teacher.teacher.",
    "dino, student.module.backbone., teacher.module.backbone.",
    "mmselfsup, state_dict.online_net.0., state_dict.target_net.0.",
    "torchvision-references, model., model_ema.module.",
    "lightning, state_dict.model., state_dict.ema_model.",
    "byol-pytorch, online_network_state_dict.encoder., target_network_state_dict.encoder."
  })
  void load_twoNetworks_takesTheOneAskedFor(String name, String student, String teacher)
      throws IOException {
    for (Role role : new @Nullable Role[] {Role.STUDENT, null}) {
      ImportReport report = assertLoads(name, role, null, "");
      assertEquals(student, report.prefix());
      assertEquals("the trained network", report.network());
      assertTrue(report.otherNetworks().get(0).startsWith(teacher), report.toString());
    }
    ImportReport report = assertLoads(name, Role.TEACHER, null, TEACHER);
    assertEquals(teacher, report.prefix());
    assertEquals("the averaged network", report.network());
    assertTrue(report.otherNetworks().get(0).startsWith(student), report.toString());
  }

  @ParameterizedTest
  @CsvSource({"plain, ''", "simclr, f.", "detectron, model."})
  void load_oneNetwork_saysSo(String name, String prefix) throws IOException {
    for (Role role : new @Nullable Role[] {Role.STUDENT, null, Role.TEACHER}) {
      ImportReport report = assertLoads(name, role, null, "");
      assertEquals(prefix, report.prefix());
      assertTrue(report.toString().contains("the only network in the file"), report.toString());
      assertEquals(role == Role.TEACHER, report.network().contains("does not say that it is an"));
    }
  }

  @Test
  void load_averageAlone_isNoStudent() throws IOException {
    assertEquals(
        "the averaged network",
        assertLoads("averaged-model", Role.TEACHER, null, TEACHER).network());
    assertEquals(
        "the only network in the file, which is an average",
        assertLoads("averaged-model", null, null, TEACHER).network());
    assertRefused("averaged-model", Role.STUDENT, "module. (45 tensors)");
  }

  @ParameterizedTest
  @CsvSource({"STUDENT", "TEACHER", "NULL"})
  void load_twoOfEqualClaim_areListed(String role) throws IOException {
    Role asked = role.equals("NULL") ? null : Role.valueOf(role);
    String message = assertRefused("two-models", asked, "model1. (45 tensors)");
    assertTrue(message.contains("model2. (45 tensors)"), message);
    assertTrue(message.contains("--init-prefix"), message);
    assertLoads("two-models", asked, "model2", TEACHER);
  }

  /** Equal values under two names are one network. */
  @Test
  void load_oneNetworkUnderTwoNames_isTaken() throws IOException {
    assertEquals("state_dict.", assertLoads("two-names", Role.STUDENT, null, "").prefix());
    assertRefused("two-names", Role.TEACHER, "best_state_dict.module. (45 tensors)");
  }

  /** An average without statistics is no network: the student is not taken for it. */
  @Test
  void load_averageOfParametersOnly_namesWhatIsMissing() throws IOException {
    assertRefused("parameters-only", Role.TEACHER, "ema_shadow.bn1.running_mean");
    assertLoads("parameters-only", Role.STUDENT, null, "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"average-in-object", "average-in-object-legacy"})
  void load_averageWithinAnObject_isNotTheStudent(String name) throws IOException {
    assertRefused(name, Role.TEACHER, "not read: ema (models.resnet.Net)");
    ImportReport report = assertLoads(name, Role.STUDENT, null, "");
    assertEquals(new Unread("models.resnet.Net", true), report.unread().get("ema"));
  }

  @Test
  void open_wholeModels_advisesToSaveTheirState() throws IOException {
    Path file = Layouts.write("whole-models", folder);
    EmanException e = assertThrows(EmanException.class, () -> TensorFiles.open(file));
    assertTrue(e.getMessage().contains("models.resnet.Net"), e.getMessage());
    assertTrue(e.getMessage().contains("torch.save(model.state_dict()"), e.getMessage());
  }

  @Test
  void load_prefixThatSeveralEndWith_takesTheOneOfTheRole() throws IOException {
    assertLoads("dino", Role.STUDENT, "backbone", "");
    assertLoads("dino", Role.TEACHER, "backbone", TEACHER);
    assertLoads("torchssl", Role.TEACHER, "model.module", "");
    assertRefused("timm", null, "nowhere", "such as state_dict.");
  }

  @Test
  void load_report_namesWhatElseIsThere() throws IOException {
    String text = assertLoads("moco", Role.TEACHER, null, TEACHER).toString();
    assertEquals(
        """
        45 tensors below state_dict.module.encoder_k., the averaged network
          other networks (1): state_dict.module.encoder_q. (45 tensors)
          surplus (2): state_dict.module.encoder_k.fc.0.weight, state_dict.module.encoder_k.fc.0.bias
          unused elsewhere: 33 tensors\
        """
            .replace("\n", System.lineSeparator()),
        text);
    text = assertLoads("timm", Role.STUDENT, null, "").toString();
    assertTrue(text.contains("args: argparse.Namespace, metric: numpy.core.multi"), text);
  }

  /** The names of most trainers of FixMatch for wide residual networks. */
  @Test
  void load_wideResNetOfOthers_isLoadedByTheirNames() throws IOException {
    ComputationGraph source = Backbones.named("wrn-10-1").features(1);
    FormulaWeights.fill(source);
    Path file = folder.resolve("wide.safetensors");
    WeightExport.write(source, file, Map.of());
    SafeTensorsFiles.rewrite(
        file,
        header ->
            header
                .replaceAll("\"(block\\d)\\.(\\d)\\.", "\"ema_model.$1.layer.$2.")
                .replace(".shortcut.", ".convShortcut.")
                .replaceAll("\"(conv1|bn1)\\.", "\"ema_model.$1."));
    ComputationGraph target = Backbones.named("wrn-10-1").features(2);
    try (TensorFile weights = TensorFiles.open(file)) {
      ImportReport report = WeightImport.load(target, weights, Role.TEACHER, null);
      assertTrue(report.surplus().isEmpty(), report.toString());
    }
    assertSameValues(source.params(), target.params());
  }

  /** A name that says both is neither's. */
  @Test
  void load_studentWithinAnAverage_isNoStudent() throws IOException {
    ComputationGraph source = network();
    Path file = folder.resolve("both.safetensors");
    WeightExport.write(source, file, Map.of());
    SafeTensorsFiles.rewrite(
        file, header -> header.replaceAll("\"(conv1|bn1|layer\\d)\\.", "\"ema_model.online.$1."));
    try (TensorFile weights = TensorFiles.open(file)) {
      ComputationGraph target = Backbones.named("resnet8-w1").features(2);
      for (Role role : Role.values()) {
        EmanException e =
            assertThrows(EmanException.class, () -> WeightImport.load(target, weights, role, null));
        assertTrue(e.getMessage().contains("ema_model.online. (45 tensors)"), e.getMessage());
      }
      WeightImport.load(target, weights, null, null);
      assertSameValues(source.params(), target.params());
    }
  }

  /** An export of one of a run's networks says which it is. */
  @ParameterizedTest
  @CsvSource({"teacher, STUDENT", "student, TEACHER"})
  void load_exportOfTheOtherNetwork_isRefused(String network, Role other) {
    ComputationGraph source = network();
    Path file = folder.resolve("export.safetensors");
    WeightExport.write(source, file, Map.of("network", network));
    ComputationGraph target = Backbones.named("resnet8-w1").features(2);
    try (TensorFile weights = TensorFiles.open(file)) {
      EmanException e =
          assertThrows(EmanException.class, () -> WeightImport.load(target, weights, other, null));
      assertTrue(e.getMessage().contains("(no prefix) (45 tensors)"), e.getMessage());
      WeightImport.load(target, weights, Role.valueOf(network.toUpperCase(Locale.ROOT)), null);
    }
    assertSameValues(source.params(), target.params());
  }

  @ParameterizedTest
  @CsvSource({
    "state_dict_ema., AVERAGED",
    "emaModel.net., AVERAGED",
    "module.encoder_k., AVERAGED",
    "student_ema., AVERAGED",
    "module.encoder_q., TRAINED",
    "onlineEncoder., TRAINED",
    "state_dict.module.main., NONE",
    "avgpool.schema.keys., NONE",
    "ema_model.online., UNCLEAR"
  })
  void mark_prefix_isReadByItsWords(String prefix, NetworkMark mark) {
    assertEquals(mark, NetworkMark.of(prefix));
  }

  private static ComputationGraph network() {
    return Backbones.named("resnet8-w1").features(1);
  }

  private ImportReport assertLoads(
      String name, @Nullable Role role, @Nullable String prefix, String salt) throws IOException {
    ComputationGraph expected = network();
    FormulaWeights.fill(expected, salt);
    ComputationGraph loaded = network();
    try (TensorFile file = TensorFiles.open(Layouts.write(name, folder))) {
      ImportReport report = WeightImport.load(loaded, file, role, prefix);
      assertSameValues(expected.params(), loaded.params(), name + ": " + report);
      return report;
    }
  }

  private String assertRefused(String name, @Nullable Role role, String what) throws IOException {
    return assertRefused(name, role, null, what);
  }

  private String assertRefused(
      String name, @Nullable Role role, @Nullable String prefix, String what) throws IOException {
    ComputationGraph network = network();
    float[] before = network.params().toFloatVector();
    try (TensorFile file = TensorFiles.open(Layouts.write(name, folder))) {
      EmanException e =
          assertThrows(
              EmanException.class, () -> WeightImport.load(network, file, role, prefix), name);
      assertTrue(e.getMessage().contains(what), e.getMessage());
      assertArrayEquals(before, network.params().toFloatVector());
      return e.getMessage();
    }
  }
}
