package dev.eman.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opened resources, closed together in reverse order; a failure does not keep the others open. */
final class OpenResources implements AutoCloseable {
  private final Deque<Runnable> closing = new ArrayDeque<>();

  /** Adds a resource and returns it. */
  <T> T add(T resource, Consumer<? super T> close) {
    closing.push(() -> close.accept(resource));
    return resource;
  }

  /**
   * Closes all resources that are still open.
   *
   * @throws RuntimeException the first failure, with the others suppressed
   */
  @Override
  public void close() {
    Throwable failure = closeAll(null);
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** Closes everything after a failure, and adds further failures to it as suppressed. */
  void closeAfter(Throwable failure) {
    closeAll(failure);
  }

  private @Nullable Throwable closeAll(@Nullable Throwable before) {
    Throwable first = before;
    while (!closing.isEmpty()) {
      try {
        closing.pop().run();
      } catch (RuntimeException | Error e) { // A full disk, for example.
        if (first == null) {
          first = e;
        } else if (first != e) {
          first.addSuppressed(e);
        }
      }
    }
    return first;
  }
}
