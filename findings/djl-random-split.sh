#!/usr/bin/env bash
# DJL: the parts of a random split are not random, and share images.
#
# Expected: dataset.randomSplit(8, 2) gives two parts that have no image in common, whichever way they are read, and
#           each has images of all classes.
# Happens:  of an ArrayDataset (as Mnist and Cifar10 are) the split draws random places, but a batch whose places within
#           the part follow each other is cut out of the whole data set as it lies, without them. So in sequence the
#           parts are its first 80% and its last 20%: of images in the order of their classes, the test part has the
#           last two classes only. A part read at random has the images of the draw. Of the images to test on in
#           sequence, four fifths are then in the part that is trained on at random, without a word. Batches of one
#           image, the last one of an epoch too, and toArray() are always cut so.
# With:     DJL 0.33.0, PyTorch 2.5.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-engine</artifactId>
<version>0.33.0</version></dependency>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-jni</artifactId>
<version>2.5.1-0.33.0</version></dependency>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-native-cpu</artifactId>
<version>2.5.1</version><classifier>linux-x86_64</classifier></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.17</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.RandomSampler;
import ai.djl.training.dataset.Sampler;
import ai.djl.training.dataset.SequenceSampler;
import java.util.TreeSet;

public class Finding {
  static final int IMAGES = 1000;
  static final Sampler SEQUENCE = new BatchSampler(new SequenceSampler(), 20);
  static final Sampler RANDOM = new BatchSampler(new RandomSampler(), 20);

  /** The images of a part, by their numbers in the whole data set. */
  static TreeSet<Integer> images(NDManager manager, RandomAccessDataset part, Sampler sampler)
      throws Exception {
    TreeSet<Integer> images = new TreeSet<>();
    for (Batch batch : part.getData(manager, sampler)) {
      for (float image : batch.getData().head().toFloatArray()) {
        images.add((int) image);
      }
      batch.close();
    }
    return images;
  }

  /** The classes of images, of which each class has 100 that follow each other. */
  static TreeSet<Integer> classes(TreeSet<Integer> images) {
    TreeSet<Integer> classes = new TreeSet<>();
    images.forEach(image -> classes.add(image / 100));
    return classes;
  }

  public static void main(String[] args) throws Exception {
    boolean asFound = true;
    try (NDManager manager = NDManager.newBaseManager()) {
      ArrayDataset all =
          new ArrayDataset.Builder()
              .setData(manager.arange((float) IMAGES))
              .optLabels(manager.arange((float) IMAGES))
              .setSampling(RANDOM)
              .build();
      RandomAccessDataset[] parts = all.randomSplit(8, 2);
      TreeSet<Integer> train = images(manager, parts[0], RANDOM);
      TreeSet<Integer> inSequence = images(manager, parts[1], SEQUENCE);
      TreeSet<Integer> atRandom = images(manager, parts[1], RANDOM);
      TreeSet<Integer> shared = new TreeSet<>(inSequence);
      shared.retainAll(train);
      System.out.println("train, at random:  " + train.size() + " images, classes " + classes(train));
      System.out.println(
          "test, at random:   " + atRandom.size() + " images, classes " + classes(atRandom));
      System.out.println(
          "test, in sequence: " + inSequence.size() + " images, classes " + classes(inSequence));
      System.out.println("of these, images of train: " + shared.size());
      asFound &= classes(train).size() == 10 && classes(atRandom).size() == 10;
      asFound &= inSequence.first() == 800 && inSequence.last() == 999 && inSequence.size() == 200;
      asFound &= shared.size() > 120;
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(pytorch-engine|pytorch-native-cpu)-[0-9][^/]*$'
java -DDJL_CACHE_DIR=cache -Dai.djl.offline=true -cp "$(cat classpath)" Finding.java
