#!/usr/bin/env bash
# oneDNN: a batch's variance depends on the memory's layout and on the number of threads.
#
# Expected: the variance of 401,408 values a channel (ImageNet's first layer, batch 32) right to some 1e-7,
#           as from PyTorch, and not much different between layouts.
# Happens:  channels last (nhwc) with one thread, it is off by 1.5e-4: the values of a channel are added
#           one after the other in float, a range for each thread. With two threads it is another
#           value. The same data as nchw is off by 5e-7.
# With:     oneDNN 2.5.2 (org.bytedeco:dnnl 2.5.2-1.5.7), float, forward training.
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

import java.util.Random;
import org.bytedeco.dnnl.*;
import org.bytedeco.javacpp.FloatPointer;

public class Finding {
  static final int N = 392;
  static final int C = 16;
  static final int S = 32;

  /** Prints the largest relative error of the channels' variances. */
  public static void main(String[] args) {
    boolean last = args[0].equals("nhwc");
    int length = N * C * S * S;
    float[] values = new float[length];
    double[] mean = new double[C];
    double[] variance = new double[C];
    double each = (double) N * S * S;
    Random random = new Random(1);
    for (int i = 0; i < length; i++) { // Channels last: channel i % C.
      values[i] = (float) (0.5 + random.nextGaussian());
      mean[i % C] += values[i] / each;
    }
    FloatPointer x = new FloatPointer(length);
    for (int i = 0; i < length; i++) {
      variance[i % C] += (values[i] - mean[i % C]) * (values[i] - mean[i % C]) / each;
      int image = i / (C * S * S);
      int pixel = i / C % (S * S);
      x.put(last ? i : ((long) image * C + i % C) * S * S + pixel, values[i]);
    }
    engine cpu = new engine(engine.kind.cpu, 0);
    stream stream = new stream(cpu);
    memory.desc image =
        new memory.desc(
            new long[] {N, C, S, S},
            memory.data_type.f32,
            last ? memory.format_tag.nhwc : memory.format_tag.nchw);
    memory.desc channel =
        new memory.desc(new long[] {C}, memory.data_type.f32, memory.format_tag.a);
    batch_normalization_forward.primitive_desc pd =
        new batch_normalization_forward.primitive_desc(
            new batch_normalization_forward.desc(dnnl_forward_training, image, 1e-5f, 0), cpu);
    FloatPointer found = new FloatPointer(C);
    IntMemoryMap arguments = new IntMemoryMap();
    arguments.put(DNNL_ARG_SRC, new memory(image, cpu, x));
    arguments.put(DNNL_ARG_DST, new memory(image, cpu, new FloatPointer(length)));
    arguments.put(DNNL_ARG_MEAN, new memory(channel, cpu, new FloatPointer(C)));
    arguments.put(DNNL_ARG_VARIANCE, new memory(channel, cpu, found));
    new batch_normalization_forward(pd).execute(stream, arguments);
    stream._wait();
    double worst = 0;
    for (int c = 0; c < C; c++) {
      worst = Math.max(worst, Math.abs(found.get(c) / variance[c] - 1));
    }
    System.out.printf("%.2e%n", worst);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'dnnl-[^/]*$'
error() { OMP_NUM_THREADS=$2 java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java "$1"; }
last1=$(error nhwc 1)
last2=$(error nhwc 2)
first1=$(error nchw 1)
echo "largest relative error of the variance of 401,408 values, of 16 channels:"
echo "nhwc, 1 thread: $last1; nhwc, 2 threads: $last2; nchw, 1 thread: $first1"
awk -v a="$last1" -v b="$last2" -v c="$first1" 'BEGIN {
  if (a > 5e-5 && a != b && c < 5e-6) print "as found"; else { print "CHANGED"; exit 1 } }'
