package dev.eman.spark.ring;

import static com.google.common.base.Preconditions.checkState;

import dev.eman.core.algorithm.PartialStep;
import dev.eman.core.algorithm.PartialStepCodec;
import dev.eman.core.algorithm.StepExchange;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Exchanges the steps of training over a {@link Ring}: gradients as its vectors, in pieces while
 * the backward pass runs, and the rest, which is small, as its messages.
 */
public final class RingExchange implements StepExchange {
  private final Ring ring;
  private @Nullable INDArray gradient;

  /**
   * An exchange over a ring that nobody else uses.
   *
   * @param ring closed with the exchange
   */
  public RingExchange(Ring ring) {
    this.ring = ring;
  }

  @Override
  public int rank() {
    return ring.rank();
  }

  @Override
  public int size() {
    return ring.size();
  }

  @Override
  public void begin(INDArray gradient) {
    ring.begin(gradient);
    this.gradient = gradient;
  }

  @Override
  public void ready(long from, long to) {
    ring.ready(from, to);
  }

  @Override
  public PartialStep finish(PartialStep own) {
    INDArray sum = gradient;
    checkState(sum != null && sum == own.gradient(), "finish: expected the gradient of begin");
    gradient = null;
    ring.readyToBeginning();
    // Asked for before the wait for the sum, so that both are under way together.
    PartialStep rest = null;
    for (byte[] message : ring.allGather(PartialStepCodec.write(own).array())) {
      PartialStep next = PartialStepCodec.read(ByteBuffer.wrap(message));
      rest = rest == null ? next : rest.plus(next);
    }
    ring.await();
    checkState(rest != null, "a ring has a worker");
    return rest.withGradient(sum);
  }

  @Override
  public void abort(String reason) {
    ring.abort(reason);
  }

  @Override
  public void close() {
    ring.close();
  }
}
