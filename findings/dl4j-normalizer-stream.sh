#!/usr/bin/env bash
# DL4J: a model cannot be written to a stream with its normaliser beside a current commons-io.
#
# Expected: ModelSerializer.writeModel(model, stream, updater, normalizer) writes a zip with the
#           entry normalizer.bin, as it does with the commons-io that DL4J names itself.
# Happens:  with commons-io 2.5, which DL4J names, it does; with 2.18.0, to which a build that uses commons-io
#           for anything else resolves, it throws: the stream that shields the zip is flushed after
#           it was closed, which 2.6 and later refuse. Without a normaliser both write.
# With:     DL4J and ND4J 1.0.0-M2.1, commons-io 2.5 and 2.18.0.
# Prints:   commons-io 2.5:    without normaliser written, with normaliser written
#           commons-io 2.18.0: without normaliser written, with normaliser IOException
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

pom() {
  cat >pom.xml <<XML
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>commons-io</groupId><artifactId>commons-io</artifactId>
<version>$1</version></dependency>
<dependency><groupId>org.deeplearning4j</groupId><artifactId>deeplearning4j-nn</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native-platform</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML
}

cat >Finding.java <<'JAVA'
import java.io.ByteArrayOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

public class Finding {
  static String write(MultiLayerNetwork network, ImagePreProcessingScaler normalizer) {
    try {
      ModelSerializer.writeModel(network, new ByteArrayOutputStream(), false, normalizer);
      return "written";
    } catch (Exception e) {
      return e.getClass().getSimpleName();
    }
  }

  public static void main(String[] args) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder().nIn(2).nOut(2).build())
                .build());
    network.init();
    System.out.println(
        "without normaliser "
            + write(network, null)
            + ", with normaliser "
            + write(network, new ImagePreProcessingScaler(0, 1)));
  }
}
JAVA

run() {
  pom "$1"
  mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath >&2
  java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java 2>/dev/null
}
old=$(run 2.5)
new=$(run 2.18.0)
echo "commons-io 2.5:    $old"
echo "commons-io 2.18.0: $new"
if [ "$old" = 'without normaliser written, with normaliser written' ] &&
  [ "$new" = 'without normaliser written, with normaliser IOException' ]; then
  echo 'as found'
else
  echo CHANGED
  exit 1
fi
