package dev.eman.benchmarks.bench;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;

/** The instruction set that contenders are limited to. */
enum Isa {
  /** All that the processor has. */
  NATIVE(ImmutableMap.of(), ImmutableList.of()),

  /** AVX2, as on processors without AVX-512; ONNX Runtime has no such switch. */
  AVX2(
      ImmutableMap.of(
          "DNNL_MAX_CPU_ISA", "AVX2",
          "ONEDNN_MAX_CPU_ISA", "AVX2",
          "ATEN_CPU_CAPABILITY", "avx2",
          "OPENBLAS_CORETYPE", "Haswell"),
      ImmutableList.of("-XX:UseAVX=2"));

  private final ImmutableMap<String, String> environment;
  private final ImmutableList<String> jvmOptions;

  Isa(ImmutableMap<String, String> environment, ImmutableList<String> jvmOptions) {
    this.environment = environment;
    this.jvmOptions = jvmOptions;
  }

  /** What oneDNN, libtorch and OpenBLAS read. */
  ImmutableMap<String, String> environment() {
    return environment;
  }

  /** A command of a Java process, with the code that the JVM compiles limited, too. */
  List<String> limited(List<String> java) {
    List<String> command = new ArrayList<>(java);
    command.addAll(1, jvmOptions);
    return command;
  }
}
