package dev.eman.web;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.Resources;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import org.jspecify.annotations.Nullable;

/**
 * The files of a page, by the path under which the browser asks for them. Only what was named is
 * served; nothing is looked up by what a request says.
 */
public final class Assets {
  private static final ImmutableMap<String, String> TYPES =
      ImmutableMap.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  private final ImmutableMap.Builder<String, URL> files = ImmutableMap.builder();

  /** None yet, except those that all pages share. */
  public Assets() {
    file("/style.css", Assets.class, "style.css");
    file("/icon.svg", Assets.class, "icon.svg");
  }

  /** The library for charts. */
  public Assets withCharts() {
    return file("/uplot.js", Assets.class, UPLOT + "uPlot.iife.min.js")
        .file("/uplot.css", Assets.class, UPLOT + "uPlot.min.css");
  }

  /**
   * A file.
   *
   * @param path of requests, with its extension or {@code /}
   * @param from class beside which it lies
   * @param name of the resource
   */
  public Assets file(String path, Class<?> from, String name) {
    @Nullable URL found = from.getResource(name);
    if (found == null) {
      throw new IllegalStateException("no resource " + name + " beside " + from.getName());
    }
    files.put(path, found);
    return this;
  }

  void addTo(RoutesConfig routes) {
    files
        .buildOrThrow()
        .forEach(
            (path, url) -> {
              String type = type(url.getPath());
              routes.get(
                  path,
                  request -> {
                    request.header("Cache-Control", "no-cache");
                    request.contentType(type).result(bytes(url));
                  });
            });
  }

  private static String type(String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalArgumentException("no content type of " + name);
    }
    return type;
  }

  private static byte[] bytes(URL url) {
    try {
      return Resources.toByteArray(url);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
