package dev.eman.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import dev.eman.cli.doctor.Finding.Status;
import org.junit.jupiter.api.Test;

class RulesTest {
  private static void check(Status status, String advice, Finding finding) {
    assertEquals(status, finding.status(), finding::toString);
    assertTrue(finding.advice().contains(advice), finding::toString);
    assertEquals(status == Status.OK, finding.advice().isEmpty(), finding::toString);
  }

  @Test
  void java_tooOld_fails() {
    check(Status.FAILURE, "17", Rules.java(11, "11.0.2"));
    check(Status.OK, "", Rules.java(17, "17.0.1"));
  }

  @Test
  void processor_withoutAvx2_warnsOnX86Alone() {
    check(
        Status.WARNING, "several times", Rules.processor("Old", ImmutableSet.of("sse2"), 2, true));
    check(Status.OK, "", Rules.processor("New", ImmutableSet.of("avx2"), 2, true));
    check(Status.OK, "", Rules.processor("Arm", ImmutableSet.of("asimd"), 2, false));
    check(Status.OK, "", Rules.processor("", ImmutableSet.of(), 2, true));
  }

  @Test
  void backend_withoutOneDnn_warnsOnTheCpuAlone() {
    check(Status.WARNING, "eman-backend", Rules.backend("b", true, false));
    check(Status.OK, "", Rules.backend("b", true, true));
    check(Status.OK, "", Rules.backend("b", false, false));
    check(Status.FAILURE, "class path", Rules.noBackend("no jnind4jcpu", null));
    check(
        Status.FAILURE,
        "make room",
        Rules.noBackend("no jnind4jcpu", new NativesFailure("full", "make room")));
  }

  @Test
  void threads_otherThanProcessors_warns() {
    check(Status.WARNING, "fewer", Rules.threads(8, 2, false));
    check(Status.WARNING, "all 4", Rules.threads(2, 4, true));
    check(Status.OK, "", Rules.threads(2, 4, false));
    check(Status.OK, "", Rules.threads(4, 4, true));
  }

  @Test
  void load_manyPrograms_warns() {
    check(Status.WARNING, "compete", Rules.load(9, 2));
    check(Status.OK, "", Rules.load(2, 2));
    check(Status.OK, "", Rules.load(-1, 2));
  }

  @Test
  void memory_littleOfAnyKind_warns() {
    check(Status.WARNING, "-Xmx", Rules.heap(100 * Rules.MIB));
    check(Status.OK, "", Rules.heap(2 * Rules.GIB));
    long much = 16 * Rules.GIB;
    check(Status.WARNING, "maxbytes=0", Rules.nativeMemory(200 * Rules.MIB, 0, much, much));
    check(Status.WARNING, "maxphysicalbytes=0", Rules.nativeMemory(0, 200 * Rules.MIB, much, much));
    check(
        Status.WARNING,
        "close other programs, or use a smaller --batch or --size, or a larger --accumulate",
        Rules.nativeMemory(0, 0, 200 * Rules.MIB, much));
    check(Status.OK, "", Rules.nativeMemory(0, 0, -1, much));
  }

  @Test
  void runs_fullOrClosed_fails() {
    check(Status.FAILURE, "room", Rules.runs("/x", 10 * Rules.MIB));
    check(Status.WARNING, "room", Rules.runs("/x", 500 * Rules.MIB));
    check(Status.FAILURE, "rights", Rules.runs("/x", -1));
    check(Status.OK, "", Rules.runs("/x", 5 * Rules.GIB));
  }

  /** Images of one's own are trained on all the same. */
  @Test
  void data_fullOrClosed_warns() {
    check(Status.WARNING, "room", Rules.data("/x", 10 * Rules.MIB));
    check(Status.WARNING, "XDG_CACHE_HOME", Rules.data("/x", -1));
    check(Status.OK, "", Rules.data("/x", 5 * Rules.GIB));
  }

  @Test
  void speed_slow_warns() {
    check(Status.WARNING, "threads", Rules.speed(50, 16));
    check(Status.OK, "", Rules.speed(1, 16));
    assertTrue(Rules.speed(1, 16).found().startsWith("16.0 ms"));
  }

  @Test
  void cpuInfo_linux_isRead() {
    String text = "processor\t: 0\nmodel name\t: A: B\nflags\t\t: fpu avx2\n\nmodel name\t: C\n";
    assertEquals("A: B", Rules.model(text));
    assertEquals(ImmutableSet.of("fpu", "avx2"), Rules.flags(text));
    assertEquals(ImmutableSet.of(), Rules.flags(""));
  }
}
