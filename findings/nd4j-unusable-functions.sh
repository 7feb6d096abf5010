#!/usr/bin/env bash
# ND4J: functions for images and networks that throw whatever they are given.
#
# Expected: Nd4j.image().adjustContrast and resizeBiLinear, Nd4j.nn().prelu and sigmoidDerivative and
#           Nd4j.math().diag compute what their documentation says.
# Happens:  each throws for any input, with "array is marked non-null but is null" (diag: "output"): the operation is
#           made with a list of arguments that holds nulls. adjustHue, adjustSaturation and imageResize beside them work.
# With:     ND4J 1.0.0-M2.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.enums.ImageResizeMethod;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    INDArray image = Nd4j.rand(1, 8, 8, 3);
    INDArray row = Nd4j.rand(1, 4);
    Map<String, Supplier<INDArray>> calls = new LinkedHashMap<>();
    calls.put("adjustHue", () -> Nd4j.image().adjustHue(image, 0.1));
    calls.put(
        "imageResize",
        () ->
            Nd4j.image()
                .imageResize(image, Nd4j.createFromArray(4, 4), ImageResizeMethod.ResizeBilinear));
    calls.put("adjustContrast", () -> Nd4j.image().adjustContrast(image, 0.5));
    calls.put("resizeBiLinear", () -> Nd4j.image().resizeBiLinear(image, 4, 4, false, true));
    calls.put("prelu", () -> Nd4j.nn().prelu(row, Nd4j.ones(4), 1));
    calls.put("sigmoidDerivative", () -> Nd4j.nn().sigmoidDerivative(row, Nd4j.ones(1, 4)));
    calls.put("diag", () -> Nd4j.math().diag(Nd4j.ones(3)));
    StringBuilder failed = new StringBuilder();
    calls.forEach(
        (name, call) -> {
          try {
            call.get();
            System.out.println(name + ": works");
          } catch (RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            System.out.println(name + ": " + cause.getMessage());
            failed.append(name).append(' ');
          }
        });
    boolean asFound =
        failed.toString().equals("adjustContrast resizeBiLinear prelu sigmoidDerivative diag ");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
