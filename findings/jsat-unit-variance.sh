#!/usr/bin/env bash
# JSAT: scaled to a variance of 1, features of a large scale become the small ones.
#
# Expected: UnitVarianceTransform gives each feature a standard deviation of 1, and NormalizedEuclideanDistance divides
#           by it and so equals the Euclidean distance after that, and Mahalanobis' for independent features (all
#           documented): one deviation along a feature is a distance of 1, in whatever unit.
# Happens:  both divide by the variance. Deviations of 0.01, 1 and 100 become 100, 1 and 0.01: the order of the scales
#           is turned round. Of points whose class is told by the feature of the largest scale the nearest neighbour has
#           the class in 49%, a guess, by either; by Mahalanobis' distance in 99.9%, and after StandardizeTransform too.
# With:     JSAT 0.0.9.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.edwardraff</groupId><artifactId>JSAT</artifactId>
<version>0.0.9</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jsat.classifiers.CategoricalData;
import jsat.classifiers.ClassificationDataSet;
import jsat.datatransform.DataTransform;
import jsat.datatransform.StandardizeTransform;
import jsat.datatransform.UnitVarianceTransform;
import jsat.linear.DenseVector;
import jsat.linear.Vec;
import jsat.linear.distancemetrics.DistanceMetric;
import jsat.linear.distancemetrics.EuclideanDistance;
import jsat.linear.distancemetrics.MahalanobisDistance;
import jsat.linear.distancemetrics.NormalizedEuclideanDistance;

public class Finding {
  static final double[] SCALES = {0.01, 1, 100};

  /** The share of points whose nearest other point has their class. */
  static double right(List<Vec> points, int[] labels, DistanceMetric metric) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      int nearest = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int j = 0; j < labels.length; j++) {
        double distance = metric.dist(points.get(i), points.get(j));
        if (j != i && distance < least) {
          least = distance;
          nearest = j;
        }
      }
      right += labels[nearest] == labels[i] ? 1 : 0;
    }
    return right / (double) labels.length;
  }

  static List<Vec> transformed(ClassificationDataSet data, DataTransform transform) {
    List<Vec> points = new ArrayList<>();
    for (int i = 0; i < data.getSampleSize(); i++) {
      points.add(transform.transform(data.getDataPoint(i)).getNumericalValues());
    }
    return points;
  }

  static double deviation(List<Vec> points, int feature) {
    double[] values = points.stream().mapToDouble(point -> point.get(feature)).toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(Arrays.stream(values).map(value -> (value - mean) * (value - mean)).average().orElseThrow());
  }

  public static void main(String[] args) {
    Random random = new Random(1);
    List<Vec> points = new ArrayList<>();
    int[] labels = new int[1000];
    ClassificationDataSet data = new ClassificationDataSet(3, new CategoricalData[0], new CategoricalData(2));
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 2;
      // All have the deviation of their scale; the last one tells the class.
      double last = (2 * labels[i] - 1) * 0.95 + 0.3 * random.nextGaussian();
      Vec point =
          new DenseVector(
              new double[] {
                SCALES[0] * random.nextGaussian(), SCALES[1] * random.nextGaussian(), SCALES[2] * last
              });
      points.add(point);
      data.addDataPoint(point, new int[0], labels[i]);
    }
    NormalizedEuclideanDistance normalized = new NormalizedEuclideanDistance();
    normalized.train(points);
    MahalanobisDistance mahalanobis = new MahalanobisDistance();
    mahalanobis.train(points);
    List<Vec> unit = transformed(data, new UnitVarianceTransform(data));
    List<Vec> standard = transformed(data, new StandardizeTransform(data));
    boolean asFound = true;
    for (int i = 0; i < SCALES.length; i++) {
      double deviation = deviation(points, i);
      DenseVector one = new DenseVector(SCALES.length);
      one.set(i, deviation);
      double distance = normalized.dist(new DenseVector(SCALES.length), one);
      double other = mahalanobis.dist(new DenseVector(SCALES.length), one);
      double unitDeviation = deviation(unit, i);
      System.out.printf(
          "deviation %.4f: %.4f after UnitVarianceTransform, %.4f after StandardizeTransform;%n"
              + "  distance of one deviation: normalised Euclidean %.4f, Mahalanobis %.4f%n",
          deviation, unitDeviation, deviation(standard, i), distance, other);
      asFound &= Math.abs(unitDeviation * deviation - 1) < 0.01 && Math.abs(distance * deviation - 1) < 0.01;
      asFound &= Math.abs(deviation(standard, i) - 1) < 0.01 && Math.abs(other - 1) < 0.05;
    }
    double byMetric = right(points, labels, normalized);
    double byUnit = right(unit, labels, new EuclideanDistance());
    double byStandard = right(standard, labels, new EuclideanDistance());
    double byMahalanobis = right(points, labels, mahalanobis);
    System.out.println(
        "nearest neighbour right: UnitVarianceTransform " + byUnit + ", normalised Euclidean " + byMetric
            + ", StandardizeTransform " + byStandard + ", Mahalanobis " + byMahalanobis);
    asFound &= byUnit < 0.6 && byMetric < 0.6 && byStandard > 0.95 && byMahalanobis > 0.95;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'JSAT-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java
