package dev.eman.web.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.io.Resources;
import dev.eman.web.NodeScript;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's scripts without a page, in Node where that is installed; skipped elsewhere. */
class WatchScriptTest {
  /** What the scripts need of a browser. */
  private static final String BROWSER =
      """
      const elements = {};
      const classes = { toggle() {}, contains: (name) => elements.connection.className.includes(name) };
      const make = () => ({ classList: classes, className: "", addEventListener() {} });
      globalThis.document = { hidden: true, addEventListener() {},
        getElementById: (id) => elements[id] ??= make() };
      globalThis.matchMedia = make;
      const later = [];
      globalThis.setTimeout = (call) => later.push(call);
      const streams = [];
      globalThis.EventSource = class {
        static CONNECTING = 0;
        static OPEN = 1;
        static CLOSED = 2;
        listeners = {};
        constructor() { streams.push(this); }
        addEventListener(name, listener) { this.listeners[name] = listener; }
        fail(state) { this.readyState = state; this.onerror(); }
      };
      """;

  @TempDir Path folder;

  /** Writes the scripts as the page gets them. */
  @BeforeEach
  void write() throws Exception {
    try (WatchPage page = WatchPage.open(List.of(folder), 0)) {
      for (String name : List.of("uplot.js", "charts.js", "tables.js", "watch.js")) {
        String text =
            Resources.toString(URI.create(page.address() + name).toURL(), StandardCharsets.UTF_8);
        Files.writeString(folder.resolve(name), text);
      }
    }
  }

  private void append(String script, String more) throws Exception {
    Path file = folder.resolve(script);
    Files.writeString(file, Files.readString(file) + more);
  }

  /** The page has fewer of a longer run's steps. */
  @Test
  void smooth_runsOfOtherSteps_aLineForEach() throws Exception {
    append("uplot.js", "\nexport { uPlot };\n");
    append("charts.js", "\nexport { smooth };\n");
    assertEquals(
        List.of("[4,3,null,3.5,null]", "[null,8,null,6,4]"),
        NodeScript.run(
            folder,
            """
            import { uPlot } from "./uplot.js";
            import { smooth } from "./charts.js";
            const joined = uPlot.join([[[1, 2, 3, 4], [4, 2, null, 4]], [[2, 4, 6], [8, 4, 2]]]);
            console.log(JSON.stringify(smooth(joined[1], 0.5)));
            console.log(JSON.stringify(smooth(joined[2], 0.5)));
            """));
  }

  /** The browser tries again after a lost connection, and never after an answer of 503. */
  @Test
  void events_refused_saidAndTriedAgain() throws Exception {
    String refused = "refused; perhaps too many pages of this server are open; trying again";
    assertEquals(
        List.of(
            refused + " 1 The connection is " + refused + ".",
            refused + " 2 ",
            "live 3 ",
            "not connected; trying again 3 The connection is lost.",
            refused + " 3 The connection is " + refused + ".",
            "eman has ended; this is the last state 4 eman has ended."),
        NodeScript.run(
            folder,
            BROWSER
                + """
                await import("./watch.js");
                const say = () => {
                  const spoken = elements.announcement?.textContent ?? "";
                  console.log(elements.connection.textContent, streams.length, spoken);
                  if (spoken) elements.announcement.textContent = "";
                };
                streams[0].fail(EventSource.CLOSED);
                say();
                later.pop()();
                streams[1].fail(EventSource.CLOSED);
                say();
                later.pop()();
                streams[2].onopen();
                say();
                streams[2].fail(EventSource.CONNECTING);
                say();
                streams[2].fail(EventSource.CLOSED);
                say();
                streams[2].listeners.end({ data: "{}" });
                streams[2].fail(EventSource.CLOSED);
                later.pop()();
                streams[3].fail(EventSource.CLOSED);
                say();
                """));
  }
}
