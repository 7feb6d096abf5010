package dev.eman.core.algorithm;

import org.nd4j.linalg.factory.Nd4j;

/**
 * Random numbers that networks draw in training, for dropout: of each part of a batch they follow
 * from the step and the part alone, not from what was computed on the same thread before it.
 *
 * @param step drawn for the step
 * @param first which part of the batch this machine's first one is, from 0
 */
record PartSeeds(long step, int first) {
  private static final long ODD = 0x9e3779b97f4a7c15L;

  /** Of a step in one part, which goes on in the numbers that there are. */
  private static final PartSeeds NONE = new PartSeeds(0, 0);

  /** For a step that begins now, on machines whose random numbers are in the same state. */
  static PartSeeds draw(int parts, int first) {
    return parts == 1 ? NONE : new PartSeeds(Nd4j.getRandom().nextLong(), first);
  }

  /** The same step's, of another machine. */
  PartSeeds from(int other) {
    return new PartSeeds(step, other);
  }

  /** Before the passes of a part, the n-th of this machine, of a step in several. */
  void begin(int n) {
    seed(first + n);
  }

  /** After a step in several parts: all machines are in the same state again. */
  void end(int parts) {
    seed(parts);
  }

  private void seed(int part) {
    long seed = (step + part) * ODD;
    Nd4j.getRandom().setSeed(seed == 0 ? -1 : seed); // ND4J takes 0 for the time of day.
  }
}
