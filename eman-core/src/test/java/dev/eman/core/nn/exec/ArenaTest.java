package dev.eman.core.nn.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ArenaTest {
  private final Arena arena = new Arena();

  /** Lends and takes back at random; returns the addresses in turn. */
  private List<Long> use(Arena arena, int seed) {
    Random random = new Random(seed);
    TreeMap<Long, Long> lent = new TreeMap<>();
    List<Long> addresses = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      if (random.nextInt(5) < 3 || lent.isEmpty()) {
        long size = Arena.rounded(1 + random.nextInt(1 << random.nextInt(20)));
        long address = arena.take(size);
        Map.Entry<Long, Long> before = lent.floorEntry(address);
        Map.Entry<Long, Long> after = lent.ceilingEntry(address);
        assertTrue(before == null || before.getKey() + before.getValue() <= address, "overlap");
        assertTrue(after == null || address + size <= after.getKey(), "overlap");
        assertEquals(0, address % 64);
        long memory = arena.memoryOf(address).address();
        assertTrue(memory <= address);
        assertTrue(address + size <= memory + arena.memoryOf(address).bytes(), "beyond the end");
        lent.put(address, size);
        addresses.add(address);
      } else {
        Map.Entry<Long, Long> back =
            new ArrayList<>(lent.entrySet()).get(random.nextInt(lent.size()));
        arena.giveBack(back.getKey(), back.getValue());
        lent.remove(back.getKey());
      }
    }
    lent.forEach(arena::giveBack);
    return addresses;
  }

  @Property(tries = 30)
  void pieces_lentAtRandom_neverOverlapAndComeAgain(
      @ForAll @IntRange(min = 0, max = 1_000_000) int seed) {
    Arena mine = new Arena();
    long bytes;
    List<Long> addresses;
    do {
      bytes = mine.bytes();
      addresses = use(mine, seed);
    } while (mine.bytes() > bytes); // then with all segments there from the start
    assertEquals(addresses, use(mine, seed));
    assertEquals(bytes, mine.bytes());
    mine.close();
    assertEquals(0, mine.bytes());
  }

  @Test
  void smallPieces_givenBackInAnyOrder_becomeOneLargeOne() {
    long whole = 1 << 20;
    long first = arena.take(whole / 4);
    long[] rest = {arena.take(whole / 4), arena.take(whole / 4), arena.take(whole / 4)};
    arena.giveBack(rest[1], whole / 4);
    arena.giveBack(first, whole / 4);
    arena.giveBack(rest[2], whole / 4);
    arena.giveBack(rest[0], whole / 4);
    assertEquals(first, arena.take(whole));
    assertEquals(whole, arena.bytes());
    assertEquals(whole, arena.mostLent());
  }

  @Test
  void smallestRange_thatFits_isTaken() {
    long a = arena.take(6400);
    long gap = arena.take(640);
    arena.take(64);
    long larger = arena.take(1280);
    arena.take(64);
    arena.giveBack(larger, 1280);
    arena.giveBack(gap, 640);
    assertEquals(gap, arena.take(576));
    assertEquals(larger, arena.take(704));
    arena.giveBack(a, 6400);
    assertEquals(a, arena.take(6400));
  }
}
