package dev.eman.train;

import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.eman.core.EmanException;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.train.ImageClassifier.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A classifier for many threads: one of its own takes what waits, as a batch. Nobody waits for a
 * batch to fill. The answer of a run's network does not depend on the other images of its batch.
 *
 * <p>What follows an answer ({@code thenApply}, {@code whenComplete}) runs on that thread, if the
 * answer was not there before, and holds up all others: hand longer work to an executor ({@code
 * thenApplyAsync}), and never wait there for another answer, which would not come.
 */
public final class BatchingClassifier implements AutoCloseable {
  /** Requests that wait; more would only wait longer, and hold their images in memory. */
  private static final int MOST_WAITING = 256;

  private static final class Request {
    final byte[] content;
    final String name;
    final CompletableFuture<ImmutableList<Prediction>> answer = new CompletableFuture<>();

    Request(byte[] content, String name) {
      this.content = content;
      this.name = name;
    }
  }

  private final ImageClassifier classifier;
  private final int batchSize;
  private final EncodedImages images;
  private final BlockingQueue<Request> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Thread worker = new Thread(this::work, "eman-classifier");
  private volatile boolean closed;

  /**
   * Starts the thread.
   *
   * @param classifier used by this thread alone from here on
   */
  public BatchingClassifier(ImageClassifier classifier) {
    this.classifier = classifier;
    batchSize = classifier.preparation().batchSize();
    images = new EncodedImages(classifier.preparation(), batchSize);
    worker.setDaemon(true);
    worker.start();
  }

  /** The classes' names, in the order of the logits. */
  public ImmutableList<String> classNames() {
    return classifier.classNames();
  }

  /**
   * Classifies an image.
   *
   * @param content of a file, in any format that is read; not to be changed before the answer
   * @param name for messages
   * @return all classes, the likeliest first; or the failure: {@link CorruptImageException} for an
   *     image that cannot be decoded
   * @throws RejectedExecutionException if too many images wait, or the classifier is closed
   */
  public CompletableFuture<ImmutableList<Prediction>> classify(byte[] content, String name) {
    Request request = new Request(content, name);
    if (closed) {
      throw new RejectedExecutionException("the classifier is closed");
    }
    if (!waiting.offer(request)) {
      throw new RejectedExecutionException(MOST_WAITING + " images wait already; try again later");
    }
    if (closed && waiting.remove(request)) { // It was closed in between, and emptied the queue.
      throw new RejectedExecutionException("the classifier is closed");
    }
    return request.answer;
  }

  private void work() {
    List<Request> batch = new ArrayList<>();
    try {
      while (!closed) {
        batch.clear();
        batch.add(waiting.take());
        waiting.drainTo(batch, batchSize - 1);
        answer(batch);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
    batch.clear();
    waiting.drainTo(batch);
    batch.forEach(r -> r.answer.completeExceptionally(new EmanException("the server ends")));
  }

  private void answer(List<Request> batch) {
    List<Request> decoded = new ArrayList<>();
    @Nullable Throwable failure = null;
    try {
      for (Request request : batch) {
        try {
          images.add(request.content, request.name);
          decoded.add(request);
        } catch (CorruptImageException e) {
          request.answer.completeExceptionally(e);
        }
      }
      if (!decoded.isEmpty()) {
        List<ImmutableList<Prediction>> answers = classifier.classify(images.take());
        for (int i = 0; i < decoded.size(); i++) {
          decoded.get(i).answer.complete(answers.get(i));
        }
      }
    } catch (RuntimeException | Error e) { // Native memory too: without this thread all would wait.
      failure = e;
    }
    if (failure != null) { // The next batch begins without these images.
      if (images.count() > 0) {
        images.take();
      }
      for (Request request : batch) {
        request.answer.completeExceptionally(failure);
      }
    }
  }

  /**
   * Ends the thread and waits for its end; what waits for an answer fails. What follows an answer
   * may call this, without the wait: then the thread ends when its batch is answered.
   */
  @Override
  public void close() {
    closed = true;
    if (Thread.currentThread() != worker) {
      worker.interrupt();
      Uninterruptibles.joinUninterruptibly(worker);
    }
  }
}
