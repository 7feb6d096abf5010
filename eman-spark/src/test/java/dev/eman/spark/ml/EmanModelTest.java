package dev.eman.spark.ml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.eval.Features;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.ImageClassifier;
import dev.eman.train.ImageClassifier.Prediction;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmanModelTest {
  private static final int IMAGES = 41;
  private static SparkSession spark;
  private static @TempDir Path images;
  private static List<Path> files;
  private @TempDir Path temporary;

  @BeforeAll
  static void start() throws IOException {
    spark = LocalSpark.start();
    files = LocalSpark.images(images, IMAGES);
  }

  @AfterAll
  static void stop() throws IOException {
    spark.close();
  }

  private static EmanClassifierModel classifier() {
    return EmanClassifierModel.ofCheckpoint(LocalSpark.run("fixmatch").toString());
  }

  /** As {@code eman predict} has it. */
  private static List<String> predicted(int top) {
    List<String> rows = new ArrayList<>();
    RunCheckpoint run = RunCheckpoint.open(LocalSpark.run("fixmatch"), Which.LAST);
    run.network(run.deployed())
        .classify(
            files,
            new ImageClassifier.FilePredictions() {
              @Override
              public void classified(Path image, ImmutableList<Prediction> classes) {
                List<Row> best =
                    classes.stream()
                        .limit(top)
                        .map(c -> RowFactory.create(c.className(), c.probability()))
                        .toList();
                Prediction first = classes.get(0);
                rows.add(
                    RowFactory.create(
                            image.toUri().toString(),
                            first.className(),
                            first.probability(),
                            scala.jdk.javaapi.CollectionConverters.asScala(best).toList(),
                            null)
                        .toString());
              }

              @Override
              public void failed(Path path, String reason) {
                throw new AssertionError(reason);
              }
            });
    return rows.stream().map(row -> row.replace("List(", "ArraySeq(")).sorted().toList();
  }

  private static List<String> rows(Dataset<Row> answers) {
    return LocalSpark.texts((Row[]) answers.collect());
  }

  @Test
  void transform_anyPartitionsAndBatches_areThePredictCommandsAnswers() {
    List<String> expected = predicted(3);
    assertEquals(IMAGES, expected.size());
    for (int partitions : new int[] {1, 3, 17}) {
      for (int batch : new int[] {1, 5, 200}) {
        Dataset<Row> answers =
            classifier()
                .setTopK(3)
                .setBatchSize(batch)
                .transform(LocalSpark.paths(spark, files).repartition(partitions));
        assertEquals(expected, rows(answers), partitions + " partitions, batches of " + batch);
      }
    }
  }

  @Test
  void transform_contentOfBinaryFiles_isAsByPath() {
    Dataset<Row> byPath =
        classifier().transform(LocalSpark.paths(spark, files)).select("confidence");
    Dataset<Row> byContent =
        classifier()
            .setInputCol("content")
            .setErrorCol("")
            .transform(spark.read().format("binaryFile").load(images.toString()))
            .select("confidence");
    assertEquals(rows(byPath), rows(byContent));
  }

  @Test
  void transform_unreadableImages_areRowsWithErrors() throws IOException {
    Path whole = files.get(0);
    byte[] content = Files.readAllBytes(whole);
    Path truncated = temporary.resolve("truncated.png");
    Files.write(truncated, Arrays.copyOf(content, 60));
    Path text = Files.writeString(temporary.resolve("text.png"), "no image");
    Path missing = temporary.resolve("missing.png");
    Path large = temporary.resolve("large.png");
    Files.write(large, Arrays.copyOf(content, 5000));
    Path changed = temporary.resolve("changed.png");
    FileSystem.getLocal(new Configuration())
        .create(new org.apache.hadoop.fs.Path(changed.toString()))
        .close(); // Leaves the checksum of an empty file.
    Files.write(changed, content);
    StructType schema = new StructType().add("path", DataTypes.StringType);
    List<Row> rows = new ArrayList<>();
    for (Path file : List.of(whole, truncated, text, missing, large, changed, temporary)) {
      rows.add(RowFactory.create(file.toString()));
    }
    rows.add(RowFactory.create((Object) null));
    rows.add(RowFactory.create(""));
    rows.add(RowFactory.create("nowhere://host/image.png"));
    rows.add(RowFactory.create(whole.toString()));
    Row[] found =
        (Row[])
            classifier()
                .setMaxImageBytes(4000)
                .transform(spark.createDataFrame(rows, schema).coalesce(1))
                .collect();

    assertTrue(found[0].isNullAt(4) && !found[0].isNullAt(1), found[0].toString());
    assertEquals(found[0], found[rows.size() - 1]); // Behind images without an answer.
    String[] reasons = {
      "truncated.png (60 bytes)",
      "cannot decode " + text.toUri().getPath() + " (8 bytes): expected",
      "cannot read " + missing + ": no such file",
      "expected at most 4000 bytes (maxImageBytes), found 5000",
      "cannot read " + changed + ": Checksum",
      "expected a file, found a folder",
      "expected an image, found null",
      "cannot read : ",
      "cannot read nowhere://host/image.png: No FileSystem for scheme \"nowhere\""
    };
    for (int i = 0; i < reasons.length; i++) {
      Row row = found[i + 1];
      assertTrue(row.isNullAt(1) && row.isNullAt(2) && row.isNullAt(3), row.toString());
      assertTrue(row.getString(4).contains(reasons[i]), reasons[i] + " in " + row);
      assertEquals(1, row.getString(4).lines().count());
    }
  }

  @Test
  void save_loadedWithoutTheRun_answersAsBefore() throws IOException {
    Path run = Files.createDirectory(temporary.resolve("run"));
    Path checkpoint = run.resolve("last.ckpt");
    Files.copy(LocalSpark.run("fixmatch").resolve("last.ckpt"), checkpoint);
    EmanClassifierModel model =
        EmanClassifierModel.ofCheckpoint(run.toString())
            .setTopK(2)
            .setClassCol("what")
            .setBatchSize(9);
    Dataset<Row> data = LocalSpark.paths(spark, files);
    List<String> expected = rows(model.transform(data));
    String saved = temporary.resolve("model").toUri().toString();
    model.write().save(saved);
    Files.delete(checkpoint);

    EmanClassifierModel loaded = EmanClassifierModel.load(saved);
    assertEquals(9, loaded.getBatchSize());
    assertEquals(expected, rows(loaded.transform(data)));
    assertEquals(
        "expected a EmanFeatureModel at " + saved + ", found a EmanClassifierModel",
        assertThrows(EmanException.class, () -> EmanFeatureModel.load(saved)).getMessage());
    String other = temporary.resolve("other").toString();
    assertEquals(
        "expected a saved model at " + other + ", found nothing",
        assertThrows(EmanException.class, () -> EmanClassifierModel.load(other)).getMessage());
  }

  /** As on machines that do not have the file, or have another one in its place. */
  @Test
  void transform_withoutTheFile_answersByWhatWasRead() throws IOException {
    Path checkpoint = temporary.resolve("some.ckpt");
    Path source = LocalSpark.run("fixmatch").resolve("last.ckpt");
    Dataset<Row> data = LocalSpark.paths(spark, files);
    List<String> expected =
        rows(EmanClassifierModel.ofCheckpoint(source.toString()).transform(data));
    Files.copy(source, checkpoint);
    EmanClassifierModel gone = EmanClassifierModel.ofCheckpoint(checkpoint.toString());
    EmanClassifierModel replaced = EmanClassifierModel.ofCheckpoint(checkpoint.toString());
    Files.delete(checkpoint);
    assertEquals(expected, rows(gone.transform(data)));
    Files.copy(LocalSpark.run("moco").resolve("last.ckpt"), checkpoint);
    assertEquals(expected, rows(replaced.transform(data)));
  }

  @Test
  void pipeline_savedWithBothModels_answersAsBefore() throws IOException {
    PipelineStage[] stages = {
      classifier(),
      EmanFeatureModel.ofCheckpoint(LocalSpark.run("moco").toString()).setErrorCol("no_features")
    };
    Dataset<Row> data = LocalSpark.paths(spark, files.subList(0, 5));
    PipelineModel pipeline = new Pipeline().setStages(stages).fit(data);
    String saved = temporary.resolve("pipeline").toString();
    pipeline.write().overwrite().save(saved);
    PipelineModel loaded = PipelineModel.load(saved);
    assertInstanceOf(EmanFeatureModel.class, loaded.stages()[1]);
    assertEquals(rows(pipeline.transform(data)), rows(loaded.transform(data)));
  }

  @Test
  void features_anyPartitions_areTheExtractors() {
    RunCheckpoint run = RunCheckpoint.open(LocalSpark.run("fixmatch"), Which.LAST);
    FeatureExtractor extractor =
        FeatureExtractor.of(run.weights(run.deployed()), run.backbone().featureVertex());
    TrainedClassifier classifier = run.network(run.deployed());
    List<String> expected = new ArrayList<>();
    try (BatchPipeline batches = classifier.inOrder(classifier.images(files))) {
      for (float[] row : Features.of(batches, List.of(extractor)).get(0).values().toFloatMatrix()) {
        expected.add("[ArraySeq(" + Arrays.toString(row).replaceAll("[\\[\\]]", "") + ")]");
      }
    }
    expected.sort(null);
    EmanFeatureModel model =
        EmanFeatureModel.ofCheckpoint(LocalSpark.run("fixmatch").resolve("last.ckpt").toString());
    for (int partitions : new int[] {1, 3, 17}) {
      Dataset<Row> found =
          model
              .transform(LocalSpark.paths(spark, files).repartition(partitions))
              .select("features");
      assertEquals(expected, rows(found), partitions + " partitions");
    }
  }

  @Test
  void network_teacherThatUsesItsBatch_isRefusedAndTheStudentTaken() {
    Path folder = temporary.resolve("run");
    OptionTexts options = OptionTexts.empty().withSetting("teacher", "ema");
    for (String option :
        List.of(
            "backbone=resnet8-w4", "batch=2", "mu=1", "steps=1", "workers=1", "evaluate-every=0")) {
      String[] parts = option.split("=");
      options = options.with(parts[0], parts[1]);
    }
    try (TrainingRun run = TrainingRun.start(options.resolve(), folder)) {
      run.train();
    }
    EmanClassifierModel model = EmanClassifierModel.ofCheckpoint(folder.toString());
    assertEquals("student", model.getNetwork());
    Dataset<Row> data = LocalSpark.paths(spark, files.subList(0, 2));
    assertEquals(2, model.transform(data).where("error is null").count());
    EmanException refused =
        assertThrows(
            EmanException.class, () -> model.setNetwork("teacher").transform(data).count());
    assertTrue(
        refused.getMessage().contains("an EMA teacher normalises with its batch"),
        refused.getMessage());
    assertThrows(UsageException.class, () -> model.setNetwork("pupil").transform(data));
  }

  @Test
  void transform_otherColumns_areRefusedWithWhatIsThere() {
    Dataset<Row> data = LocalSpark.contents(spark, files.subList(0, 1));
    assertEquals(
        "inputCol: expected a column path, found id, content",
        assertThrows(UsageException.class, () -> classifier().transform(data)).getMessage());
    assertEquals(
        "inputCol: expected id to be of strings (paths) or binary (encoded images), found int",
        assertThrows(UsageException.class, () -> classifier().setInputCol("id").transform(data))
            .getMessage());
    EmanClassifierModel twice = classifier().setInputCol("content").setClassCol("id");
    assertEquals(
        "expected no column id, which is for the answers, found one; drop it or choose another"
            + " name",
        assertThrows(UsageException.class, () -> twice.transform(data)).getMessage());
    assertEquals(
        "expected a model with a checkpoint, found none; make it by ofCheckpoint or load",
        assertThrows(
                UsageException.class,
                () -> new EmanClassifierModel("x").setInputCol("content").transform(data))
            .getMessage());
    String nowhere = temporary.resolve("nowhere").toString();
    assertEquals(
        "expected a checkpoint or a run at " + nowhere + ", found nothing",
        assertThrows(EmanException.class, () -> EmanClassifierModel.ofCheckpoint(nowhere))
            .getMessage());
    assertThrows(
        EmanException.class,
        () -> EmanClassifierModel.ofCheckpoint(LocalSpark.run("moco").toString()));
  }
}
