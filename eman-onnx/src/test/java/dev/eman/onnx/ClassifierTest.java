package dev.eman.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.ImmutableList;
import dev.eman.cli.MainAccess;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.LinearLayer;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.OnnxClassifier;
import dev.eman.train.encoder.EncoderOptions;
import dev.eman.train.encoder.EncoderOptions.Layout;
import dev.eman.train.encoder.EncoderOptions.Normalization;
import dev.eman.train.encoder.EncoderOptions.Pooling;
import dev.eman.train.encoder.OnnxEncoder;
import dev.eman.weights.onnx.OnnxEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Classifiers behind encoders, saved as one model, and models that classify. */
class ClassifierTest {
  private static final Path GOLDEN = Path.of("../eman-cli/src/test/resources/golden");
  private static final Map<String, String> THREE = Map.of("classes", "[\"a\",\"b\",\"c\"]");
  private static OnnxEngine engine;

  @TempDir private Path folder;

  @BeforeAll
  static void findRuntime() {
    engine = Runtime.engine();
  }

  private static MainAccess eman(String... arguments) {
    MainAccess result = MainAccess.run(arguments);
    assertEquals(0, result.exitCode(), result.err());
    return result;
  }

  private static LinearLayer random(int features) {
    return new LinearLayer(
        Nd4j.randn(DataType.FLOAT, features, 3), Nd4j.randn(DataType.FLOAT, 1, 3));
  }

  private OnnxEncoder encoder(Path model, EncoderOptions options) {
    return OnnxEncoder.open(model, engine, options, folder.resolve("cache"));
  }

  /** Whether the model that is written gives what the classifier gives for the features. */
  private void assertSaved(GraphProto.Builder graph, EncoderOptions options, INDArray pixels)
      throws IOException {
    Path to = folder.resolve("classifier.onnx");
    try (OnnxEncoder encoder = encoder(SmallModels.save(folder, graph), options)) {
      INDArray features = encoder.features(pixels);
      LinearLayer layer = random((int) features.size(1));
      encoder.writeClassifier(to, layer, THREE, engine, pixels);
      try (OnnxClassifier saved = OnnxClassifier.open(to, engine)) {
        assertEquals(ImmutableList.of("a", "b", "c"), saved.classNames());
        assertEquals(pixels.size(2), saved.preparation().imageSize());
        float[] expected = layer.logits(features).dup('c').data().asFloat();
        float[] found = saved.logits(pixels).dup('c').data().asFloat();
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], found[i], 1e-5 * Math.max(100, Math.abs(expected[i])));
        }
      }
    }
  }

  private static EncoderOptions options(String normalization, Integer size, Pooling pooling) {
    return new EncoderOptions(size, null, Normalization.parse(normalization), null, pooling);
  }

  @Test
  void writeClassifier_modelsOfAnyForm_logitsOfTheFeatures() throws IOException {
    assertSaved(SmallModels.flat(), options("imagenet", null, null), SmallModels.pixels(70, 3, 8));
    assertSaved(SmallModels.bytes(), EncoderOptions.NONE, SmallModels.pixels(3, 3, 4));
    assertSaved(SmallModels.maps(), options("half", 6, null), SmallModels.pixels(2, 3, 6));
    for (boolean input : new boolean[] {true, false}) {
      assertSaved(
          SmallModels.mapsLast(input), options("half", 4, null), SmallModels.pixels(2, 3, 4));
    }
    // Three pixels square: the shape does not say where the channels are.
    assertSaved(
        SmallModels.flat(3),
        new EncoderOptions(null, Layout.NHWC, Normalization.parse("imagenet"), null, null),
        SmallModels.pixels(2, 3, 3));
    for (Pooling pooling : Pooling.values()) {
      assertSaved(
          SmallModels.sequence(), options("pixels", null, pooling), SmallModels.pixels(4, 3, 4));
    }
  }

  /** What the encoder says of itself stays, but for what is now otherwise. */
  @Test
  void writeClassifier_encoderWithMetadata_isKeptOrReplaced() throws IOException {
    ModelProto.Builder model = SmallModels.model(SmallModels.flat());
    Map.of("author", "somebody", "classes", "[]", "mean", "[9]", "deviation", "[9]")
        .forEach(
            (key, text) ->
                model.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
    Path to = folder.resolve("classifier.onnx");
    INDArray pixels = SmallModels.pixels(2, 3, 8);
    try (OnnxEncoder encoder =
        encoder(SmallModels.save(folder, model), options("half", null, null))) {
      encoder.writeClassifier(to, random(192), THREE, engine, pixels);
    }
    try (var session = engine.open(to)) {
      assertEquals("somebody", session.metadata().get("author"));
      assertEquals("[0.5]", session.metadata().get("mean"));
      assertEquals(THREE.get("classes"), session.metadata().get("classes"));
      assertEquals(1, session.outputs().size());
      assertEquals("logits, FLOAT [?, 3]", session.outputs().get(0).describe());
    }
  }

  @Test
  void writeClassifier_modelThatCannotBeContinued_saysWhyAndWritesNothing() throws IOException {
    Path to = folder.resolve("classifier.onnx");
    ModelProto.Builder old =
        SmallModels.model(SmallModels.flat())
            .clearOpsetImport()
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(6));
    assertRefused(SmallModels.save(folder, old), to, "expected operator set 7");
    Files.write(folder.resolve("weights.bin"), new byte[4]);
    assertRefused(
        SmallModels.save(folder, SmallModels.shifted("weights.bin")),
        to,
        "weights in files beside it");
    Path own = SmallModels.save(folder, SmallModels.flat());
    byte[] content = Files.readAllBytes(own);
    assertRefused(own, folder.resolve("./" + own.getFileName()), "another file than the encoder's");
    assertArrayEquals(content, Files.readAllBytes(own));
    assertFalse(Files.exists(to));
  }

  private void assertRefused(Path model, Path to, String message) {
    try (OnnxEncoder encoder = encoder(model, options("half", null, null))) {
      INDArray pixels = SmallModels.pixels(1, 3, 8);
      UsageException e =
          assertThrows(
              UsageException.class,
              () -> encoder.writeClassifier(to, random(192), THREE, engine, pixels));
      assertTrue(e.getMessage().contains(message), e::getMessage);
      assertThrows(UsageException.class, () -> encoder.checkContinuable(to));
    }
  }

  @Test
  void linearSave_classifierOfAnEncoder_predictsAsMeasured() throws IOException {
    Path encoder = folder.resolve("encoder.onnx");
    eman("export", GOLDEN + "/moco", "--format=onnx", "--no-card", "--out=" + encoder);
    Path model = folder.resolve("made/model.onnx");
    MainAccess linear =
        eman(
            "linear",
            "--encoder=" + encoder,
            "--cache=" + folder.resolve("cache"),
            "--labels=4/class",
            "--epochs=20",
            "--learning-rate=1",
            "--algorithm=fixmatch",
            "--steps=60",
            "--views=1",
            "--save=" + model);
    Matcher teacher = Pattern.compile(" (\\d+\\.\\d+)% .*fixmatch teacher").matcher(linear.out());
    assertTrue(teacher.find(), linear.out());
    double measured = Double.parseDouble(teacher.group(1));
    assertTrue(linear.out().contains("verified by " + engine.name()), linear.out());
    int right = 0;
    int all = 0;
    try (OnnxClassifier saved = OnnxClassifier.open(model, engine);
        ImageDataset test =
            Datasets.named("fashion-mnist-mini").open(Part.TEST, DataDirectories.of(null));
        BatchSource batches = saved.inOrder(test)) {
      assertEquals(test.classNames(), saved.classNames());
      while (batches.hasNext()) {
        Batch batch = batches.next();
        int[] found = saved.logits(batch.requireLabeled()).argMax(1).toIntVector();
        for (int i = 0; i < found.length; i++) {
          right += found[i] == batch.labels().get(i) ? 1 : 0;
          all++;
        }
      }
    }
    assertEquals(1000, all);
    assertEquals(measured, 100.0 * right / all, 0.11); // Of 1,000 images one may be a tie.
    JsonNode card =
        new JsonMapper().readTree(Files.readAllBytes(model.resolveSibling("model-card.json")));
    assertEquals("fixmatch", card.path("model").path("algorithm").asText());
    assertEquals(measured / 100, card.path("accuracy").path("top1").asDouble(), 0.0011);
    assertTrue(card.path("command").asText().contains("--labels=4/class"), card::toString);
    assertFalse(card.toString().contains(folder.toString()), card::toString);
  }

  @Test
  void close_twice_isOnceAndTheEndOfUse() throws IOException {
    ModelProto.Builder model = SmallModels.model(SmallModels.flat());
    model.addMetadataPropsBuilder().setKey("classes").setValue("[\"a\",\"b\"]");
    model.addMetadataPropsBuilder().setKey("mean").setValue("[0.5]");
    model.addMetadataPropsBuilder().setKey("deviation").setValue("[0.5]");
    OnnxClassifier classifier = OnnxClassifier.open(SmallModels.save(folder, model), engine);
    classifier.close();
    classifier.close();
    INDArray pixels = SmallModels.pixels(1, 3, 8);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> classifier.logits(pixels));
    assertTrue(e.getMessage().endsWith(": expected an open model, it was closed"), e.getMessage());
  }

  @Test
  void predict_exportedModel_answersOfItsRun() {
    String image = "../docs/label.png";
    MainAccess run = eman("predict", GOLDEN + "/fixmatch", image);
    Path model = folder.resolve("model.onnx");
    for (String[] form : new String[][] {{}, {"--softmax", "--normalize"}}) {
      eman(
          Stream.concat(
                  Stream.of("export", GOLDEN + "/fixmatch", "--format=onnx", "--out=" + model),
                  Stream.of(form))
              .toArray(String[]::new));
      assertEquals(run.out(), eman("predict", model.toString(), image).out());
    }
    try (OnnxClassifier saved = OnnxClassifier.open(model, engine)) {
      assertEquals(Orientation.IGNORE, saved.preparation().orientation()); // As the run's data set.
    }
  }

  @Test
  void linear_encoderThatClassifies_saysThatItDoes() {
    Path model = folder.resolve("model.onnx");
    eman("export", GOLDEN + "/fixmatch", "--format=onnx", "--out=" + model);
    MainAccess linear =
        eman(
            "linear",
            "--encoder=" + model,
            "--cache=" + folder.resolve("cache"),
            "--labels=1/class",
            "--epochs=1");
    assertTrue(linear.err().contains("is a classifier, of [\"T-shirt/top\""), linear.err());
  }

  @Test
  void commands_whatTheyCannotUse_sayWhy() throws IOException {
    Path encoder = SmallModels.save(folder, SmallModels.flat());
    String image = "../docs/label.png";
    assertMistake("--which: expected a run", "predict", encoder.toString(), "--which=last", image);
    assertMistake(
        "--network: expected a run", "predict", encoder.toString(), "--network=student", image);
    String given = "--encoder=" + encoder;
    String save = "--save=" + folder.resolve("m.onnx");
    assertMistake("ends in .onnx", "linear", given, "--save=" + folder + "/m", "--labels=1%");
    assertMistake("expected one classifier", "linear", given, save);
    assertMistake("expected one classifier", "linear", given, save, "--labels=1%", "--draws=2");
    assertMistake("--save: expected --encoder", "linear", save, "--labels=1%");
    Path features = folder.resolve("features.onnx");
    eman("export", GOLDEN + "/moco", "--format=onnx", "--out=" + features);
    assertMistake("expected a classifier that names its classes", "predict", features + "", image);
  }

  private static void assertMistake(String message, String... arguments) {
    MainAccess result = MainAccess.run(arguments);
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains(message), result.err());
  }

  /** A check that fails leaves a former file as it was, and no draft. */
  @Test
  void writeClassifier_otherLogits_failsAndKeepsTheFormerFile() throws IOException {
    Path to = Files.createDirectories(folder.resolve("made")).resolve("classifier.onnx");
    Files.writeString(to, "former");
    INDArray pixels = SmallModels.pixels(2, 3, 8);
    OnnxEngine wrong = new Shifted(engine, 1);
    try (OnnxEncoder encoder =
        encoder(SmallModels.save(folder, SmallModels.flat()), options("half", null, null))) {
      EmanException e =
          assertThrows(
              EmanException.class,
              () -> encoder.writeClassifier(to, random(192), THREE, wrong, pixels));
      assertTrue(e.getMessage().contains("found a difference of"), e::getMessage);
    }
    assertEquals("former", Files.readString(to));
    try (Stream<Path> files = Files.list(folder.resolve("made"))) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void open_classifierOfOthersThatDoesNotSayHow_saysWhoCan() throws IOException {
    ModelProto.Builder model = SmallModels.model(SmallModels.flat());
    model.addMetadataProps(
        StringStringEntryProto.newBuilder().setKey("classes").setValue("[\"a\"]"));
    Path file = SmallModels.save(folder, model);
    UsageException e =
        assertThrows(UsageException.class, () -> OnnxClassifier.open(file, engine).close());
    assertTrue(e.getMessage().contains("does not say how its images are normalised"));
    assertTrue(e.getMessage().contains("linear --encoder, which can --save"), e::getMessage);
  }

  @Test
  void logits_moreOutputsThanNames_fails() throws IOException {
    Path to = folder.resolve("classifier.onnx");
    INDArray pixels = SmallModels.pixels(1, 3, 8);
    try (OnnxEncoder encoder =
        encoder(SmallModels.save(folder, SmallModels.flat()), options("half", null, null))) {
      encoder.writeClassifier(to, random(192), Map.of("classes", "[\"a\"]"), engine, pixels);
    }
    try (OnnxClassifier saved = OnnxClassifier.open(to, engine)) {
      EmanException e = assertThrows(EmanException.class, () -> saved.logits(pixels));
      assertTrue(e.getMessage().contains("each of the 1 classes that it names, found 3"));
    }
  }
}
