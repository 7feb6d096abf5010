package dev.eman.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import dev.eman.train.metrics.History;
import dev.eman.train.options.Network;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.Yaml;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a run's checkpoint and the other files of its folder say about one of its networks. */
final class CardFacts {
  private static final JsonMapper JSON = new JsonMapper();

  /** A class with fewer test images has a recall that says little. */
  private static final int FEW = 30;

  private final RunCheckpoint checkpoint;
  private final Network network;
  private final Optional<RunFiles> files;
  private final Optional<RunRecord> record;

  CardFacts(RunCheckpoint checkpoint, Network network) {
    this.checkpoint = checkpoint;
    this.network = network;
    this.files = checkpoint.runFiles().filter(run -> Files.exists(run.record()));
    this.record = files.map(RunRecord::read);
  }

  ObjectNode toJson() {
    ObjectNode card = JSON.createObjectNode();
    card.set("model", model());
    card.set("data", data());
    card.set("options", options());
    ObjectNode accuracy = accuracy();
    card.set("accuracy", accuracy);
    limits(accuracy).forEach(card.putArray("limits")::add);
    card.set("program", program());
    return card;
  }

  private ObjectNode model() {
    return checkpoint.exportFacts(network).toJson().put("steps", checkpoint.steps());
  }

  private ObjectNode data() {
    ObjectNode data = JSON.createObjectNode();
    data.put("fingerprint", checkpoint.dataFingerprint());
    data.put("split_hash", checkpoint.splitHash());
    record.ifPresent(
        run -> {
          data.put("labels", run.data().split());
          TrainingImages.Counts counts = run.images();
          if (counts != null) {
            data.put("images", counts.toString());
          }
        });
    return data;
  }

  /** All options, without the folders that a user's files lie in. */
  private JsonNode options() {
    ObjectNode options =
        (ObjectNode) Yaml.tree(checkpoint.optionTexts().asRecorded().yaml(), "options");
    for (TrainingOption<?> option : TrainingOptions.all()) {
      JsonNode value = options.get(option.name());
      if (value != null && option.place(value.asText()).isPresent()) {
        options.put(option.name(), lastName(value.asText()));
      }
    }
    return options;
  }

  static String lastName(String path) {
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  private ObjectNode accuracy() {
    ObjectNode accuracy = JSON.createObjectNode();
    boolean tested = record.isPresent() && record.get().testedStep() == checkpoint.steps();
    if (tested && checkpoint.classifies()) {
      JsonNode evaluation = evaluation().path(network.label());
      if (evaluation.path("confusion").isArray()) {
        accuracy.put("measured_on", record.get().measurement().testImages());
        accuracy.set("images", evaluation.path("count"));
        accuracy.set("top1", evaluation.path("top1"));
        accuracy.set("top5", evaluation.path("top5"));
        JsonNode confusion = evaluation.path("confusion");
        perClass(
            accuracy.putArray("classes"),
            checkpoint.classNames(),
            (truth, found) -> confusion.path(truth).path(found).asLong());
        return accuracy;
      }
    }
    History history = checkpoint.history();
    History.Summary summary = history.summary(network == Network.TEACHER);
    if (summary != null) {
      accuracy.put("measured_on", duringTraining());
      accuracy.put("measured_at_step", history.lastStep());
      accuracy.put("top1", summary.finalTop1());
      accuracy.put("top5", summary.finalTop5());
    }
    return accuracy;
  }

  private String duringTraining() {
    return record
        .map(
            run ->
                run.measurement().chosenOn()
                    + " images during training"
                    + (run.measurement().isOfClassifier()
                        ? ""
                        : ", by " + run.measurement().measuredBy()))
        .orElse("images that the run evaluated during training");
  }

  private JsonNode evaluation() {
    RunFiles run = files.orElseThrow();
    return SideFile.read(run.evaluation(), run.root());
  }

  /** How many images of a class were taken for another one. */
  interface Confusion {
    long of(int truth, int predicted);
  }

  static void perClass(ArrayNode classes, ImmutableList<String> names, Confusion confusion) {
    for (int k = 0; k < names.size(); k++) {
      long images = 0;
      long predicted = 0;
      for (int j = 0; j < names.size(); j++) {
        images += confusion.of(k, j);
        predicted += confusion.of(j, k);
      }
      long correct = confusion.of(k, k);
      ObjectNode row = classes.addObject();
      row.put("class", names.get(k));
      row.put("images", images);
      putShare(row, "recall", correct, images);
      putShare(row, "precision", correct, predicted);
    }
  }

  private static void putShare(ObjectNode row, String name, long part, long all) {
    if (all == 0) {
      row.putNull(name);
    } else {
      row.put(name, (double) part / all);
    }
  }

  private static String sizeLimit(int size) {
    return String.format(
        Locale.ROOT,
        "Images are seen at %d x %d pixels; accuracy on images unlike those it was trained and"
            + " measured on is not known.",
        size,
        size);
  }

  /** The limits of any classifier. */
  static ImmutableList<String> classifierLimits(ObjectNode accuracy, int size) {
    ImmutableList.Builder<String> limits = ImmutableList.builder();
    limits.add(sizeLimit(size));
    limits.add(
        "It knows these classes alone and answers with one of them for any image; probabilities are"
            + " not calibrated.");
    if (!accuracy.has("top1")) {
      limits.add("Its accuracy was not measured.");
    } else if (!accuracy.has("classes")) {
      limits.add(
          "Accuracies per class are not recorded for this checkpoint: eman evaluate measures"
              + " them.");
    }
    String few = few(accuracy);
    if (!few.isEmpty()) {
      limits.add("Measured on fewer than " + FEW + " images: " + few + ".");
    }
    return limits.build();
  }

  private ImmutableList<String> limits(ObjectNode accuracy) {
    if (!checkpoint.classifies()) {
      return ImmutableList.of(sizeLimit(checkpoint.imageSize()), "It gives features, not classes.");
    }
    ImmutableList.Builder<String> limits = ImmutableList.builder();
    limits.addAll(classifierLimits(accuracy, checkpoint.imageSize()));
    record
        .map(run -> run.measurement().chosenOn())
        .filter(set -> accuracy.path("measured_on").asText().startsWith(set + " "))
        .ifPresent(
            set ->
                limits.add(
                    "The "
                        + set
                        + " images were evaluated during training, too; a checkpoint that was"
                        + " chosen by them (best) looks better on them than on others."));
    return limits.build();
  }

  private static String few(ObjectNode accuracy) {
    StringBuilder names = new StringBuilder();
    for (JsonNode row : accuracy.path("classes")) {
      if (row.path("images").asLong() < FEW) {
        names.append(names.isEmpty() ? "" : ", ").append(row.path("class").asText());
      }
    }
    return names.toString();
  }

  private ObjectNode program() {
    ObjectNode program = JSON.createObjectNode();
    ObjectNode trained = program.putObject("trained_by");
    RunRecord.@Nullable Program of = record.map(RunRecord::program).orElse(null);
    trained.put("version", of == null ? "unknown" : of.version());
    trained.put("commit", of == null ? "unknown" : of.commit());
    trained.put("backend", of == null ? "unknown" : of.backend());
    program.set("exported_by", ownProgram());
    return program;
  }

  /** This program. */
  static ObjectNode ownProgram() {
    return JSON.createObjectNode()
        .put("version", Provenance.version())
        .put("commit", Provenance.commit());
  }
}
