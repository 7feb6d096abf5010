package dev.eman.weights;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.nn.Backbones;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** Objects and tensors in a file that are not read, and must not block what is. */
final class PassedOverTest {
  /** The arguments of a tensor that begins in a storage of some type, as torch.save writes them. */
  private static final String STORAGE =
      "(X\7\0\0\0storagectorch\nUntypedStorage\nX\1\0\0\0" + "0X\3\0\0\0cpuK\4tQ";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"2", "3", "4", "5", "legacy"})
  void open_objectsBesideTensors_arePassedOverAndNamed(String protocol) throws IOException {
    try (TensorFile file = TensorFiles.open(Layouts.write("objects-" + protocol, folder))) {
      assertEquals(List.of("w", "attributed"), file.tensors().keySet().asList());
      assertArrayEquals(new float[] {1, 2}, file.read("w"));
      assertArrayEquals(new float[] {3}, file.read("attributed"));
      Map<String, Unread> unread = file.unread();
      assertEquals(new Unread("argparse.Namespace", false), unread.get("args"));
      for (String name :
          List.of(
              "best=numpy.core.multiarray.scalar",
              "dtype=numpy.dtype",
              "precision=torch.float16",
              "ordered=trainers.config.Ordered",
              "path=pathlib.PurePosixPath",
              "date=datetime.datetime",
              "shift=trainers.config.Shift",
              "partial=functools.partial",
              "config=trainers.config.Config",
              "decimal=decimal.Decimal",
              "class=models.resnet.Net")) {
        String[] parts = name.split("=");
        assertEquals(new Unread(parts[1], false), unread.get(parts[0]), parts[0]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unread", "unread-legacy"})
  void open_tensorsOfOtherTypes_areListedAsUnread(String name) throws IOException {
    try (TensorFile file = TensorFiles.open(Layouts.write(name, folder))) {
      assertArrayEquals(new float[] {1, 2}, file.read("before"));
      assertArrayEquals(new float[] {3}, file.read("after"));
      assertEquals(2, file.tensors().size());
      assertEquals(
          Map.of(
              "complex", new Unread("a tensor of torch.ComplexFloatStorage", true),
              "wide", new Unread("a tensor of torch.ComplexDoubleStorage", true),
              "quantised", new Unread("torch._utils._rebuild_qtensor", true),
              "sparse", new Unread("torch._utils._rebuild_sparse_tensor", true),
              "rows", new Unread("torch._utils._rebuild_sparse_csr_tensor", true)),
          file.unread());
    }
  }

  /** As later versions of PyTorch save types that have no storage of their own. */
  @Test
  void open_typeOfALaterPyTorch_isListedAsUnread() throws IOException {
    String tensor =
        "ctorch._utils\n_rebuild_tensor_v3\n("
            + STORAGE
            + "K\0K\4\u0085K\1\u0085\u0089}ctorch\nfloat8_e4m3fn\nNtR";
    String plain =
        "ctorch._utils\n_rebuild_tensor_v2\n("
            + STORAGE.replace("Untyped", "Byte").replace("0X", "1X")
            + "K\0K\4\u0085K\1\u0085\u0089}tR";
    Path file = archive("}(X\1\0\0\0a" + tensor + "X\1\0\0\0b" + plain + "u.");
    try (TensorFile weights = TensorFiles.open(file)) {
      assertEquals(Map.of("a", new Unread("torch.float8_e4m3fn", true)), weights.unread());
      assertArrayEquals(new float[] {7, 7, 7, 7}, weights.read("b"));
    }
  }

  /** As {@code torch.ones(1).expand(64)} is saved; it may claim any size. */
  @Test
  void open_tensorThatRepeatsElements_isListedAsUnread() throws IOException {
    String tensor =
        "ctorch._utils\n_rebuild_tensor_v2\n("
            + STORAGE.replace("Untyped", "Byte").replace("0X", "1X")
            + "K\0K%s\u0085K%s\u0085\u0089}tR";
    String whole = tensor.formatted("\4", "\1");
    String expanded = tensor.formatted("@", "\0");
    Unread unread =
        new Unread("a tensor of repeated elements, to be saved with .contiguous()", true);
    try (TensorFile weights =
        TensorFiles.open(
            archive("}(X\12\0\0\0bn1.weight" + expanded + "X\1\0\0\0b" + whole + "u."))) {
      assertEquals(Map.of("bn1.weight", unread), weights.unread());
      assertEquals(List.of("b"), weights.tensors().keySet().asList());
      ComputationGraph network = Backbones.named("resnet8-w1").features(1);
      EmanException e =
          assertThrows(EmanException.class, () -> WeightImport.load(network, weights, null, null));
      assertTrue(
          e.getMessage().contains("bn1.weight (" + unread + ", which is not read)"),
          e.getMessage());
    }
    Path alone = archive("}X\1\0\0\0a" + expanded + "s.");
    EmanException e = assertThrows(EmanException.class, () -> TensorFiles.open(alone));
    assertTrue(e.getMessage().contains("(" + unread + ")"), e.getMessage());
  }

  /** As PyTorch saved tensors before version 0.4. */
  @Test
  void open_tensorOfAnEarlyPyTorch_isRead() throws IOException {
    String tensor =
        "ctorch._utils\n_rebuild_tensor\n("
            + STORAGE.replace("Untyped", "Byte").replace("0X", "1X")
            + "K\0K\4\u0085K\1\u0085tR";
    try (TensorFile weights = TensorFiles.open(archive("}X\1\0\0\0a" + tensor + "s."))) {
      assertArrayEquals(new float[] {7, 7, 7, 7}, weights.read("a"));
    }
  }

  /** Such as the indices of all images without labels. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "](%se", // A list.
        "(%st", // A tuple.
        "cargparse\nNamespace\n)R}X\1\0\0\0i](%sesb" // A list within an object.
      })
  void open_longListOfNumbers_isPassedOver(String form) throws IOException {
    String tensor =
        "ctorch._utils\n_rebuild_tensor_v2\n("
            + STORAGE.replace("Untyped", "Byte").replace("0X", "1X")
            + "K\0K\4\u0085K\1\u0085\u0089}tR";
    String list = form.replace("%s", "K\7X\1\0\0\0aN\u0088".repeat(400_000));
    Path file = archive("}(X\1\0\0\0i" + list + "X\1\0\0\0w" + tensor + "u.");
    try (TensorFile weights = TensorFiles.open(file)) {
      assertEquals(List.of("w"), weights.tensors().keySet().asList());
      assertArrayEquals(new float[] {7, 7, 7, 7}, weights.read("w"));
    }
  }

  /** As a pickled optimiser has them: its state by parameter, not by number. */
  @Test
  void open_tensorsAsKeys_doNotBlockTheOthers() throws IOException {
    String tensor =
        "ctorch._utils\n_rebuild_tensor_v2\n("
            + STORAGE.replace("Untyped", "Byte")
            + "K\0K\4\u0085K\1\u0085\u0089}tR";
    String optimizer =
        "ctorch.optim.sgd\nSGD\n)\u0081}X\5\0\0\0state}" + tensor + "}X\4\0\0\0stepK\7sssb";
    Path file =
        archive(
            "}(X\1\0\0\0a" + tensor + "X\1\0\0\0o" + optimizer + "X\1\0\0\0s}" + tensor + "K\1su.");
    try (TensorFile weights = TensorFiles.open(file)) {
      assertEquals(List.of("a"), weights.tensors().keySet().asList());
      assertEquals("torch.optim.sgd.SGD", String.valueOf(weights.unread().get("o")));
      assertEquals(4, weights.read("a").length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"F8_E4M3", "F8_E5M2", "U16", "U32", "U64", "C64", "F4", "NEW_1"})
  void load_safetensorsOfOtherTypes_mattersOnlyWhereTheyAreNeeded(String type) throws IOException {
    ComputationGraph source = Backbones.named("resnet8-w1").classifier(10, 1);
    ComputationGraph body = Backbones.named("resnet8-w1").features(2);
    Path file = folder.resolve("some.safetensors");
    WeightExport.write(source, file, Map.of());
    retype(file, "fc.weight", type);
    try (TensorFile weights = TensorFiles.open(file)) {
      ImportReport report = WeightImport.load(body, weights, null, null);
      assertTrue(report.toString().contains("fc.weight: a tensor of " + type), report.toString());
      String weight = "layer3.0.conv2_W";
      assertSameValues(source.getParam(weight), body.getParam(weight));
    }
    retype(file, "bn1.running_var", type);
    try (TensorFile weights = TensorFiles.open(file)) {
      EmanException e =
          assertThrows(EmanException.class, () -> WeightImport.load(body, weights, null, null));
      assertTrue(
          e.getMessage().contains("bn1.running_var (a tensor of " + type + ", which is not read)"),
          e.getMessage());
    }
  }

  private static void retype(Path file, String tensor, String type) throws IOException {
    SafeTensorsFiles.rewrite(
        file,
        header ->
            header.replace(
                "\"" + tensor + "\":{\"dtype\":\"F32\"",
                "\"" + tensor + "\":{\"dtype\":\"" + type + "\""));
  }

  /** Values that an activation may turn into 0, so that nothing shows but a wrong accuracy. */
  @ParameterizedTest
  @CsvSource({
    "layer1.0.bn1.running_var, -0.5, below zero (-0.5 at 0)",
    "layer1.0.bn1.running_var, NaN, NaN at 0",
    "conv1.weight, NaN, 1 of 27 values are not finite (NaN at 0)",
    "bn1.bias, Infinity, 1 of 1 values are not finite (Infinity at 0)"
  })
  void load_valuesThatNoNetworkHas_areRefusedByName(String tensor, float value, String what)
      throws IOException {
    ComputationGraph source = Backbones.named("resnet8-w1").features(1);
    int split = tensor.lastIndexOf('.');
    Map<String, String> keys = Map.of("running_var", "var", "weight", "W", "bias", "beta");
    source
        .getParam(tensor.substring(0, split) + "_" + keys.get(tensor.substring(split + 1)))
        .putScalar(0, value);
    Path file = folder.resolve("some.safetensors");
    WeightExport.write(source, file, Map.of());
    ComputationGraph network = Backbones.named("resnet8-w1").features(2);
    float[] before = network.params().toFloatVector();
    try (TensorFile weights = TensorFiles.open(file)) {
      EmanException e =
          assertThrows(EmanException.class, () -> WeightImport.load(network, weights, null, null));
      assertTrue(e.getMessage().contains(tensor + ": "), e.getMessage());
      assertTrue(e.getMessage().contains(what), e.getMessage());
      assertTrue(e.getMessage().contains("some.safetensors"), e.getMessage());
    }
    assertArrayEquals(before, network.params().toFloatVector());
  }

  /** What is not needed may hold anything. */
  @Test
  void load_valuesOutsideOfTheNetwork_areNotLookedAt() throws IOException {
    ComputationGraph source = Backbones.named("resnet8-w1").classifier(10, 1);
    source.getParam("fc_W").putScalar(0, Float.NaN);
    Path file = folder.resolve("some.safetensors");
    WeightExport.write(source, file, Map.of());
    try (TensorFile weights = TensorFiles.open(file)) {
      WeightImport.load(Backbones.named("resnet8-w1").features(2), weights, null, null);
    }
  }

  @Test
  void open_indexOfSeveralFiles_saysSo() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("model.safetensors.index.json"),
            "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {\"a\":"
                + " \"model-1.safetensors\"}}");
    EmanException e = assertThrows(EmanException.class, () -> TensorFiles.open(file));
    assertTrue(e.getMessage().contains("an index of several safetensors files"), e.getMessage());
  }

  /** An object that would be needed as a number, a storage or a list. */
  @ParameterizedTest
  @CsvSource({
    "cx\\nY\\n)R., objects that are not built (x.Y)",
    "}(X\\1\\0\\0\\0acx\\nY\\n)Ru., objects that are not built (x.Y)",
    "cbuiltins\\neval\\nX\\1\\0\\0\\0a\\205R., holds builtins.eval",
    "}cos\\nsystem\\nNs., holds os.system",
    "ctorch._utils\\n"
        + "_rebuild_tensor_v2\\n"
        + "(cx\\n"
        + "Y\\n"
        + ")RK\\0)))tR., not built (torch._utils._rebuild_tensor_v2)",
    "(cx\\nY\\n)RQ., expected a tuple that names a storage",
    "ccollections\\nOrderedDict\\nK\\1R., expected a tuple of arguments",
    "K\\1)R., expected a function to call"
  })
  void open_objectWhereATensorIsNeeded_isRefused(String pickle, String what) throws IOException {
    Path file = archive(pickle.translateEscapes());
    EmanException e = assertThrows(EmanException.class, () -> TensorFiles.open(file));
    assertTrue(e.getMessage().contains(what), e.getMessage());
  }

  private Path archive(String pickle) throws IOException {
    Path file = folder.resolve("some.pth");
    try (PyTorchArchive archive = new PyTorchArchive(Files.newOutputStream(file))) {
      archive.put("data.pkl", ("\u0080\2" + pickle).getBytes(StandardCharsets.ISO_8859_1));
      archive.put("data/0", new byte[4]);
      archive.put("data/1", new byte[] {7, 7, 7, 7});
    }
    return file;
  }
}
