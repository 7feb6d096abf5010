package dev.eman.web.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMultiset;
import com.google.common.primitives.Ints;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.LockFile;
import dev.eman.core.io.OutputFiles;
import dev.eman.core.io.Printable;
import dev.eman.datasets.table.ImageTable;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.select.SelectionPool;
import dev.eman.train.select.SelectionStrategy;
import dev.eman.web.Assets;
import dev.eman.web.LocalServer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A page that shows which image to label next and takes its label. Every change is in the table
 * before the page shows the next image. Networks can be trained on the labels so far meanwhile;
 * what they are unsure of comes next then.
 */
public final class LabelPage implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Images that the browser is told of, so that it loads them before they are needed. */
  private static final int AHEAD = 4;

  /** Lost images that a note names; more are counted alone. */
  private static final int NAMED = 5;

  /**
   * What to label.
   *
   * @param photos folder of images
   * @param table file of the labels, made if it is not there
   * @param classes to choose from, beside those of the table
   * @param run whose networks choose images; null for none
   * @param runs folder for the runs that are trained here
   * @param training options of these runs, which override the usual ones
   * @param strategy how images are chosen, once there are the predictions that it needs; null for
   *     what is recommended
   */
  public record Settings(
      Path photos,
      Path table,
      List<String> classes,
      @Nullable Path run,
      Path runs,
      OptionTexts training,
      @Nullable SelectionStrategy strategy) {
    public Settings {
      classes = List.copyOf(classes);
    }
  }

  private final Settings settings;
  private final Photos photos;
  private final LabelSession session;
  private final Retraining retraining = new Retraining();
  private final LockFile lock;
  private final LocalServer server;

  /**
   * Names this start, after which images have other numbers: browsers keep images and open tabs,
   * and the next start often has the same port.
   */
  private final String round = UUID.randomUUID().toString();

  private boolean closed;

  private LabelPage(Settings settings, @Nullable Integer port, Consumer<String> notes) {
    this.settings = settings;
    LocalServer.checkPort(port);
    checkName(settings.table());
    Photos.checkFolder(settings.photos());
    OutputFiles.makeFolder(settings.table());
    lock = lock(settings.table());
    try {
      Path given = settings.run();
      @Nullable RunCheckpoint run = given == null ? null : RunCheckpoint.openResult(given);
      Set<Path> own = Set.of(settings.table(), lockFile(settings.table()));
      photos = Photos.read(settings.photos(), own, notes); // Last of what can fail: may be many.
      ImmutableList<String> names =
          IntStream.range(0, photos.size())
              .mapToObj(i -> photos.name(i, settings.table()))
              .collect(ImmutableList.toImmutableList());
      LabelTable table = LabelTable.open(settings.table(), names);
      noteLost(table, notes);
      session =
          new LabelSession(
              names,
              table,
              settings.classes(),
              SelectionPool.of(photos.descriptors()),
              settings.strategy());
      if (run != null) {
        session.use(NetworkView.of(run, photos.files()));
      }
      Assets assets =
          new Assets()
              .file("/", LabelPage.class, "label.html")
              .file("/label.css", LabelPage.class, "label.css")
              .file("/label.js", LabelPage.class, "label.js");
      server = LocalServer.start(port, assets, this::addRoutes);
    } catch (Throwable e) {
      release();
      throw e;
    }
  }

  /**
   * Opens the page; threads serve it until it is closed.
   *
   * @param port the user's choice, 0 for any; null for the usual
   * @param notes takes lines on images that were passed over
   * @throws UsageException if no port or no table is called so
   * @throws EmanException if there are no images, the table is another one or in use or its folder
   *     cannot be made, or the port is taken
   */
  public static LabelPage open(Settings settings, @Nullable Integer port, Consumer<String> notes) {
    return new LabelPage(settings, port, notes);
  }

  /** By its name it is known as a table when it is trained on. */
  private static void checkName(Path table) {
    if (!ImageTable.isTable(table)) {
      throw new UsageException(
          "--table: expected a name that ends in .csv or .tsv, as training takes no other for a"
              + " table, got "
              + table);
    }
  }

  private static void noteLost(LabelTable table, Consumer<String> notes) {
    List<String> lost = table.lost();
    if (!lost.isEmpty()) {
      notes.accept(
          String.format(
              Locale.ROOT,
              "%s: %,d %s not in the folder: %s%s; kept, but not trained on here; fit and train ask"
                  + " to remove %s",
              table.file(),
              lost.size(),
              lost.size() == 1 ? "row whose image is" : "rows whose images are",
              Printable.escape(String.join(", ", lost.subList(0, Math.min(NAMED, lost.size())))),
              lost.size() > NAMED ? ", ..." : "",
              lost.size() == 1 ? "it" : "them"));
    }
  }

  private static Path lockFile(Path table) {
    return table.resolveSibling("." + table.getFileName() + ".lock");
  }

  /** Beside the table itself: several folders may have links to one. */
  private static LockFile lock(Path table) {
    try {
      LockFile lock = LockFile.tryAcquire(lockFile(AtomicFiles.target(table)));
      if (lock == null) {
        throw new EmanException(table + " is in use by another process; wait until it has ended");
      }
      return lock;
    } catch (IOException e) {
      throw new EmanException("cannot lock " + table + ": " + IoFailures.reason(e), e);
    }
  }

  private void release() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new EmanException("cannot release " + lock + ": " + IoFailures.reason(e), e);
    }
  }

  /** Its address. */
  public String address() {
    return server.address();
  }

  private void addRoutes(RoutesConfig routes) {
    routes.get("/state", this::answer);
    routes.get("/images/" + round + "/{image}", this::image);
    post(routes, "label", body -> session.label(image(body), body.path("class").asText()));
    post(routes, "skip", body -> session.skip(image(body)));
    post(routes, "undo", body -> session.undo(body.path("change").asLong()));
    post(routes, "class", body -> session.addClass(body.path("class").asText()));
    post(routes, "train", body -> train());
    routes.exception(
        EmanException.class,
        (e, request) -> fail(request, status(e), String.valueOf(e.getMessage())));
  }

  private static int status(EmanException failure) {
    return failure instanceof StaleTabException
        ? 409
        : failure instanceof UsageException ? 400 : 500;
  }

  private interface Change {
    void by(JsonNode body);
  }

  private void post(RoutesConfig routes, String name, Change change) {
    routes.post("/{round}/" + name, request -> change(request, change));
  }

  private void change(Context request, Change change) {
    if (!request.pathParam("round").equals(round)) {
      fail(
          request,
          409,
          "this page was loaded before eman was started again; nothing was changed: reload it");
      return;
    }
    JsonNode body;
    try {
      body = JSON.readTree(request.body());
    } catch (JsonProcessingException e) {
      throw new UsageException("expected JSON, got something else", e);
    }
    change.by(body);
    answer(request);
  }

  private static void fail(Context request, int status, String message) {
    ObjectNode error = JsonNodeFactory.instance.objectNode().put("error", message);
    request.status(status).contentType("application/json").result(write(error));
  }

  private static int image(JsonNode body) {
    return body.path("image").isInt() ? body.path("image").asInt() : -1;
  }

  private void image(Context request) {
    Integer number = Ints.tryParse(request.pathParam("image"));
    if (number == null || number < 0 || number >= photos.size()) {
      throw new NotFoundResponse("no such image");
    }
    byte[] image = photos.encoded(number);
    request.contentType(image[0] == (byte) 0x89 ? "image/png" : "image/jpeg");
    request.header("Cache-Control", "private, max-age=600").result(image);
  }

  private void train() {
    ImmutableMultiset<String> labels = session.counts().labels();
    int known = labels.elementSet().size();
    if (known < 2) {
      throw new UsageException("expected labels of at least 2 classes to train on, found " + known);
    }
    boolean all = labels.size() == session.size();
    OptionTexts options =
        OptionTexts.empty()
            .with("algorithm", all ? "supervised" : "fixmatch")
            .with("labels", "100%")
            .with("size", "64")
            .with("batch", "16")
            .with("mu", "3")
            .with("steps", "400")
            .with("map-images", "0")
            .and(settings.training());
    retraining.start(
        settings.table(),
        options,
        settings.runs(),
        run -> session.use(NetworkView.of(RunCheckpoint.openResult(run), photos.files())));
  }

  private void answer(Context request) {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    LabelSession.Counts counts = session.counts();
    ArrayNode classes = state.putArray("classes");
    for (String name : session.classes()) {
      classes.addObject().put("name", name).put("count", counts.labels().count(name));
    }
    ArrayNode next = state.putArray("next");
    for (int image : session.next(AHEAD)) {
      ObjectNode one = next.addObject().put("image", image).put("name", photos.shortName(image));
      List<String> guess = session.guess(image);
      if (!guess.isEmpty()) {
        one.put("guess", guess.get(0)).put("sure", guess.get(1));
      }
    }
    state.put("round", round);
    state.put("images", "/images/" + round + "/");
    state.put("total", session.size());
    state.put("labeled", counts.labels().size());
    state.put("skipped", counts.skipped());
    state.put("unreadable", counts.unreadable());
    state.put("undo", session.lastChange());
    state.put("order", session.order());
    state.put("folder", settings.photos().toString());
    state.put("table", settings.table().toString());
    state.put("command", CommandLines.eman("fit", settings.table(), "--minutes", 30));
    Retraining.Progress progress = retraining.progress();
    ObjectNode training = state.putObject("training");
    training.put("running", progress.running());
    training.put("step", progress.step());
    training.put("total", progress.total());
    training.put("run", progress.run() == null ? "" : progress.run().toString());
    training.put("result", progress.result());
    training.put("failure", Ascii.truncate(progress.failure(), 300, "..."));
    request.contentType("application/json").result(write(state));
  }

  private static String write(JsonNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Stops a training, which can be resumed, and closes the page. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      server.close();
    } finally {
      photos.close();
      try {
        retraining.close();
      } finally {
        release();
      }
    }
  }
}
