#!/usr/bin/env bash
# oneDNN: whether a product with a value for each channel gets a generated kernel depends on how the
# same memory is called.
#
# Expected: one kernel for dst += src * factor + offset, with a factor and an offset for each channel, for
#           64 images of 16 channels and 32x32 pixels, channels last, and for the same memory as
#           65,536 images of one pixel.
# Happens:  the images get the reference implementation (ref:any; some hundred times slower when it
#           was timed), the pixels a generated one (jit:uni). With 32 channels of 16x16 both are generated.
# With:     oneDNN 2.5.2 (org.bytedeco:dnnl 2.5.2-1.5.7), float, AVX2 and AVX-512.
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
import org.bytedeco.dnnl.*;
import org.bytedeco.dnnl.global.dnnl;

public class Finding {
  static String kernel(engine cpu, long n, long c, long h, long w) {
    memory.desc images =
        new memory.desc(
            new long[] {n, c, h, w}, memory.data_type.f32, memory.format_tag.nhwc);
    memory.desc each =
        new memory.desc(
            new long[] {1, c, 1, 1}, memory.data_type.f32, memory.format_tag.nhwc);
    post_ops behind = new post_ops();
    behind.append_sum();
    behind.append_binary(dnnl.algorithm.binary_add, each);
    primitive_attr attributes = new primitive_attr();
    attributes.set_post_ops(behind);
    binary.primitive_desc pd =
        new binary.primitive_desc(
            new binary.desc(dnnl.algorithm.binary_mul, images, each, images), attributes, cpu);
    String kernel = pd.impl_info_str().getString();
    System.out.printf("[%d, %d, %d, %d]: %s%n", n, c, h, w, kernel);
    return kernel;
  }

  public static void main(String[] args) {
    dnnl_version_t v = dnnl.dnnl_version();
    System.out.println("oneDNN " + v.major() + "." + v.minor() + "." + v.patch());
    engine cpu = new engine(engine.kind.cpu, 0);
    String found =
        kernel(cpu, 64, 16, 32, 32)
            + " "
            + kernel(cpu, 64 * 32 * 32, 16, 1, 1)
            + " "
            + kernel(cpu, 64, 32, 16, 16)
            + " "
            + kernel(cpu, 64 * 16 * 16, 32, 1, 1);
    boolean asFound = found.equals("ref:any jit:uni jit:uni jit:uni");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
