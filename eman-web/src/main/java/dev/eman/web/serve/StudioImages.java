package dev.eman.web.serve;

import com.google.common.base.Ascii;
import com.google.common.base.Splitter;
import com.google.common.base.Strings;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The images of Label Studio's tasks: within the task, as {@code data:} addresses; files below one
 * folder, of its local storage ({@code /data/local-files/?d=...}); and those that were uploaded to
 * it, from its own address. Nothing else is read or fetched, whatever a task says.
 */
public final class StudioImages {
  private static final String LOCAL = "/data/local-files/";
  private static final int LONGEST_NAME = 200;
  private static final int LARGEST = 64 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final @Nullable Path folder;
  private final @Nullable URI studio;
  private final @Nullable String token;
  private final Duration patience;
  private final HttpClient client;

  /**
   * Images from these places.
   *
   * @param folder the root of Label Studio's local files; null for none
   * @param studio its address, such as {@code http://localhost:8080}; null to fetch nothing
   * @param token for fetching; null for none
   */
  public StudioImages(@Nullable Path folder, @Nullable URI studio, @Nullable String token) {
    this(folder, studio, token, PATIENCE);
  }

  /** Images that are waited for so long: for an answer's beginning, and again for its end. */
  StudioImages(
      @Nullable Path folder, @Nullable URI studio, @Nullable String token, Duration patience) {
    this.folder = folder;
    this.studio = studio;
    this.token =
        token == null ? null : Strings.emptyToNull(token.strip()); // Of a file, with its newline.
    this.patience = patience;
    this.client =
        HttpClient.newBuilder().connectTimeout(patience).build(); // Follows no redirection.
  }

  /** A short name of an image, for messages. */
  static String name(String source) {
    return source.startsWith("data:")
        ? "an image within its task"
        : Printable.escape(Ascii.truncate(source, LONGEST_NAME, "..."));
  }

  /**
   * An image's encoded content.
   *
   * @param source as the task has it
   * @throws EmanException if it is nowhere that may be read, or cannot be read
   */
  byte[] read(String source) {
    try {
      if (source.startsWith("data:")) {
        return inline(source);
      }
      URI uri = new URI(source);
      if (uri.getPath() != null && uri.getPath().equals(LOCAL)) {
        return local(source, uri);
      }
      return fetch(source, uri);
    } catch (URISyntaxException e) {
      throw new EmanException("expected the address of an image, found " + name(source), e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + name(source) + ": " + IoFailures.reason(e), e);
    }
  }

  private static byte[] inline(String source) {
    int comma = source.indexOf(',');
    if (comma < 0 || !source.substring(0, comma).endsWith(";base64")) {
      throw new EmanException("expected an image in base64 within the task, found something else");
    }
    try {
      return Base64.getDecoder().decode(source.substring(comma + 1));
    } catch (IllegalArgumentException e) {
      throw new EmanException(
          "expected an image in base64 within the task, found a damaged one", e);
    }
  }

  private byte[] local(String source, URI uri) throws IOException {
    if (folder == null) {
      throw new EmanException(
          name(source) + " is of Label Studio's local storage; say where that is (--images)");
    }
    for (String part : Splitter.on('&').split(Strings.nullToEmpty(uri.getRawQuery()))) {
      if (part.startsWith("d=")) {
        String relative = URLDecoder.decode(part.substring(2), StandardCharsets.UTF_8);
        return below(folder, relative);
      }
    }
    throw new EmanException("expected a file (d=...) in " + name(source) + ", found none");
  }

  private static byte[] below(Path folder, String relative) throws IOException {
    try {
      Path file = folder.resolve(relative).toRealPath();
      if (!file.startsWith(folder.toRealPath())) {
        throw new EmanException(
            "expected a file in " + folder + ", found " + Printable.escape(relative) + " outside");
      }
      if (Files.size(file) > LARGEST) {
        throw new EmanException(
            "expected at most " + LARGEST + " bytes, found more in " + Printable.escape(relative));
      }
      return Files.readAllBytes(file);
    } catch (InvalidPathException e) {
      throw new EmanException("expected a file's path, found " + Printable.escape(relative), e);
    }
  }

  private byte[] fetch(String source, URI uri) throws IOException {
    if (studio == null) {
      throw new EmanException(
          name(source) + " must be fetched; say where Label Studio is (--label-studio-url)");
    }
    URI resolved = studio.resolve(uri);
    if (!origin(studio).equals(origin(resolved))) {
      throw new EmanException("expected an image at " + studio + ", found " + name(source));
    }
    HttpRequest request = request(source, resolved);
    try {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new EmanException(
              name(source)
                  + ": Label Studio answered "
                  + response.statusCode()
                  + (token == null ? "; it may want a token (LABEL_STUDIO_API_KEY)" : ""));
        }
        byte[] content = read(body);
        if (content.length > LARGEST) {
          throw new EmanException("expected at most " + LARGEST + " bytes of " + name(source));
        }
        return content;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmanException("interrupted while fetching " + name(source), e);
    }
  }

  private HttpRequest request(String source, URI uri) {
    try {
      HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(patience);
      if (token != null) {
        request.header("Authorization", "Token " + token);
      }
      return request.build();
    } catch (IllegalArgumentException e) { // Whose message may hold the token.
      throw new EmanException(
          "cannot fetch "
              + name(source)
              + ": the host's name or the token has characters that cannot be sent; see"
              + " --label-studio-url and LABEL_STUDIO_API_KEY");
    }
  }

  /** The request's patience ends with the headers. */
  private byte[] read(InputStream body) throws IOException, InterruptedException {
    CompletableFuture<byte[]> content =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return body.readNBytes(LARGEST + 1);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try {
      return content.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UncheckedIOException failure
          ? failure.getCause()
          : new IOException(e.getCause());
    } catch (TimeoutException e) {
      body.close(); // Ends the reading, too.
      throw new HttpTimeoutException("it did not come within " + patience.toSeconds() + " seconds");
    }
  }

  private static String origin(URI uri) {
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }
}
