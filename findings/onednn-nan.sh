#!/usr/bin/env bash
# oneDNN: NaN goes into a ReLU and 0 comes out; into exp, and infinity comes out; into log, 89.13.
#
# Expected: NaN, as from the other element-wise operations, from PyTorch and from java.lang.Math. Then a
#           network that diverges shows it in its loss.
# Happens:  relu and clip give 0, exp gives Infinity, log gives 89.128296 (a little more than the
#           logarithm of the largest float). The same with DNNL_MAX_CPU_ISA=SSE41 and AVX2.
# With:     oneDNN 2.5.2 (org.bytedeco:dnnl 2.5.2-1.5.7), float, forward inference.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.bytedeco</groupId><artifactId>dnnl</artifactId>
<version>2.5.2-1.5.7</version></dependency>
<dependency><groupId>org.bytedeco</groupId><artifactId>dnnl</artifactId>
<version>2.5.2-1.5.7</version><classifier>linux-x86_64</classifier></dependency>
<dependency><groupId>org.bytedeco</groupId><artifactId>opencl</artifactId>
<version>3.0-1.5.7</version><classifier>linux-x86_64</classifier></dependency>
<dependency><groupId>org.bytedeco</groupId><artifactId>javacpp</artifactId>
<version>1.5.7</version><classifier>linux-x86_64</classifier></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.*;
import org.bytedeco.javacpp.FloatPointer;

public class Finding {
  public static void main(String[] args) {
    dnnl_version_t v = dnnl_version();
    System.out.println("oneDNN " + v.major() + "." + v.minor() + "." + v.patch());
    Map<String, Integer> operations = new LinkedHashMap<>();
    operations.put("relu", dnnl_eltwise_relu);
    operations.put("clip", dnnl_eltwise_clip);
    operations.put("exp", dnnl_eltwise_exp);
    operations.put("log", dnnl_eltwise_log);
    operations.put("tanh", dnnl_eltwise_tanh);
    operations.put("logistic", dnnl_eltwise_logistic);
    operations.put("square", dnnl_eltwise_square);
    engine cpu = new engine(engine.kind.cpu, 0);
    stream stream = new stream(cpu);
    memory.desc desc =
        new memory.desc(new long[] {16}, memory.data_type.f32, memory.format_tag.a);
    FloatPointer in = new FloatPointer(16);
    FloatPointer out = new FloatPointer(16);
    for (int i = 0; i < 16; i++) {
      in.put(i, i == 3 ? Float.NaN : 0.5f);
    }
    StringBuilder found = new StringBuilder();
    for (Map.Entry<String, Integer> operation : operations.entrySet()) {
      boolean clip = operation.getKey().equals("clip"); // To the range 0 to 6.
      eltwise_forward.primitive_desc pd =
          new eltwise_forward.primitive_desc(
              new eltwise_forward.desc(
                  dnnl_forward_inference, operation.getValue(), desc, 0, clip ? 6 : 0),
              cpu);
      IntMemoryMap arguments = new IntMemoryMap();
      arguments.put(DNNL_ARG_SRC, new memory(desc, cpu, in));
      arguments.put(DNNL_ARG_DST, new memory(desc, cpu, out));
      new eltwise_forward(pd).execute(stream, arguments);
      stream._wait();
      System.out.printf(
          "%-8s of NaN: %-10s (of 0.5: %s)%n", operation.getKey(), out.get(3), out.get(0));
      found.append(operation.getKey()).append('=').append(out.get(3)).append(' ');
    }
    boolean asFound =
        found
            .toString()
            .matches(
                "relu=0.0 clip=0.0 exp=Infinity log=89\\.1.* tanh=NaN logistic=NaN square=NaN ");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
