package dev.eman.spark.ml;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
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
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Images a second: a DataFrame of PNG files in local[2], by path and by content, against the loop
 * of {@code eman predict}, all in turn. Run it with {@code OMP_NUM_THREADS=2}; takes a folder for
 * its files, the number of images, and perhaps a data set's name and where to look for it.
 */
final class DataFrameBench {
  private static final int ROUNDS = 4;

  private DataFrameBench() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    String dataset = arguments.length > 2 ? arguments[2] : "fashion-mnist-mini";
    @Nullable Path data = arguments.length > 3 ? Path.of(arguments[3]) : null;
    List<Path> files;
    try (ImageDataset images = Datasets.named(dataset).open(Part.TRAIN, DataDirectories.of(data))) {
      files = LocalSpark.images(images, folder.resolve("images"), count);
    }
    Path run = folder.resolve("run");
    if (!Files.exists(run)) {
      train(run, dataset, data);
    }
    measure(run, files);
  }

  private static void measure(Path run, List<Path> files) throws IOException {
    try (SparkSession spark = LocalSpark.start()) {
      Dataset<Row> paths = LocalSpark.paths(spark, files).repartition(8).cache();
      Dataset<Row> contents = LocalSpark.contents(spark, files).repartition(8).cache();
      paths.count();
      contents.count();
      RunCheckpoint checkpoint = RunCheckpoint.open(run, Which.LAST);
      TrainedClassifier classifier = checkpoint.network(checkpoint.deployed());
      EmanClassifierModel byPath = EmanClassifierModel.ofCheckpoint(run.toString());
      EmanClassifierModel byContent = byPath.copy(new ParamMap()).setInputCol("content");
      for (int round = 0; round < ROUNDS; round++) {
        double loop = seconds(() -> predict(classifier, files));
        double path = seconds(() -> consume(byPath.transform(paths)));
        double content = seconds(() -> consume(byContent.transform(contents)));
        int count = files.size();
        System.out.printf(
            Locale.ROOT,
            "round %d: predict %.0f images/s; DataFrame of paths %.0f, ratio %.2f; of content %.0f,"
                + " ratio %.2f%n",
            round,
            count / loop,
            count / path,
            loop / path,
            count / content,
            loop / content);
      }
    }
  }

  private static void consume(Dataset<Row> rows) {
    rows.write().format("noop").mode("overwrite").save();
  }

  private static void train(Path run, String dataset, @Nullable Path data) {
    OptionTexts options =
        OptionTexts.empty()
            .with("dataset", dataset)
            .with("backbone", "resnet14-w16")
            .with("steps", "1")
            .with("evaluate-every", "0");
    if (data != null) {
      options = options.with("data", data.toString());
    }
    try (TrainingRun training = TrainingRun.start(options.resolve(), run)) {
      training.train();
    }
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static void predict(TrainedClassifier classifier, List<Path> files) {
    int[] seen = new int[1];
    classifier.classify(
        files,
        new ImageClassifier.FilePredictions() {
          @Override
          public void classified(Path image, ImmutableList<Prediction> classes) {
            seen[0]++;
          }

          @Override
          public void failed(Path path, String reason) {
            throw new AssertionError(reason);
          }
        });
    if (seen[0] != files.size()) {
      throw new AssertionError("expected " + files.size() + ", classified " + seen[0]);
    }
  }
}
