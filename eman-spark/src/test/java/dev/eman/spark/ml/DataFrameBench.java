package dev.eman.spark.ml;

import com.google.common.collect.ImmutableList;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.TrainedClassifier.Prediction;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Images a second: a DataFrame of PNG files in local[2] against the loop of {@code eman predict},
 * both sides in turn. Run it with {@code OMP_NUM_THREADS=2}; takes a folder for its files, and the
 * number of images.
 */
final class DataFrameBench {
  private static final int ROUNDS = 4;

  private DataFrameBench() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    List<Path> files = files(folder.resolve("images"), count);
    Path run = folder.resolve("run");
    if (!Files.exists(run)) {
      train(run);
    }
    try (SparkSession spark = LocalSpark.start()) {
      Dataset<Row> paths = LocalSpark.paths(spark, files).repartition(8).cache();
      paths.count();
      RunCheckpoint checkpoint = RunCheckpoint.open(run, Which.LAST);
      TrainedClassifier classifier = checkpoint.network(checkpoint.deployed());
      EmanClassifierModel model = EmanClassifierModel.ofCheckpoint(run.toString());
      for (int round = 0; round < ROUNDS; round++) {
        double loop = seconds(() -> predict(classifier, files));
        double frame =
            seconds(() -> model.transform(paths).write().format("noop").mode("overwrite").save());
        System.out.printf(
            Locale.ROOT,
            "%s: predict %.0f images/s, DataFrame %.0f images/s, ratio %.2f%n",
            round == 0 ? "warm-up" : "round " + round,
            count / loop,
            count / frame,
            loop / frame);
      }
    }
  }

  /** The data set has fewer; they are repeated. */
  private static List<Path> files(Path folder, int count) throws IOException {
    List<Path> first = LocalSpark.images(folder, 500);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path copy = folder.resolve(i + ".png");
      if (!Files.exists(copy)) {
        Files.copy(first.get(i % first.size()), copy);
      }
      files.add(copy);
    }
    return files;
  }

  private static void train(Path run) {
    OptionTexts options =
        OptionTexts.empty()
            .with("backbone", "resnet14-w16")
            .with("steps", "1")
            .with("evaluate-every", "0");
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
        new TrainedClassifier.FilePredictions() {
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
