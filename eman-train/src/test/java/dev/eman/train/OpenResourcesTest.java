package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenResourcesTest {
  private final OpenResources open = new OpenResources();
  private final List<String> closed = new ArrayList<>();

  private void add(String name) {
    open.add(name, closed::add);
  }

  private void addFailing(RuntimeException failure) {
    open.add(
        "failing",
        name -> {
          throw failure;
        });
  }

  @Test
  void close_several_lastFirstAndOnce() {
    add("a");
    add("b");
    open.close();
    open.close();
    assertEquals(List.of("b", "a"), closed);
  }

  @Test
  void close_twoFail_othersAreClosedAndTheFirstIsThrown() {
    RuntimeException first = new IllegalStateException("first");
    RuntimeException second = new IllegalStateException("second");
    add("a");
    addFailing(second);
    add("b");
    addFailing(first);
    add("c");
    assertSame(first, assertThrows(IllegalStateException.class, open::close));
    assertArrayEquals(new Throwable[] {second}, first.getSuppressed());
    assertEquals(List.of("c", "b", "a"), closed);
  }

  @Test
  void closeAfter_failure_takesFurtherOnesAsSuppressed() {
    RuntimeException before = new IllegalStateException("before");
    RuntimeException further = new IllegalStateException("further");
    add("a");
    addFailing(further);
    open.closeAfter(before);
    assertArrayEquals(new Throwable[] {further}, before.getSuppressed());
    assertEquals(List.of("a"), closed);
  }
}
