package dev.eman.benchmarks.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.MainAccess;
import dev.eman.core.algorithm.Supervised;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.train.Checkpoint;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.Dl4jExport;
import dev.eman.train.RunCheckpoint;
import dev.eman.weights.TensorFile;
import dev.eman.weights.TensorFiles;
import dev.eman.weights.WeightImport;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ReadmeExamplesTest {
  private static final Path SOURCE =
      Path.of("src/test/java/dev/eman/benchmarks/examples/ReadmeExamples.java");

  private static String withoutIndentation(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }

  @Test
  void javaBlocks_ofAllPages_areTheCompiledExamples() throws IOException {
    Matcher examples =
        Pattern.compile("// README: (?!end)\\w+\\n(.*?)// README: end", Pattern.DOTALL)
            .matcher(Files.readString(SOURCE));
    List<String> compiled =
        examples.results().map(r -> withoutIndentation(r.group(1))).sorted().toList();
    List<String> shown =
        Markdown.pages().stream()
            .flatMap(page -> page.blocks().stream())
            .filter(block -> block.info().equals("java")) // Others are compiled elsewhere.
            .map(block -> withoutIndentation(block.text()))
            .sorted()
            .toList();
    assertEquals(11, compiled.size());
    assertEquals(compiled, shown);
  }

  @Test
  void travel_outAndIn_loadsEveryTensor(@TempDir Path folder) {
    ReadmeExamples.travel(folder.resolve("network.safetensors"));
    ComputationGraph other = Backbones.named("resnet8-w4").classifier(10, 2);
    try (TensorFile weights = TensorFiles.open(folder.resolve("network.safetensors"))) {
      assertTrue(weights.tensors().containsKey("layer3.0.downsample.1.running_var"));
      WeightImport.load(other, weights, WeightImport.Role.STUDENT, null);
    }
    ComputationGraph written = Backbones.named("resnet8-w4").classifier(10, 1);
    assertArrayEquals(written.params().toFloatVector(), other.params().toFloatVector());
  }

  @Test
  void onnx_goldenRun_isWritten(@TempDir Path folder) {
    Path file = folder.resolve("model.onnx");
    ReadmeExamples.onnx(Path.of("../eman-cli/src/test/resources/golden/fixmatch"), file);
    assertTrue(file.toFile().length() > 10_000);
  }

  @Test
  void run_fewSteps_makesTheFolderAndClassifies(@TempDir Path folder) throws IOException {
    Path image = folder.resolve("image.png");
    ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", image.toFile());
    ReadmeExamples.run(folder.resolve("run"), image, 2);
    assertTrue(Files.exists(folder.resolve("run/run.json")));
    RunCheckpoint run = RunCheckpoint.open(folder.resolve("run"), RunCheckpoint.Which.LAST);
    Path model = folder.resolve("model.zip");
    Dl4jExport.write(run.network(run.deployed()), run.exportFacts(run.deployed()), model);
    INDArray pixels = Nd4j.rand(DataType.FLOAT, 2, 1, 28, 28).muli(255);
    assertEquals(2, ReadmeExamples.serve(model.toFile(), pixels).sumNumber().doubleValue(), 1e-5);
  }

  @Test
  void train_fewSteps_teacherClassifies() {
    Teacher teacher = ReadmeExamples.train(2);
    assertEquals(10, teacher.infer(Nd4j.randn(4, 1, 28, 28))[0].size(1));
  }

  /** Two steps, and two more in a new process, are four. */
  @Test
  void resume_fromACheckpoint_trainsAsIfNeverStopped(@TempDir Path folder) {
    ImageDataset images =
        Datasets.named("fashion-mnist-mini").open(Part.TRAIN, DataDirectories.of(null));
    LabelSplit split = LabelSplit.draw(images, LabelAmount.fraction(0.01), 42);
    resumed(images, split, 2, folder.resolve("parts"));
    Student parts = resumed(images, split, 4, folder.resolve("parts"));
    Student whole = resumed(images, split, 4, folder.resolve("whole"));
    assertArrayEquals(
        whole.parameters().vector().toFloatVector(), parts.parameters().vector().toFloatVector());
    assertEquals(4, Checkpoint.read(folder.resolve("parts")).position());
  }

  private static Student resumed(ImageDataset images, LabelSplit split, int steps, Path file) {
    Student student =
        new Student(
            Backbones.named("resnet8-w4", 1).classifier(10, 1), Sgd.decayingAll(0.9, false, 0));
    ReadmeExamples.resume(
        new Supervised(student),
        BatchPipeline.builder(Datasets.named("fashion-mnist-mini"))
            .labeled(
                ImageStream.labeled(
                    images, split.labeled(), 8, AugmentationPreset.FIXMATCH_WEAK.create(28))),
        LearningRateSchedule.cosine(0.03, 4, 0),
        steps,
        file);
    return student;
  }

  /** The provider is named in this module's test resources, as in a jar on the class path. */
  @Test
  void provider_onTheClassPath_isFoundByNameAndTrains(@TempDir Path folder) {
    MainAccess result =
        MainAccess.run(
            "train",
            "--algorithm=confident-pseudo-labels",
            "--set=threshold=0.2",
            "--backbone=resnet8-w4",
            "--batch=4",
            "--mu=1",
            "--steps=3",
            "--out=" + folder.resolve("run"));
    assertEquals(0, result.exitCode(), result.err());
  }

  @Test
  void follow_fewSteps_movesTheTeacher() {
    INDArray weak = Nd4j.randn(4, 3, 16, 16);
    Teacher begun = ReadmeExamples.follow(weak, weak.add(0.1), 0);
    Teacher teacher = ReadmeExamples.follow(weak, weak.add(0.1), 2);
    assertEquals(10, teacher.infer(weak)[0].size(1));
    INDArray moved = teacher.parameters().vector().sub(begun.parameters().vector());
    assertTrue(moved.amaxNumber().doubleValue() > 0);
  }

  @Test
  void convert_stockGraph_trains() {
    ComputationGraph stock =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("bn", new BatchNormalization.Builder().nIn(4).nOut(4).build(), "in")
                .addLayer(
                    "out",
                    new OutputLayer.Builder().nIn(4).nOut(3).activation(Activation.SOFTMAX).build(),
                    "bn")
                .setOutputs("out")
                .build());
    stock.init();
    Student student = ReadmeExamples.convert(stock);
    INDArray x = Nd4j.randn(5, 4);
    student.backward(student.forward(x)[0].dup());
    student.step(0.1);
  }

  @Test
  void algorithm_fewSteps_learnsAndMovesTheTeacher() {
    Nd4j.getRandom().setSeed(5);
    Student student =
        new Student(Backbones.named("resnet8-w4").classifier(3, 1), Sgd.decayingAll(0.9, false, 0));
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    INDArray before = teacher.parameters().vector().dup();
    var algorithm = new ReadmeExamples.ConfidentPseudoLabels(student, teacher, 0.2);
    INDArray u = Nd4j.randn(6, 3, 8, 8);
    Batch batch = Batch.of(Nd4j.randn(3, 3, 8, 8), new int[] {0, 1, 2}, u, u.add(0.1));
    double first = 0;
    Map<String, Double> last = Map.of();
    for (int i = 0; i < 20; i++) {
      last = algorithm.step(batch, 0.1);
      first = i == 0 ? last.get("loss_x") : first;
    }
    assertTrue(last.get("loss_x") < first, first + " then " + last);
    assertTrue(last.get("loss_u") > 0);
    assertFalse(before.equals(teacher.parameters().vector()));
  }
}
