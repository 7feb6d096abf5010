package dev.eman.datasets.split;

import com.google.common.primitives.ImmutableIntArray;
import java.util.BitSet;

/** Positions as sets. */
final class BitSets {
  private BitSets() {}

  static BitSet of(ImmutableIntArray positions) {
    BitSet set = new BitSet();
    positions.forEach(set::set);
    return set;
  }

  static ImmutableIntArray ascending(BitSet set) {
    return ImmutableIntArray.copyOf(set.stream());
  }
}
