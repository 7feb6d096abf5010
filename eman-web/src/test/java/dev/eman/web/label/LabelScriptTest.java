package dev.eman.web.label;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.io.Resources;
import dev.eman.web.NodeScript;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's script without a page, in Node where that is installed; skipped elsewhere. */
class LabelScriptTest {
  /** What the script needs of a browser, and a server that says what it is sent. */
  private static final String BROWSER =
      """
      const elements = {};
      const make = () => ({
        dataset: {}, listeners: {},
        addEventListener(name, listener) { this.listeners[name] = listener; },
        classList: { toggle() {} },
        getAttribute(name) { return this[name]; },
        setAttribute() {}, replaceChildren() {}, append() {}, focus() {}, blur() {},
        querySelector: make,
      });
      globalThis.document = { ...make(),
        getElementById: (id) => elements[id] ??= make(), querySelector: make, createElement: make };
      globalThis.Image = class {};
      let poll;
      globalThis.setInterval = (call) => { poll = call; };
      const state = { round: "first", images: "/images/first/", total: 9, labeled: 0, skipped: 0,
        classes: [{ name: "red", count: 0 }], training: { running: true, step: 1, total: 4 },
        next: [{ image: 5, name: "e.png" }, { image: 6, name: "f.png" }] };
      const server = { state, changes: 200 };
      globalThis.fetch = async (path, request = {}) => {
        if (request.body) console.log(path, request.body);
        const status = request.body ? server.changes : 200;
        const content = structuredClone(status === 200 ? server.state : { error: "reload it" });
        return { ok: status === 200, status, json: async () => content };
      };
      const settled = () => new Promise((done) => setTimeout(done));
      const press = (key) => {
        document.listeners.keydown({ key, target: {}, preventDefault() {} });
        return settled();
      };
      const shown = () => elements.image.listeners.load({ target: elements.image });
      await import("./label.js");
      await settled();
      """;

  @TempDir Path folder;

  @BeforeEach
  void write() throws Exception {
    String text =
        Resources.toString(
            Resources.getResource(LabelPage.class, "label.js"), StandardCharsets.UTF_8);
    Files.writeString(folder.resolve("label.js"), text);
  }

  /** After a restart the images have other numbers: those of the page stay with its round. */
  @Test
  void key_afterARestart_ofTheRoundThatThePageShows() throws Exception {
    assertEquals(
        List.of("/first/label {\"image\":5,\"class\":\"red\"}", "reload it"),
        NodeScript.run(
            folder,
            BROWSER
                + """
                shown();
                server.state = { ...state, round: "second", images: "/images/second/",
                  training: { running: false } };
                await poll();
                server.changes = 409;
                await press("1");
                console.log(elements.problem.textContent);
                """));
  }

  /** It says so, and shows what is next. */
  @Test
  void key_imageThatAnotherTabHasLabelled_goesOnToTheNext() throws Exception {
    assertEquals(
        List.of(
            "/first/label {\"image\":5,\"class\":\"red\"}",
            "reload it",
            "/images/first/6",
            "/first/undo {\"change\":3}"),
        NodeScript.run(
            folder,
            BROWSER
                + """
                shown();
                server.state = { ...state, undo: 3, next: [{ image: 6, name: "f.png" }] };
                server.changes = 409;
                await press("1");
                await settled();
                console.log(elements.problem.textContent);
                console.log(elements.image.src);
                await press("u");
                """));
  }

  /** Until then the image before would be on the screen, or nothing. */
  @Test
  void key_imageNotOnTheScreenYet_doesNothing() throws Exception {
    assertEquals(
        List.of(
            "/first/label {\"image\":5,\"class\":\"red\"}",
            "/first/skip {\"image\":6}",
            "/first/label {\"image\":7,\"class\":\"red\"}"),
        NodeScript.run(
            folder,
            BROWSER
                + """
                const next = (image) => { server.state = { ...state, next: [{ image, name: "" }] }; };
                await press("1");
                shown();
                next(6);
                await press("1");
                await press("1");
                await press("s");
                shown();
                next(7);
                await press("s");
                await press("s");
                elements.image.listeners.error();
                await press("1");
                """));
  }

  /** A run that is there has not failed. */
  @Test
  void training_networkThatCannotBeUsed_isCalledTrained() throws Exception {
    assertEquals(
        List.of(
            "Trained: runs/label, 2 of 3 right; the order of the images stays: no memory",
            "The training has ended.",
            "The training failed: no images",
            "The training failed."),
        NodeScript.run(
                folder,
                BROWSER
                    + """
                        shown();
                    const end = async (training) => {
                          server.state = { ...state, training: { running: true } };
                          await press("s");
                          server.state = { ...state, training };
                          await poll();
                          console.log(elements.training.textContent);
                          console.log(elements.announcement.textContent);
                        };
                        const ended = { running: false, step: 4, total: 4 };
                        await end({ ...ended, run: "runs/label", result: "2 of 3 right", failure: "no memory" });
                        await end({ ...ended, run: "", result: "", failure: "no images" });
                    """)
            .stream()
            .filter(line -> !line.startsWith("/"))
            .toList());
  }

  @Test
  void counts_imagesThatCannotBeRead_named() throws Exception {
    assertEquals(
        List.of("9 of 12 labelled, 3 cannot be read", "8 of 12 labelled, 1 skipped"),
        NodeScript.run(
                folder,
                BROWSER
                    + """
                    const count = async (of) => {
                      shown();
                      server.state = { ...state, total: 12, ...of };
                      await press("s");
                      console.log(elements.counts.textContent);
                    };
                    await count({ labeled: 9, unreadable: 3 });
                    await count({ labeled: 8, skipped: 1, unreadable: 0 });
                    """)
            .stream()
            .filter(line -> !line.startsWith("/"))
            .toList());
  }
}
