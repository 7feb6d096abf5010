package dev.eman.datasets.fetch;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings one file into its {@link PartFile}, over as many connections as that takes. */
final class HttpDownload {
  private static final Logger LOG = LoggerFactory.getLogger(HttpDownload.class);

  private final HttpClient client;
  private final Patience patience;
  private final RemoteFile file;
  private final Path target;
  private final PartFile part;
  private final FetchListener listener;

  HttpDownload(
      HttpClient client, Patience patience, RemoteFile file, Path target, FetchListener listener) {
    this.client = client;
    this.patience = patience;
    this.file = file;
    this.target = target;
    this.part = new PartFile(target);
    this.listener = listener;
  }

  /** Returns once the part holds all that the server has; its checksum is not checked. */
  PartFile run() throws IOException, InterruptedException {
    int failures = 0;
    long furthest = part.size();
    while (true) {
      try {
        attempt();
        return part;
      } catch (BrokenTransferException e) {
        // Only bytes beyond all earlier tries count as progress: a server that always starts over
        // and always breaks off must not be asked for ever.
        long size = part.size();
        failures = size > furthest ? 1 : failures + 1;
        furthest = Math.max(furthest, size);
        if (failures > patience.retries()) {
          throw new FetchException(gaveUp(failures, e), e);
        }
        Duration delay = patience.delay().apply(failures);
        LOG.warn(
            "{}: {}; trying again in {} s ({} of {})",
            file.uri(),
            e.getMessage(),
            delay.toSeconds(),
            failures,
            patience.retries());
        Thread.sleep(delay.toMillis());
      }
    }
  }

  private void attempt() throws IOException, InterruptedException {
    long offset = part.size();
    if (file.bytes() != RemoteFile.UNKNOWN && offset > file.bytes()) {
      part.delete();
      offset = 0;
    }
    if (offset == file.bytes()) {
      return;
    }
    HttpResponse<BodyQueue> response = send(request(offset));
    try (BodyQueue body = response.body()) {
      int status = response.statusCode();
      if (status == 200) {
        receive(response, body, 0);
      } else if (status == 206) {
        checkContinues(response, offset);
        receive(response, body, offset);
      } else if (status == 416 && offset > 0) {
        if (ContentRange.of(response).total() != offset) {
          part.delete();
          throw new BrokenTransferException("the server cannot go on after byte " + offset);
        }
      } else if (status == 408 || status == 429 || status >= 500) {
        throw new BrokenTransferException("the server answered with status " + status);
      } else {
        throw new FetchException(
            "Cannot download "
                + file.uri()
                + ": the server answered with status "
                + status
                + " where 200 was expected. "
                + byHand());
      }
    }
  }

  private HttpRequest request(long offset) throws IOException {
    // No timeout of the request's own: from Java 26 on it would cover the whole body.
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(file.uri()).header("User-Agent", "eman-datasets");
    if (offset > 0) {
      builder.header("Range", "bytes=" + offset + "-");
      String tag = part.tag();
      if (tag != null) {
        builder.header("If-Range", tag);
      }
    }
    return builder.build();
  }

  private HttpResponse<BodyQueue> send(HttpRequest request)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<BodyQueue>> future =
        client.sendAsync(request, info -> new BodyQueue());
    try {
      return future.get(
          patience.connect().plus(patience.stall()).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new BrokenTransferException(
          "no answer (" + BrokenTransferException.reason(e.getCause()) + ")", e);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new BrokenTransferException("no answer in time", new HttpTimeoutException("headers"));
    } catch (InterruptedException e) {
      future.cancel(true);
      throw e;
    }
  }

  /** Some servers go on with a file that has changed, or from another byte than asked for. */
  private void checkContinues(HttpResponse<?> response, long offset) throws IOException {
    String tag = part.tag();
    String now = versionTag(response);
    boolean changed = offset > 0 && tag != null && now != null && !tag.equals(now);
    if (changed || ContentRange.of(response).start() != offset) {
      part.delete();
      throw new BrokenTransferException("the server did not go on where the last transfer ended");
    }
  }

  private void receive(HttpResponse<?> response, BodyQueue body, long offset)
      throws IOException, InterruptedException {
    long total = total(response, offset);
    if (file.bytes() != RemoteFile.UNKNOWN && total >= 0 && total != file.bytes()) {
      throw new FetchException(
          "Cannot use "
              + file.uri()
              + ": expected "
              + file.bytes()
              + " bytes, found "
              + total
              + "; the server may have another file or an error page there. "
              + byHand());
    }
    try (FileChannel out = open(response, offset)) {
      listener.started(file, offset, total);
      long size = copy(body, out, offset);
      if (size < total) {
        throw new BrokenTransferException("the transfer ended after " + size + " of " + total);
      }
      force(out);
    }
  }

  private long copy(BodyQueue body, FileChannel out, long offset)
      throws IOException, InterruptedException {
    long size = offset;
    for (List<ByteBuffer> block = body.next(patience.stall());
        !block.isEmpty();
        block = body.next(patience.stall())) {
      for (ByteBuffer bytes : block) {
        size += bytes.remaining();
        write(out, bytes);
      }
      listener.progressed(size);
    }
    return size;
  }

  private FileChannel open(HttpResponse<?> response, long offset) throws IOException {
    try {
      return offset > 0 ? part.append() : part.restart(versionTag(response));
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private void write(FileChannel out, ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private void force(FileChannel out) throws IOException {
    try {
      out.force(true);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private FetchException cannotWrite(IOException e) throws ClosedByInterruptException {
    if (e instanceof ClosedByInterruptException interrupted) {
      throw interrupted;
    }
    return new FetchException(
        "Cannot write "
            + part.path()
            + " ("
            + BrokenTransferException.reason(e)
            + "). Is the disk full? What has arrived is kept: make room and fetch again to resume.",
        e);
  }

  private long total(HttpResponse<?> response, long offset) {
    long fromRange = ContentRange.of(response).total();
    if (fromRange >= 0) {
      return fromRange;
    }
    long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
    return length >= 0 ? offset + length : file.bytes();
  }

  /** Weak ETags do not promise equal bytes, so that no transfer can go on by them. */
  private static @Nullable String versionTag(HttpResponse<?> response) {
    String etag = response.headers().firstValue("ETag").orElse(null);
    return etag != null && etag.startsWith("\"")
        ? etag
        : response.headers().firstValue("Last-Modified").orElse(null);
  }

  private String gaveUp(int failures, BrokenTransferException last) throws IOException {
    return "Cannot download "
        + file.uri()
        + ": "
        + failures
        + " tries in a row got no further, the last one because "
        + last.getMessage()
        + ". "
        + part.size()
        + " bytes are kept in "
        + part.path()
        + ": fetch again to resume. "
        + byHand();
  }

  private String byHand() {
    return "To do without this server, get the file ("
        + file.checksum()
        + ") by other means and put it at "
        + target
        + ".";
  }
}
