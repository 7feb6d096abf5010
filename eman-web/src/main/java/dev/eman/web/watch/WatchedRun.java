package dev.eman.web.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.annotations.VisibleForTesting;
import com.google.common.base.Ascii;
import dev.eman.core.io.HostName;
import dev.eman.train.RunFiles;
import dev.eman.train.options.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A run as its files show it: whether it trains, its curves, its latest confusion matrix and wrong
 * pseudo labels. The run need not know; its folder may be replaced or removed at any time. Not safe
 * for several threads.
 */
final class WatchedRun {
  /** What a run is doing. */
  enum Status {
    /** Its process is at work. */
    TRAINING,
    /** It has all of its results. */
    FINISHED,
    /** It has begun, and nobody works on it. */
    STOPPED,
    /** There is no run in its folder. */
    MISSING
  }

  /** Without a process that could be asked, a run whose metrics are older than that has stopped. */
  private static final Duration QUIET = Duration.ofMinutes(2);

  private static final String HERE = HostName.get();

  private static final ObjectMapper JSON = new ObjectMapper();

  private final RunFiles files;
  private final Clock clock;
  private final Curves curves = new Curves();
  private final MetricsTail tail;
  private final FileContent config;
  private final FileContent progress;
  private final FileContent record;
  private final FileContent evaluation;
  private final FileContent errors;
  private Instant written = Instant.EPOCH;
  private String note = "";
  private Status status = Status.MISSING;

  WatchedRun(Path folder, Clock clock) {
    this.files = new RunFiles(folder);
    this.clock = clock;
    tail = new MetricsTail(files.metrics(), curves);
    config = new FileContent(files.config(), text -> Yaml.tree(text, "config.yaml"));
    progress = new FileContent(files.progress(), JSON::readTree);
    record = new FileContent(files.record(), JSON::readTree);
    evaluation = new FileContent(files.evaluation(), JSON::readTree);
    errors = new FileContent(files.pseudoErrors(), JSON::readTree);
  }

  Path folder() {
    return files.root();
  }

  Curves curves() {
    return curves;
  }

  /** Reads what has changed. */
  void refresh() {
    config.refresh();
    progress.refresh();
    record.refresh();
    evaluation.refresh();
    errors.refresh();
    note = "";
    try {
      if (Files.exists(files.metrics())) {
        tail.poll();
        written = Files.getLastModifiedTime(files.metrics()).toInstant();
        if (Files.exists(files.progress())) { // Written at an evaluation, without metrics.
          Instant evaluated = Files.getLastModifiedTime(files.progress()).toInstant();
          written = evaluated.isAfter(written) ? evaluated : written;
        }
      } else if (curves.size() > 0) {
        tail.reset();
      }
    } catch (IOException e) { // It may have been removed just now.
      note = "metrics.csv cannot be read";
    }
    if (tail.damaged() > 0) {
      note = tail.damaged() + " rows of metrics.csv are damaged and not shown";
    }
    status = findStatus();
  }

  private Status findStatus() {
    if (!files.isBegun() && curves.size() == 0) {
      return Status.MISSING;
    }
    JsonNode now = progress.content();
    if (now.path("running").asBoolean()) {
      String host = now.path("host").asText();
      boolean here = host.isEmpty() || host.equals(HERE);
      return (here ? isAlive(now) : isRecent()) ? Status.TRAINING : Status.STOPPED;
    }
    if (record.content().isObject() && record.content().path("missing").isEmpty()) {
      return Status.FINISHED;
    }
    boolean known = now.isObject(); // Written by a version that says whether it runs.
    return !known && isRecent() ? Status.TRAINING : Status.STOPPED;
  }

  /** For processes that cannot be asked for. */
  private boolean isRecent() {
    return written.isAfter(clock.instant().minus(QUIET));
  }

  /** Whether the process that works on a run still does: numbers of processes are used again. */
  @VisibleForTesting
  static boolean isAlive(JsonNode progress) {
    Optional<ProcessHandle> process =
        ProcessHandle.of(progress.path("process").asLong()).filter(ProcessHandle::isAlive);
    JsonNode started = progress.path("process_started");
    return process.isPresent()
        && (!started.isNumber()
            || process
                .get()
                .info()
                .startInstant()
                .map(instant -> instant.toEpochMilli() == started.asLong())
                .orElse(true));
  }

  Status status() {
    return status;
  }

  /** What does not change while it trains: options, classes, what its accuracies are. */
  ObjectNode facts() {
    ObjectNode facts = JsonNodeFactory.instance.objectNode();
    facts.put("measured", measured());
    facts.set("classes", classes());
    facts.set("config", config.content().isObject() ? config.content() : null);
    return facts;
  }

  /** What changes as it trains, but for curves and pictures. */
  ObjectNode state() {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    state.put("status", Ascii.toLowerCase(status.name()));
    state.put("note", note);
    state.put("written", written.toEpochMilli());
    state.put("total", total());
    ObjectNode latest = state.putObject("latest");
    for (int c = 0; c < curves.columns().size(); c++) {
      if (!Double.isNaN(curves.newest(c))) {
        latest.put(curves.columns().get(c), curves.newest(c));
      }
    }
    state.put("confusion", progress.version() + "." + evaluation.version());
    state.put("errors", errors.version());
    return state;
  }

  /** The number of steps in all; 0 if nobody knows. */
  private long total() {
    JsonNode steps = record.content().path("training").path("steps");
    long told = progress.content().path("total_steps").asLong();
    if (told > 0 || steps.asLong() > 0) {
      return told > 0 ? told : steps.asLong();
    }
    JsonNode all = config.content();
    return all.has("limit-steps") ? all.path("limit-steps").asLong() : all.path("steps").asLong();
  }

  private String measured() {
    JsonNode told = progress.content().path("measured");
    return told.isTextual() ? told.asText() : "accuracy";
  }

  private JsonNode classes() {
    JsonNode told = progress.content().path("classes");
    JsonNode of = told.isArray() ? told : record.content().path("data").path("classes");
    return of.isArray() ? of : JsonNodeFactory.instance.arrayNode();
  }

  /**
   * The latest confusion matrices: {@code student}, {@code teacher}, {@code step} and what they are
   * of; empty if there are none.
   */
  ObjectNode confusion() {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    boolean last = status == Status.FINISHED && evaluation.content().path("student").isObject();
    JsonNode from = last ? evaluation.content() : progress.content();
    if (from.path("student").path("confusion").isArray()) {
      answer.set("student", from.path("student"));
      answer.set("teacher", from.path("teacher").isObject() ? from.path("teacher") : null);
      answer.set("classes", classes());
      if (!last) {
        answer.set("step", from.path("step"));
      }
      JsonNode of = record.content().path("measurement").path("tested_on");
      answer.put("measured", last && of.isTextual() ? "the " + of.asText() : measured());
    }
    return answer;
  }

  /** The latest most confident wrong predictions on unlabelled images; empty if there are none. */
  JsonNode errors() {
    return errors.content().isArray() ? errors.content() : JsonNodeFactory.instance.arrayNode();
  }
}
