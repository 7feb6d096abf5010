package dev.eman.core.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.nn.kernel.KernelProviders;
import dev.eman.core.nn.kernel.onednn.OneDnn;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** The build's default class path: oneDNN in the layers and in ND4J, and no second native. */
class SingleBackendTest {
  @BeforeEach
  void onLinuxX86WithCpu() {
    assumeTrue(Nd4j.getEnvironment().isCPU(), "another backend than the CPU's is loaded");
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "natives with oneDNN are checked on Linux x86-64");
    assumeTrue(KernelProviders.requested().isEmpty(), "kernels were requested");
  }

  @Test
  void layers_defaultBuild_reachOneDnn() {
    assertTrue(OneDnn.isAvailable());
    assertTrue(OneDnn.version().startsWith("3."), OneDnn.version());
  }

  @Test
  void nd4j_defaultBuild_isCompiledWithOneDnn() {
    String build = Nd4j.getBackend().buildInfo();
    assertTrue(build.contains("HAVE_ONEDNN"), build);
  }

  /** With the plain native beside it, chance decides which one is loaded. */
  @Test
  void natives_onTheClassPath_areOnlyOne() throws IOException {
    List<URL> found = new ArrayList<>();
    for (String build : new String[] {"", "-onednn", "-onednn-avx2", "-onednn-avx512"}) {
      String name =
          "org/nd4j/linalg/cpu/nativecpu/bindings/linux-x86_64" + build + "/libjnind4jcpu.so";
      found.addAll(Collections.list(getClass().getClassLoader().getResources(name)));
    }
    assertEquals(1, found.size(), "natives of ND4J: " + found);
    assertTrue(found.get(0).toString().contains("onednn"), found.toString());
  }
}
