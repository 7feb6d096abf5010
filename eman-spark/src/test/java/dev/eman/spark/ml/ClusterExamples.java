package dev.eman.spark.ml;

import dev.eman.spark.SparkTraining;
import dev.eman.spark.data.ImagePacking;
import dev.eman.train.options.TrainingOptions;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The code of docs/cluster.md; {@link ClusterExamplesTest} compares the two and runs it. */
final class ClusterExamples {
  private ClusterExamples() {}

  static SparkTraining.Outcome train(SparkContext spark, TrainingOptions options, String folder) {
    // README: train
    SparkTraining training =
        SparkTraining.builder(spark).workers(2).options(options).folder(folder).build();
    SparkTraining.Outcome outcome = training.run();
    // README: end
    return outcome;
  }

  static SparkTraining.Outcome trainFrame(
      SparkSession spark, Dataset<Row> photos, TrainingOptions options, String folder) {
    // README: frame
    ImagePacking images = ImagePacking.of(photos).image("content").label("species");
    SparkTraining training =
        SparkTraining.builder(spark.sparkContext())
            .images(images)
            .options(options)
            .folder(folder)
            .build();
    SparkTraining.Outcome outcome = training.run();
    // README: end
    return outcome;
  }

  static Dataset<Row> label(SparkSession spark, String run, String photos) {
    // README: label
    Dataset<Row> images =
        spark.read().format("binaryFile").option("recursiveFileLookup", "true").load(photos);
    EmanClassifierModel model = EmanClassifierModel.ofCheckpoint(run).setInputCol("content");
    Dataset<Row> answers = model.transform(images.select("path", "content")).drop("content");
    answers.where("error is not null").select("path", "error").show();
    // README: end
    return answers;
  }

  static void pseudoLabels(Dataset<Row> answers, String photos, String csv) {
    // README: pseudo
    PseudoLabels confident = PseudoLabels.of(answers, 0.95);
    confident.distribution().show();
    confident.writeCsv(csv, photos);
    // README: end
  }

  static Dataset<Row> neighbors(
      SparkSession spark, String run, Dataset<Row> images, Dataset<Row> labels, String folder) {
    // README: neighbors
    EmanFeatureModel features = EmanFeatureModel.ofCheckpoint(run);
    features.transform(images).write().parquet(folder); // The network runs once.
    Dataset<Row> queries = spark.read().parquet(folder);
    Dataset<Row> bank = queries.join(labels, "path");
    Dataset<Row> found = new NeighborSearch(20).setLabelCol("label").search(queries, bank);
    // README: end
    return found;
  }
}
