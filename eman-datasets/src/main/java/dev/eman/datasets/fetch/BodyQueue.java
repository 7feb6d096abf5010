package dev.eman.datasets.fetch;

import com.google.common.collect.ImmutableList;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An answer's body as blocks that are waited for only so long. The stream that Java brings for this
 * waits without end, and in Java 17 it swallows interrupts.
 */
final class BodyQueue implements BodySubscriber<BodyQueue>, AutoCloseable {
  /** Some bytes, or none at the end, with what broke the connection if it was not a proper end. */
  private record Block(ImmutableList<ByteBuffer> bytes, @Nullable Throwable failure) {}

  // Never long: a block is asked for only when the one before it was taken.
  private final BlockingQueue<Block> blocks = new LinkedBlockingQueue<>();
  private @Nullable Subscription subscription;
  private boolean closed;

  /**
   * Waits for the next bytes.
   *
   * @return the bytes, or an empty list at the end
   * @throws BrokenTransferException if none come in time or the connection is broken
   */
  ImmutableList<ByteBuffer> next(Duration limit)
      throws BrokenTransferException, InterruptedException {
    Block block = blocks.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (block == null) {
      throw new BrokenTransferException("no data came for " + limit.toSeconds() + " s");
    }
    Throwable failure = block.failure();
    if (failure != null) {
      throw new BrokenTransferException(
          "the connection broke (" + BrokenTransferException.reason(failure) + ")", failure);
    }
    if (!block.bytes().isEmpty()) {
      more();
    }
    return block.bytes();
  }

  @Override
  public CompletionStage<BodyQueue> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public synchronized void onSubscribe(Subscription newSubscription) {
    if (closed || subscription != null) {
      newSubscription.cancel();
      return;
    }
    subscription = newSubscription;
    newSubscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    if (item.isEmpty()) {
      more();
    } else {
      blocks.add(new Block(ImmutableList.copyOf(item), null));
    }
  }

  @Override
  public void onError(Throwable failure) {
    blocks.add(new Block(ImmutableList.of(), failure));
  }

  @Override
  public void onComplete() {
    blocks.add(new Block(ImmutableList.of(), null));
  }

  private synchronized void more() {
    if (subscription != null && !closed) {
      subscription.request(1);
    }
  }

  /** Drops the rest of the body, and with it the connection. */
  @Override
  public synchronized void close() {
    if (!closed && subscription != null) {
      subscription.cancel();
    }
    closed = true;
  }
}
