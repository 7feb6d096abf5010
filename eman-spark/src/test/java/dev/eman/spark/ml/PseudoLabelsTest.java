package dev.eman.spark.ml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.datasets.ImageDataset;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PseudoLabelsTest {
  private static SparkSession spark;
  private @TempDir Path temporary;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start();
  }

  @AfterAll
  static void stop() throws IOException {
    spark.close();
  }

  private static String row(ImageDataset images, int i) {
    return images.imageName(i) + "," + images.classNames().get(images.label(i));
  }

  @Test
  void writeCsv_confidentLabels_areWhatTrainingLearnsFrom() throws IOException {
    Path folder = temporary.resolve("some photos");
    List<Path> files = LocalSpark.images(folder, 60);
    Files.writeString(folder.resolve("broken.png"), "no image");
    Dataset<Row> answers =
        EmanClassifierModel.ofCheckpoint(LocalSpark.run("fixmatch").toString())
            .transform(spark.read().format("binaryFile").load(folder.toString()))
            .cache();
    double threshold =
        answers.agg(functions.expr("percentile(confidence, 0.5)")).first().getDouble(0);
    PseudoLabels labels = PseudoLabels.of(answers, threshold);
    Path csv = temporary.resolve("labels.csv");
    long count = labels.writeCsv(csv.toString(), folder.toString());

    assertEquals(files.size() / 2, count);
    assertEquals(count, labels.rows().count());
    assertEquals(count, labels.distribution().agg(functions.sum("count")).first().getLong(0));
    List<String> lines = Files.readAllLines(csv);
    assertEquals("path,label,confidence", lines.get(0));
    assertEquals(count + 1, lines.size());
    assertFalse(Files.readString(csv).contains("broken"));

    Files.delete(folder.resolve("broken.png"));
    OptionTexts options = OptionTexts.empty();
    for (String option :
        List.of(
            "dataset=" + folder,
            "labels-file=" + csv,
            "size=16",
            "backbone=resnet8-w4",
            "batch=4",
            "mu=1",
            "steps=2",
            "workers=1",
            "evaluate-every=0")) {
      String[] parts = option.split("=", 2);
      options = options.with(parts[0], parts[1]);
    }
    try (TrainingRun run = TrainingRun.start(options.resolve(), temporary.resolve("run"))) {
      assertTrue(run.train());
      Set<String> learned = new HashSet<>();
      ImageDataset train = run.state().train();
      run.state().split().labeled().forEach(i -> learned.add(row(train, i)));
      ImageDataset test = run.state().test(); // Held out of them.
      IntStream.range(0, test.size()).forEach(i -> learned.add(row(test, i)));
      assertEquals(
          lines.stream()
              .skip(1)
              .map(line -> line.substring(0, line.lastIndexOf(',')))
              .collect(Collectors.toSet()),
          learned);
    }
  }

  /** Each would be an image that the network looks at. */
  @Test
  void writeCsv_rowsThatAreCostly_areMadeOnce() throws IOException {
    LongAccumulator made = spark.sparkContext().longAccumulator();
    Dataset<Row> paths =
        spark.range(100).selectExpr("concat('/d/', id) path", "'fox' class", "0.9D confidence");
    PseudoLabels labels =
        PseudoLabels.of(
            paths
                .repartition(3)
                .map(
                    (MapFunction<Row, Row>)
                        row -> {
                          made.add(1);
                          return row;
                        },
                    Encoders.row(paths.schema())),
            0.5);
    Path csv = temporary.resolve("labels.csv");

    assertEquals(100, labels.writeCsv(csv.toString(), "/d"));

    assertEquals(100, made.value());
    List<String> lines = Files.readAllLines(csv);
    assertEquals(lines.stream().skip(1).sorted().toList(), lines.subList(1, lines.size()));
    assertFalse(labels.rows().storageLevel().isValid(), "kept no longer than needed");
  }

  @Test
  void writeCsv_nothingOrOtherPlaces_isRefusedAndLeavesNothing() throws IOException {
    Dataset<Row> answers =
        spark.sql("select '/elsewhere/a.png' path, 'fox' class, 0.9D confidence");
    Path csv = temporary.resolve("labels.csv");
    EmanException outside =
        assertThrows(
            EmanException.class,
            () -> PseudoLabels.of(answers, 0.5).writeCsv(csv.toString(), temporary.toString()));
    assertEquals(
        "expected images below " + temporary + "/, found /elsewhere/a.png", outside.getMessage());
    assertThrows(
        EmanException.class,
        () -> PseudoLabels.of(answers, 0.95).writeCsv(csv.toString(), temporary.toString()));
    try (var left = Files.list(temporary)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void of_confidenceThatIsNoNumber_hasNoLabel() {
    Dataset<Row> answers =
        spark.sql(
            "select * from values ('/a.png', 'fox', double('NaN')), ('/b.png', 'owl', 0.5D),"
                + " ('/c.png', 'fox', 0.4D), ('/d.png', 'owl', cast(null as double))"
                + " as answers(path, class, confidence)");
    List<Row> rows = PseudoLabels.of(answers, 0.5).rows().collectAsList();
    assertEquals(List.of("/b.png"), rows.stream().map(row -> row.getString(0)).toList());
  }
}
