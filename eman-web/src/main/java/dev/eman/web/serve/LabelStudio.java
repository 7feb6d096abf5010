package dev.eman.web.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import dev.eman.core.EmanException;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.train.BatchingClassifier;
import dev.eman.train.ImageClassifier.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages that Label Studio sends to a machine learning backend: a project's labelling
 * configuration, and tasks to be labelled. A prediction is the likeliest class with its
 * probability; an image that cannot be read has none, and is named in the log.
 */
public final class LabelStudio {
  private static final Logger LOG = LoggerFactory.getLogger(LabelStudio.class);

  /** Encoded images in memory, of up to 64 MiB each; a request may be for thousands. */
  private static final int AT_A_TIME = 16;

  private final BatchingClassifier classifier;
  private final StudioImages images;
  private final String version;
  private @Nullable String warnedOf;

  /**
   * Of a classifier.
   *
   * @param images where tasks' images are found
   * @param version names the model; Label Studio keeps it with each prediction
   */
  public LabelStudio(BatchingClassifier classifier, StudioImages images, String version) {
    this.classifier = classifier;
    this.images = images;
    this.version = version;
  }

  /**
   * A project was connected.
   *
   * @param message has {@code schema}, the labelling configuration
   * @throws EmanException if that does not ask for one class of an image, or for none that the
   *     network knows
   */
  JsonNode setup(JsonNode message) {
    String schema = message.path("schema").asText();
    if (!schema.isBlank()) { // Empty before the project has one.
      compare(StudioConfig.parse(schema));
    }
    return JsonNodeFactory.instance.objectNode().put("model_version", version);
  }

  /**
   * Predictions are asked for.
   *
   * @param message has {@code tasks} and {@code label_config}
   * @throws EmanException as for {@link #setup}
   */
  JsonNode predict(JsonNode message) {
    StudioConfig config = StudioConfig.parse(message.path("label_config").asText());
    compare(config);
    ObjectNode reply = JsonNodeFactory.instance.objectNode();
    reply.put("model_version", version);
    ArrayNode results = reply.putArray("results");
    for (List<JsonNode> tasks : Iterables.partition(message.path("tasks"), AT_A_TIME)) {
      List<@Nullable CompletableFuture<ImmutableList<Prediction>>> answers = new ArrayList<>();
      for (JsonNode task : tasks) {
        answers.add(begin(task, config));
      }
      for (CompletableFuture<ImmutableList<Prediction>> answer : answers) {
        add(likeliest(answer), config, results.addObject());
      }
    }
    return reply;
  }

  private void add(@Nullable Prediction likeliest, StudioConfig config, ObjectNode result) {
    result.put("model_version", version);
    result.put("score", likeliest == null ? 0 : likeliest.probability());
    ArrayNode regions = result.putArray("result");
    if (likeliest != null && config.choices().contains(likeliest.className())) {
      ObjectNode region = regions.addObject();
      region.put("from_name", config.name()).put("to_name", config.toName());
      region.put("type", "choices").put("score", likeliest.probability());
      region.putObject("value").putArray("choices").add(likeliest.className());
    }
  }

  private @Nullable CompletableFuture<ImmutableList<Prediction>> begin(
      JsonNode task, StudioConfig config) {
    String source = task.path("data").path(config.data()).asText();
    try {
      if (source.isEmpty()) {
        throw new EmanException("expected an image as " + config.data() + ", found none");
      }
      return classifier.classify(images.read(source), StudioImages.name(source));
    } catch (EmanException e) {
      LOG.warn("task {}: {}", task.path("id").asText("?"), e.getMessage());
      return null;
    }
  }

  private static @Nullable Prediction likeliest(
      @Nullable CompletableFuture<ImmutableList<Prediction>> answer) {
    try {
      return answer == null ? null : answer.join().get(0);
    } catch (CompletionException e) {
      if (e.getCause() instanceof CorruptImageException corrupt) {
        LOG.warn("{}", corrupt.getMessage());
        return null;
      }
      throw new EmanException("an image could not be classified: " + e.getCause(), e);
    }
  }

  /** Names classes that only one side has, once for each configuration. */
  private synchronized void compare(StudioConfig config) {
    List<String> unknown = new ArrayList<>(config.choices());
    unknown.removeAll(classifier.classNames());
    List<String> missing = new ArrayList<>(classifier.classNames());
    missing.removeAll(config.choices());
    if (missing.size() == classifier.classNames().size()) {
      throw new EmanException(
          "expected choices that are classes of the network ("
              + String.join(", ", classifier.classNames())
              + "), found "
              + String.join(", ", config.choices()));
    }
    String difference = unknown + " " + missing;
    if ((!unknown.isEmpty() || !missing.isEmpty()) && !difference.equals(warnedOf)) {
      LOG.warn(
          "Label Studio's choices and the network's classes differ: the network does not know {};"
              + " images of {} get no prediction",
          unknown.isEmpty() ? "(all known)" : String.join(", ", unknown),
          missing.isEmpty() ? "(no class)" : String.join(", ", missing));
    }
    warnedOf = difference;
  }
}
