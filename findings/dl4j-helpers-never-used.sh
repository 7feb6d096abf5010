#!/usr/bin/env bash
# DL4J: convolutions never reach oneDNN, not even with helpers switched on.
#
# Expected: with ND4J's oneDNN build and -Dorg.eclipse.deeplearning4j.helpers.disable=false a convolution
#           runs through MKLDNNConvHelper.
# Happens:  the helper is made and dropped "as not supported": it asks whether oneDNN is there at a class,
#           org.nd4j.nativeblas.Nd4jCpu$Environment, that moved to another package. The network runs
#           im2col instead and says nothing above the level DEBUG.
# With:     DL4J and ND4J 1.0.0-M2.1, natives linux-x86_64-onednn.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.deeplearning4j</groupId><artifactId>deeplearning4j-nn</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version><classifier>linux-x86_64-onednn</classifier></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.layers.mkldnn.BaseMKLDNNHelper;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static boolean exists(String name) {
    try {
      Class.forName(name);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  public static void main(String[] args) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(8).build())
                .layer(new OutputLayer.Builder().nOut(2).build())
                .setInputType(InputType.convolutional(8, 8, 3))
                .build());
    network.init();
    network.output(Nd4j.rand(2, 3, 8, 8));
    Object helper = network.getLayer(0).getHelper();
    System.out.println("helpers allowed by ND4J: " + Nd4j.getEnvironment().helpersAllowed());
    System.out.println("oneDNN enabled for DL4J: " + BaseMKLDNNHelper.mklDnnEnabled());
    System.out.println("the convolution's helper: " + helper);
    boolean asked = exists("org.nd4j.nativeblas.Nd4jCpu$Environment");
    boolean moved = exists("org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu$Environment");
    System.out.println("the class that is asked: " + asked + "; where it is now: " + moved);
    boolean asFound = Nd4j.getEnvironment().helpersAllowed() && helper == null && !asked && moved;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -Dorg.eclipse.deeplearning4j.helpers.disable=false \
  -Dorg.slf4j.simpleLogger.log.org.deeplearning4j.nn.layers.HelperUtils=debug \
  -cp "$(cat classpath)" Finding.java 2>log || { cat log; exit 1; }
grep -E 'HAVE_ONEDNN|Removed helper' log # The native has oneDNN; the helper is dropped.
