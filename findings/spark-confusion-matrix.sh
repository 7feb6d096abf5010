#!/usr/bin/env bash
# Spark: a confusion matrix leaves predictions of a class out that no image of the data has.
#
# Expected: MulticlassMetrics.confusionMatrix() of 5 images has the sum 5, and a column for each class that is
#           predicted.
# Happens:  classes are those of the labels only. Of 3 images of class 0 and 2 of class 1, one each taken for class 2,
#           only the diagonal is not 0, as if no image had been taken for another: it is 100% of the sum, where
#           accuracy() is 60%. So it is with a part of a test set that has not all of a network's classes.
# With:     spark-mllib_2.13 4.0.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.apache.spark</groupId><artifactId>spark-mllib_2.13</artifactId>
<version>4.0.1</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.mllib.evaluation.MulticlassMetrics;
import org.apache.spark.mllib.linalg.Matrix;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

public class Finding {
  public static void main(String[] args) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    List<Tuple2<Object, Object>> predictionsAndLabels =
        List.of(
            new Tuple2<>(0d, 0d),
            new Tuple2<>(0d, 0d),
            new Tuple2<>(2d, 0d),
            new Tuple2<>(1d, 1d),
            new Tuple2<>(2d, 1d));
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    MulticlassMetrics metrics = new MulticlassMetrics(context.parallelize(predictionsAndLabels, 1).rdd());
    Matrix matrix = metrics.confusionMatrix();
    double sum = Arrays.stream(matrix.toArray()).sum();
    System.out.println("classes " + Arrays.toString(metrics.labels()) + ", accuracy " + metrics.accuracy());
    System.out.println(matrix);
    System.out.println("sum " + sum + " for 5");
    boolean asFound = matrix.numCols() == 2 && sum == 3 && metrics.accuracy() == 0.6;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'spark-mllib_[^/]*$'
opens=$(for package in java.base/{java.lang,java.lang.invoke,java.nio,java.util,java.util.concurrent,sun.nio.ch}; do
  echo "--add-opens=$package=ALL-UNNAMED"
done)
java $opens -cp "$(cat classpath)" Finding.java 2>log || { cat log; exit 1; }
