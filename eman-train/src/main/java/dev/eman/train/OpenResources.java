package dev.eman.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What has been opened, to be closed together: the last first, each even if others fail. */
final class OpenResources implements AutoCloseable {
  private final Deque<Runnable> closing = new ArrayDeque<>();

  /** Remembers how to close something. Returns it. */
  <T> T add(T resource, Consumer<? super T> close) {
    closing.push(() -> close.accept(resource));
    return resource;
  }

  /**
   * Closes everything; what is closed already is not closed again.
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

  /** Closes everything because of a failure, to which further ones are added as suppressed. */
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
