#!/usr/bin/env bash
# DataVec: to make an image pipeline sets the seed of all of ND4J, but not that of its own order.
#
# Expected: the seed of a PipelineImageTransform or RandomCropTransform concerns that object: ND4J's numbers
#           after the seed 7 are others than after 8, whatever transforms are made in between; and a
#           pipeline with a seed that shuffles its transforms does so in a repeatable way.
# Happens:  each constructor sets ND4J's own generator, to 1234 if no seed is given: whatever the user's seed
#           was, dropout, noise and samples go on alike. Two crops with the seeds 1 and 2 draw from one
#           sequence, the later one's. The order is shuffled by Collections.shuffle without any seed.
# With:     datavec-data-image and ND4J 1.0.0-M2.1, linux-x86_64.
# Prints:   seeds 7 and 8:         0.6771 0.1043
#           and a pipeline made:   0.9245 0.9245
#           and a random crop:     0.9245 0.9245
#           more than one order by seed 1: true
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.datavec</groupId><artifactId>datavec-data-image</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacv.Frame;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.transform.FlipImageTransform;
import org.datavec.image.transform.ImageTransform;
import org.datavec.image.transform.PipelineImageTransform;
import org.datavec.image.transform.RandomCropTransform;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  /** The first number of ND4J's generator after its seed was set, and then a transform made. */
  static double next(long seed, Runnable transform) {
    Nd4j.getRandom().setSeed(seed);
    transform.run();
    return Nd4j.getRandom().nextDouble();
  }

  /** The order in which a shuffling pipeline with the seed 1 runs its five transforms. */
  static String order() {
    StringBuilder order = new StringBuilder();
    List<Pair<ImageTransform, Double>> transforms = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      transforms.add(
          Pair.makePair(
              new FlipImageTransform(1) {
                @Override
                protected ImageWritable doTransform(ImageWritable image, java.util.Random random) {
                  order.append(number);
                  return image;
                }
              },
              1.0));
    }
    ImageWritable image = new ImageWritable(new Frame(1, 1, Frame.DEPTH_UBYTE, 1));
    new PipelineImageTransform(1, transforms, true).transform(image);
    return order.toString();
  }

  public static void main(String[] args) {
    Runnable none = () -> {};
    Runnable pipeline = () -> new PipelineImageTransform(new FlipImageTransform(1));
    Runnable crop = () -> new RandomCropTransform(2, 2);
    double[] seeds = {next(7, none), next(8, none)};
    double[] pipelines = {next(7, pipeline), next(8, pipeline)};
    double[] crops = {next(7, crop), next(8, crop)};
    System.out.printf("seeds 7 and 8:         %.4f %.4f%n", seeds[0], seeds[1]);
    System.out.printf("and a pipeline made:   %.4f %.4f%n", pipelines[0], pipelines[1]);
    System.out.printf("and a random crop:     %.4f %.4f%n", crops[0], crops[1]);
    Set<String> orders = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      orders.add(order());
    }
    System.out.println("more than one order by seed 1: " + (orders.size() > 1));
    boolean asFound =
        seeds[0] != seeds[1]
            && pipelines[0] == pipelines[1]
            && crops[0] == crops[1]
            && orders.size() > 1;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Djava.awt.headless=true -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
