#!/usr/bin/env bash
# DL4J: the zoo's ResNet-50 sees a quarter of the places, and its average pooling takes the maximum.
#
# Expected: org.deeplearning4j.zoo.model.ResNet50 is the ResNet-50 of He et al. (2015): an image of 224 x 224 pixels
#           is 56 x 56 places after the second stage and 7 x 7 after the last, whose average goes into the classifier.
# Happens:  the second stage halves them too: 28 x 28 and 4 x 4. The layer "avgpool" is a maximum over 3 x 3, with steps
#           of 2: it drops the last row and column. Of 320 x 320 pixels it leaves 2 x 2 places, not one.
# With:     deeplearning4j-zoo and ND4J 1.0.0-M2.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.deeplearning4j</groupId><artifactId>deeplearning4j-zoo</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.zoo.model.ResNet50;

public class Finding {
  static long[] heights(int size, String... layers) {
    ComputationGraphConfiguration network = network(size);
    Map<String, InputType> types = network.getLayerActivationTypes(InputType.convolutional(size, size, 3));
    long[] heights = new long[layers.length];
    for (int i = 0; i < layers.length; i++) {
      heights[i] = ((InputType.InputTypeConvolutional) types.get(layers[i])).getHeight();
      System.out.println(size + " pixels, after " + layers[i] + ": " + heights[i]);
    }
    return heights;
  }

  static ComputationGraphConfiguration network(int size) {
    return ResNet50.builder().numClasses(10).inputShape(new int[] {3, size, size}).build().graphBuilder().build();
  }

  public static void main(String[] args) {
    LayerVertex vertex = (LayerVertex) network(224).getVertices().get("avgpool");
    SubsamplingLayer pooling = (SubsamplingLayer) vertex.getLayerConf().getLayer();
    System.out.println("avgpool: " + pooling.getPoolingType());
    long[] heights = heights(224, "res2c_branch", "res5c_branch", "avgpool");
    boolean asFound = heights[0] == 28 && heights[1] == 4 && heights[2] == 1;
    asFound &= heights(320, "res5c_branch", "avgpool")[1] == 2;
    asFound &= pooling.getPoolingType() == PoolingType.MAX;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(deeplearning4j-zoo|nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
