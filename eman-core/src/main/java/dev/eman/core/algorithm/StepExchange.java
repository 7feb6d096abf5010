package dev.eman.core.algorithm;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Sums what the workers of one step have come to, over threads, processes or machines: what {@link
 * ExchangedStep} needs of a transport. Each worker has one of its own, and all call theirs in the
 * same order: {@link #begin}, {@link #ready} for some regions, {@link #finish}, and so on; one
 * thread at a time.
 *
 * <p>Sums are taken in the order of ranks, {@code ((g0 + g1) + g2) + ...}, for every single number,
 * whoever comes first: so several workers get the very bits of one that does all parts itself.
 *
 * <p>A worker may be late by minutes, for one that evaluates the networks meanwhile, or saves them:
 * waiting for it has no limit as long as it is there. One that has vanished, whose {@link #close}
 * came amid a step, or that has called {@link #abort}, ends the calls of all others with an {@link
 * dev.eman.core.EmanException} within a bounded time. After an exception of any call the exchange
 * is over, and only {@code close} may follow.
 */
public interface StepExchange extends AutoCloseable {
  /** Which worker this is, from 0. */
  int rank();

  /** Workers in all, at least 1. */
  int size();

  /**
   * Begins a sum. Comes before this worker's last backward pass.
   *
   * @param gradient {@code [n]} float32, contiguous; n is the same on all workers, but not always
   *     that of the sum before; owned by the caller, who may change what is not {@link #ready} yet
   */
  void begin(INDArray gradient);

  /**
   * {@code gradient[from, to)} has its final value on this machine and may be sent and overwritten.
   * Returns at once.
   *
   * @param from the first of at least one index; regions come from the vector's end to its
   *     beginning, each adjoins the one before, and they are the same on all workers
   * @param to behind the last index
   */
  void ready(long from, long to);

  /**
   * Waits for the sum over all workers. What was not {@link #ready} yet, a region at the vector's
   * beginning, is so now.
   *
   * @param own of this worker; its gradient is the array of {@link #begin}
   * @return the sum of all workers' by {@link PartialStep#plus} in the order of ranks; its gradient
   *     is the same array, overwritten with the sum
   */
  PartialStep finish(PartialStep own);

  /**
   * Ends the exchange because this worker cannot go on, so that others do not wait for it; does
   * nothing if it is closed.
   *
   * @param reason for the others' messages; unless overridden, they are told none
   */
  default void abort(String reason) {
    close();
  }

  /**
   * Ends the exchange; does nothing if it is closed. A worker may close after its last {@link
   * #finish} while others still wait in theirs: what they need from it reaches them.
   */
  @Override
  void close();
}
