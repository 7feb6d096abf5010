package dev.eman.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.MainAccess;
import dev.eman.core.UsageException;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.encoder.EncoderOptions;
import dev.eman.train.encoder.EncoderOptions.Layout;
import dev.eman.train.encoder.EncoderOptions.Normalization;
import dev.eman.train.encoder.EncoderOptions.Pooling;
import dev.eman.train.encoder.OnnxEncoder;
import dev.eman.train.encoder.OnnxImageModel;
import dev.eman.train.options.Network;
import dev.eman.weights.onnx.OnnxEngine;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto.DataType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Models as encoders: our own export, and small ones of other forms. */
class EncoderTest {
  private static final String GOLDEN = "../eman-cli/src/test/resources/golden/moco";
  private static final Normalization HALF = Normalization.parse("half");
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

  private Path exported(String... more) {
    Path file = folder.resolve("encoder.onnx");
    List<String> command = new ArrayList<>(List.of("export", GOLDEN, "--format=onnx"));
    command.addAll(List.of(more));
    command.add("--out=" + file);
    eman(command.toArray(new String[0]));
    return file;
  }

  private OnnxEncoder open(Path file, EncoderOptions options) {
    return OnnxEncoder.open(file, engine, options, folder.resolve("cache"));
  }

  @Test
  void features_ofOurExport_areOurs() {
    RunCheckpoint run = RunCheckpoint.open(Path.of(GOLDEN), RunCheckpoint.Which.LAST);
    INDArray pixels = SmallModels.pixels(70, 1, 28);
    INDArray images =
        pixels
            .div(255)
            .subi(run.statistics().mean().get(0))
            .divi(run.statistics().deviation().get(0));
    ComputationGraph graph = run.weights(Network.TEACHER);
    float[] ours =
        FeatureExtractor.of(graph, run.backbone().featureVertex())
            .features(images)
            .dup('c')
            .data()
            .asFloat();
    for (String inside : new String[] {"--no-card", "--normalize"}) {
      try (OnnxEncoder encoder = open(exported(inside), EncoderOptions.NONE)) {
        assertEquals(28, encoder.imageSize());
        assertEquals("none", encoder.testView().orElseThrow());
        assertArrayEquals(ours, encoder.features(pixels).dup('c').data().asFloat(), 1e-4f);
        assertEquals(70, encoder.computed(), inside);
        assertArrayEquals(ours, encoder.features(pixels).dup('c').data().asFloat(), 1e-4f);
        assertEquals(70, encoder.reused());
      }
    }
  }

  @Test
  void featuresCommand_photos_cachedAndRepaired() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos/a"));
    Random random = new Random(1);
    for (int i = 0; i < 3; i++) {
      BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 28 * 28; p++) {
        image.setRGB(p % 28, p / 28, random.nextInt(1 << 24));
      }
      ImageIO.write(image, "png", photos.resolve(i + ".png").toFile());
    }
    Path table = folder.resolve("features.csv");
    String[] command = {
      "features",
      "--encoder=" + exported(),
      "--cache=" + folder.resolve("cache"),
      "--out=" + table,
      folder.resolve("photos").toString()
    };
    MainAccess first = eman(command);
    assertTrue(first.out().startsWith("3 images encoded, 0 found in the cache"), first.out());
    List<String> rows = Files.readAllLines(table);
    assertEquals(3, rows.size());
    assertEquals(17, rows.get(0).split(",").length);
    assertNotEquals(rows.get(0).split(",")[1], rows.get(1).split(",")[1]);
    assertTrue(eman(command).out().startsWith("0 images encoded, 3 found in the cache"));
    assertEquals(rows, Files.readAllLines(table));
    Path cached;
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      cached = files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    byte[] content = Files.readAllBytes(cached);
    content[60] ^= 1;
    Files.write(cached, content);
    assertTrue(eman(command).out().startsWith("3 images encoded, 0 found in the cache"));
    assertEquals(rows, Files.readAllLines(table));
    Files.writeString(photos.resolve("3.png"), "no image");
    MainAccess broken = MainAccess.run(command);
    assertEquals(1, broken.exitCode());
    assertTrue(broken.err().contains("3.png"), broken.err());
    assertEquals(rows, Files.readAllLines(table));
  }

  @Test
  void knnAndLinear_onCachedFeatures_giveAccuracies() {
    String encoder = "--encoder=" + exported();
    String cache = "--cache=" + folder.resolve("cache");
    MainAccess knn = eman("knn", encoder, cache, "--k=5");
    assertTrue(knn.out().contains("6,000 features of 16"), knn.out());
    assertTrue(knn.out().matches("(?s).*\\b5 +5\\d\\.\\d\\d%.*"), knn.out());
    MainAccess linear =
        eman("linear", encoder, cache, "--labels=2/class", "--epochs=2", "--learning-rate=1");
    assertTrue(linear.out().contains("on 16 features"), linear.out());
    assertTrue(linear.out().contains("0 images encoded, 1,020 found in the cache"), linear.out());
    MainAccess both = MainAccess.run("knn", encoder, GOLDEN);
    assertEquals(2, both.exitCode());
    MainAccess alone = MainAccess.run("knn", "--layout=nchw");
    assertEquals(2, alone.exitCode());
    assertTrue(alone.err().contains("expected with --encoder"), alone.err());
  }

  /** Red and green photos, and some without labels. */
  private Path colours() throws IOException {
    Path photos = folder.resolve("colours");
    Random random = new Random(5);
    for (String part : List.of("train/red", "train/green", "test/red", "test/green", "unlabeled")) {
      Path place = Files.createDirectories(photos.resolve(part));
      int colour = part.endsWith("green") ? 0x00c000 : 0xc00000;
      for (int i = 0; i < (part.startsWith("train") ? 8 : 4); i++) {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 256; p++) {
          image.setRGB(p % 16, p / 16, colour | random.nextInt(1 << 24));
        }
        ImageIO.write(image, "png", place.resolve(i + ".png").toFile());
      }
    }
    return photos;
  }

  private static int encoded(MainAccess linear) {
    Matcher found = Pattern.compile("(\\d+) images encoded").matcher(linear.out());
    assertTrue(found.find(), linear.out());
    return Integer.parseInt(found.group(1));
  }

  @Test
  void linear_algorithmsOnCachedViews_encodeEachViewOnce() throws IOException {
    Path model = SmallModels.save(folder, SmallModels.flat());
    List<String> command =
        List.of(
            "linear",
            "--encoder=" + model,
            "--normalization=half",
            "--cache=" + folder.resolve("cache"),
            "--dataset=" + colours(),
            "--labels=2/class",
            "--epochs=2",
            "--learning-rate=0.1");
    String[] both =
        with(command, "--algorithm=supervised,fixmatch", "--steps=20", "--draws=2", "--views=2");
    MainAccess first = eman(both);
    assertTrue(first.out().contains("macro F1  classifier"), first.out());
    assertTrue(first.out().contains("seed 1\n"), first.out());
    assertTrue(first.out().contains("2 results"), first.out());
    for (String classifier : List.of("linear", "supervised student", "fixmatch student")) {
      assertTrue(first.out().contains("%  " + classifier + "\n"), first.out());
    }
    assertTrue(
        first.out().matches("(?s).*\n +2/class fixmatch teacher +\\d+\\.\\d+ ± .*"), first.out());
    // Each of 20 training images as it is and in two strong views, and 8 test images.
    assertTrue(encoded(first) > 50 && encoded(first) <= 20 * 3 + 8, first.out());
    MainAccess again = eman(both);
    assertEquals(0, encoded(again), again.out());
    assertEquals(
        first.out().replaceFirst("(?m)^.*images encoded.*$", ""),
        again.out().replaceFirst("(?m)^.*images encoded.*$", ""));
    String[] more = with(command, "--algorithm=freematch", "--steps=2", "--views=3");
    MainAccess third = eman(more);
    assertTrue(encoded(third) > 10 && encoded(third) <= 20, third.out());
    String[] weak = with(command, "--algorithm=uda", "--steps=2", "--weak=fixmatch-weak");
    assertTrue(encoded(eman(weak)) > 0);
    assertTrue(third.out().contains("freematch teacher"), third.out());
  }

  private static String[] with(List<String> command, String... more) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }

  @Test
  void features_bytesWithChannelsLastOneAtATime_arePixels() throws IOException {
    Path file = SmallModels.save(folder, SmallModels.bytes());
    INDArray pixels = SmallModels.pixels(3, 3, 4);
    float[] expected = pixels.permute(0, 2, 3, 1).dup('c').data().asFloat();
    try (OnnxEncoder encoder = open(file, EncoderOptions.NONE)) {
      assertArrayEquals(expected, encoder.features(pixels).dup('c').data().asFloat());
    }
  }

  @Test
  void features_positions_arePooled() throws IOException {
    Path file = SmallModels.save(folder, SmallModels.maps());
    INDArray gray = SmallModels.pixels(2, 1, 4);
    EncoderOptions options = new EncoderOptions(4, null, HALF, null, null);
    try (OnnxEncoder encoder = open(file, options)) {
      float[] found = encoder.features(gray).dup('c').data().asFloat();
      assertEquals(6, found.length);
      double mean = gray.tensorAlongDimension(1, 1, 2, 3).meanNumber().doubleValue();
      assertEquals(mean / 127.5 - 1, found[3], 1e-5);
      assertEquals(found[3], found[5]);
    }
  }

  /** The order of the input's dimensions, or the output's shape where it tells. */
  @Test
  void features_positionsWithChannelsLast_arePooled() throws IOException {
    INDArray pixels = SmallModels.pixels(2, 3, 4);
    float[] expected = pixels.mean(2, 3).div(127.5).sub(1).dup('c').data().asFloat();
    for (boolean input : new boolean[] {true, false}) {
      Path file = SmallModels.save(folder, SmallModels.mapsLast(input));
      try (OnnxEncoder encoder = open(file, new EncoderOptions(4, null, HALF, null, null))) {
        assertArrayEquals(
            expected, encoder.features(pixels).dup('c').data().asFloat(), 1e-5f, "" + input);
      }
    }
  }

  @Test
  void features_ofAView_areThoseOfItsCopy() throws IOException {
    Path file = SmallModels.save(folder, SmallModels.flat());
    INDArray all = SmallModels.pixels(3, 3, 8);
    INDArray part = all.get(NDArrayIndex.interval(1, 3));
    try (OnnxEncoder encoder = open(file, new EncoderOptions(null, null, HALF, null, null))) {
      assertEquals(encoder.features(part.dup()), encoder.features(part));
      assertEquals(encoder.features(part.dup()), encoder.features(part.dup('f')));
    }
  }

  /** ND4J says of these that they are no views, and in c order. */
  @Test
  void features_ofAPermutedArray_areThoseOfItsCopy() throws IOException {
    Path file = SmallModels.save(folder, SmallModels.flat());
    INDArray pixels = SmallModels.pixels(3, 3, 8);
    INDArray channelsLast = pixels.permute(0, 2, 3, 1).dup('c');
    try (OnnxEncoder encoder = open(file, new EncoderOptions(null, null, HALF, null, null))) {
      assertEquals(encoder.features(pixels), encoder.features(channelsLast.permute(0, 3, 1, 2)));
      INDArray turned = pixels.permute(0, 1, 3, 2);
      assertEquals(encoder.features(turned.dup('c')), encoder.features(turned));
    }
  }

  /** A model of fixed batches may look at all of them: what is missing is black each time. */
  @Test
  void rows_lessThanABatchAfterAWholeOne_haveNothingOfIt() throws IOException {
    Path file = SmallModels.save(folder, SmallModels.lessTheMeanOfTwo());
    EncoderOptions options = new EncoderOptions(null, null, HALF, null, null);
    INDArray pixels = SmallModels.pixels(3, 3, 8);
    INDArray last = pixels.get(NDArrayIndex.interval(2, 3));
    try (OnnxImageModel model = OnnxImageModel.open(file, engine, options)) {
      INDArray alone = model.rows(last);
      assertEquals(alone.getRow(0), model.rows(pixels).getRow(2));
    }
  }

  @Test
  void features_noPixels_isAMistake() throws IOException {
    Path file = SmallModels.save(folder, SmallModels.flat());
    INDArray images = SmallModels.pixels(2, 3, 8);
    try (OnnxEncoder encoder = open(file, new EncoderOptions(null, null, HALF, null, null))) {
      for (float value : new float[] {256, -1, Float.NaN}) {
        images.putScalar(7, value);
        UsageException e =
            assertThrows(UsageException.class, () -> encoder.features(images), value + "");
        assertTrue(e.getMessage().contains("expected pixels from 0 to 255"), e.getMessage());
      }
    }
  }

  /** The model's own file is the same. */
  @Test
  void features_otherWeightsBesideTheModel_areNotFromTheCache() throws IOException {
    Path file = SmallModels.save(folder, SmallModels.shifted("weights.bin"));
    INDArray pixels = SmallModels.pixels(2, 3, 8);
    EncoderOptions options =
        new EncoderOptions(null, null, Normalization.parse("pixels"), null, null);
    float first = pixels.getFloat(0);
    for (float shift : new float[] {2, 5, 2}) {
      byte[] weights =
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(shift).array();
      Files.write(folder.resolve("weights.bin"), weights);
      for (int time = 0; time < 2; time++) {
        try (OnnxEncoder encoder = open(file, options)) {
          assertEquals(first + shift, encoder.features(pixels).getFloat(0), 1e-4);
        }
      }
      try (OnnxEncoder encoder = open(file, options)) {
        encoder.features(pixels);
        assertEquals(2, encoder.reused());
      }
    }
  }

  @Test
  void features_sequence_firstOrMean() throws IOException {
    Path file = SmallModels.save(folder, SmallModels.sequence());
    Normalization pixelsAsThey = Normalization.parse("pixels");
    INDArray pixels = SmallModels.pixels(2, 3, 4);
    INDArray sums = pixels.sum(3); // [N, C, rows]
    for (Pooling pooling : Pooling.values()) {
      EncoderOptions options = new EncoderOptions(null, null, pixelsAsThey, null, pooling);
      try (OnnxEncoder encoder = open(file, options)) {
        double expected =
            pooling == Pooling.FIRST
                ? sums.getDouble(1, 2, 0)
                : sums.tensorAlongDimension(5, 2).meanNumber().doubleValue();
        assertEquals(expected, encoder.features(pixels).getDouble(1, 2), 1e-2);
      }
    }
    assertMistake("say --pooling first", file, new EncoderOptions(null, null, HALF, null, null));
  }

  /** It would be ignored. */
  @Test
  void open_poolingOfNoPositions_isAMistake() throws IOException {
    Path rows = SmallModels.save(folder, SmallModels.flat());
    Path maps = SmallModels.save(folder, SmallModels.maps());
    for (Pooling pooling : Pooling.values()) {
      assertMistake(
          "--pooling: expected an output [N, T, F], found y, FLOAT [?, 192]; choose one by"
              + " --output",
          rows,
          new EncoderOptions(null, null, HALF, null, pooling));
    }
    assertMistake(
        "expected an output [N, T, F], found y, FLOAT [?, 3, ?, ?]",
        maps,
        new EncoderOptions(4, null, HALF, null, Pooling.FIRST));
    open(maps, new EncoderOptions(4, null, HALF, null, Pooling.MEAN)).close();
  }

  private void assertMistake(String message, Path file, EncoderOptions options) {
    UsageException e = assertThrows(UsageException.class, () -> open(file, options).close());
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }

  @Test
  void open_bytesWithNormalization_isAMistake() throws IOException {
    Path file = SmallModels.save(folder, SmallModels.bytes());
    assertMistake(
        "takes bytes as they are, got mean [0.5] and deviation [0.5]",
        file,
        new EncoderOptions(null, null, HALF, null, null));
    open(file, new EncoderOptions(null, null, Normalization.parse("pixels"), null, null)).close();
  }

  /** Its images would be normalised twice. */
  @Test
  void open_normalizedInsideWithNormalization_isAMistake() {
    Path file = exported("--normalize");
    assertMistake(
        "it takes pixels from 0 to 255 and normalises them itself, got mean [0.5]",
        file,
        new EncoderOptions(null, null, HALF, null, null));
    open(file, new EncoderOptions(null, null, Normalization.parse("pixels"), null, null)).close();
  }

  /** A model that says by what its images are normalised. */
  private Path saying(String mean, String deviation) throws IOException {
    ModelProto.Builder model = SmallModels.model(SmallModels.flat());
    model.addMetadataPropsBuilder().setKey("mean").setValue(mean);
    model.addMetadataPropsBuilder().setKey("deviation").setValue(deviation);
    return SmallModels.save(folder, model);
  }

  private List<String> notes(Path file, String normalization) {
    Normalization given = Normalization.parse(normalization);
    try (OnnxEncoder encoder = open(file, new EncoderOptions(null, null, given, null, null))) {
      return encoder.notes();
    }
  }

  /** The means of other channels would be dropped. */
  @Test
  void open_normalizationOfOtherChannels_isAMistake() throws IOException {
    ModelProto.Builder gray = SmallModels.model(SmallModels.gray());
    Path file = SmallModels.save(folder, gray);
    Normalization imagenet = Normalization.parse("imagenet");
    assertMistake(
        "as its images have one channel, got mean [0.485, 0.456, 0.406]",
        file,
        new EncoderOptions(null, null, imagenet, null, null));
    open(file, new EncoderOptions(null, null, HALF, null, null)).close();
    gray.addMetadataPropsBuilder().setKey("mean").setValue("[0.1,0.2,0.3]");
    gray.addMetadataPropsBuilder().setKey("deviation").setValue("[1,1,1]");
    Path saying = SmallModels.save(folder, gray);
    assertMistake(
        "as its images have one channel, found mean [0.1, 0.2, 0.3]", saying, EncoderOptions.NONE);
    open(saying, new EncoderOptions(null, null, HALF, null, null)).close();
  }

  @Test
  void open_otherNormalizationThanTheModelSays_isNoted() throws IOException {
    Path file = saying("[0.5,0.5,0.5]", "[0.25,0.25,0.25]");
    try (OnnxEncoder encoder = open(file, EncoderOptions.NONE)) {
      assertEquals(List.of(), encoder.notes());
    }
    assertEquals(List.of(), notes(file, "0.5/0.25"));
    assertEquals(
        List.of(
            file
                + " says that its images are normalised by mean [0.5, 0.5, 0.5] and deviation"
                + " [0.25, 0.25, 0.25]; --normalization is taken instead, [0.5] and [0.5]"),
        notes(file, "half"));
    assertEquals(List.of(), notes(saying("none", "none"), "half"));
  }

  @Test
  void commands_otherNormalizationThanTheModelSays_printTheNote() throws IOException {
    Path photos = colours();
    String[] options = {
      "--encoder=" + saying("[0]", "[1]"), "--normalization=half", "--cache=" + folder.resolve("c")
    };
    String note = "note: .*model.*onnx says that its images are normalised by mean \\[0.0\\] .*\\R";
    MainAccess features = eman(with(List.of("features", photos.toString()), options));
    assertTrue(features.err().matches("(?s)" + note + ".*"), features.err());
    MainAccess knn = eman(with(List.of("knn", "--k=1", "--dataset=" + photos), options));
    assertTrue(knn.err().matches("(?s)" + note + ".*"), knn.err());
  }

  @Test
  void open_whatCannotBeFed_saysWhy() throws IOException {
    GraphProto.Builder plain = SmallModels.flat();
    Path file = SmallModels.save(folder, plain.clone());
    assertMistake("does not say how its images are normalised", file, EncoderOptions.NONE);
    assertMistake("expected --size 8", file, new EncoderOptions(9, null, HALF, null, null));
    assertMistake(
        "expected an output z, found y, FLOAT [?, 192]",
        file,
        new EncoderOptions(null, null, HALF, "z", null));
    assertMistake(
        "expected 1 or 3 channels", file, new EncoderOptions(null, Layout.NHWC, HALF, null, null));
    Path five =
        SmallModels.save(
            folder, plain.clone().setInput(0, SmallModels.value("x", DataType.FLOAT, -1, 5, 8, 8)));
    assertMistake("say --layout nchw", five, new EncoderOptions(null, null, HALF, null, null));
    Path wide =
        SmallModels.save(
            folder, plain.clone().setInput(0, SmallModels.value("x", DataType.FLOAT, -1, 3, 8, 6)));
    assertMistake("square images", wide, new EncoderOptions(null, null, HALF, null, null));
    Path any =
        SmallModels.save(
            folder,
            plain.clone().setInput(0, SmallModels.value("x", DataType.FLOAT, -1, 3, -1, -1)));
    assertMistake("say --size", any, new EncoderOptions(null, null, HALF, null, null));
    Path whole =
        SmallModels.save(
            folder,
            plain
                .clone()
                .setInput(0, SmallModels.value("x", DataType.INT32, -1, 3, 8, 8))
                .setOutput(0, SmallModels.value("y", DataType.INT32, -1, 192)));
    assertMistake(
        "float32 or uint8 [N, C, H, W] or [N, H, W, C], found x, INT32 [?, 3, 8, 8]",
        whole,
        EncoderOptions.NONE);
    Path two =
        SmallModels.save(
            folder, plain.clone().addInput(SmallModels.value("text", DataType.INT64, -1, 77)));
    assertMistake("expected a model with one input, images, found 2", two, EncoderOptions.NONE);
  }
}
