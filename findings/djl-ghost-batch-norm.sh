#!/usr/bin/env bash
# DJL: ghost batch normalisation stacks its parts, and a batch gets a dimension more.
#
# Expected: GhostBatchNorm normalises parts of a batch on their own and should "finally concatenate them again to a
#           single batch" (its documentation): 4 images in parts of 2 come out as 4 images, as its getOutputShapes says.
# Happens:  they come out as 2 x 2, so the next convolution sees 2 images of 2 channels: the parts are stacked in a new
#           first dimension, which is taken away only where it is 1. It works as long as a batch is no larger than one
#           part, in inference, where nothing needs parts, too.
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
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.GhostBatchNorm;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;

public class Finding {
  public static void main(String[] args) {
    boolean asFound = true;
    Shape images = new Shape(4, 3, 8, 8);
    for (int size : new int[] {4, 2, 1}) {
      BatchNorm block = GhostBatchNorm.builder().optVirtualBatchSize(size).build();
      try (Model model = Model.newInstance("ghosts")) {
        model.setBlock(block);
        try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()))) {
          trainer.initialize(images);
          NDManager manager = trainer.getManager();
          NDArray batch = manager.randomNormal(images);
          Shape training = trainer.forward(new NDList(batch)).head().getShape();
          Shape inference = trainer.evaluate(new NDList(batch)).head().getShape();
          Shape said = block.getOutputShapes(new Shape[] {images})[0];
          System.out.println(
              "parts of " + size + ": " + training + ", inference " + inference + ", said " + said);
          Shape stacked = size == 4 ? images : new Shape(4 / size, size, 3, 8, 8);
          asFound &= training.equals(stacked) && inference.equals(stacked) && said.equals(images);
        }
      }
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(pytorch-engine|pytorch-native-cpu)-[0-9][^/]*$'
java -DDJL_CACHE_DIR=cache -Dai.djl.offline=true -cp "$(cat classpath)" Finding.java
