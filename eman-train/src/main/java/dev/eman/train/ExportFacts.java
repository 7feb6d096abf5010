package dev.eman.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableDoubleArray;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.encoder.OnnxImageModel;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.ViewOptions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an exported file says about its network: all that is needed to give it images. It names no
 * folder of the machine that it was trained on.
 *
 * @param backbone the architecture's name
 * @param network which of the run's networks it is
 * @param algorithm that trained it
 * @param dataset name of the data set, or of its folder without those above it
 * @param classes their names, in the order of the logits; empty for a network without classifier
 * @param imageSize width and height in pixels
 * @param statistics mean and deviation that images are normalised by, of values from 0 to 1
 * @param testView how an image of another size is prepared, such as {@code imagenet-val}
 * @param orientation whether photos are turned as their files say
 */
public record ExportFacts(
    String backbone,
    Network network,
    String algorithm,
    String dataset,
    ImmutableList<String> classes,
    int imageSize,
    ChannelStatistics statistics,
    String testView,
    Orientation orientation) {
  /** ONNX Runtime's Java interface garbles what is outside the basic plane of Unicode. */
  private static final ObjectWriter ASCII =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build().writer();

  private static final JsonMapper JSON = new JsonMapper();
  private static final String BACKBONE = "backbone";
  private static final String IMAGE_SIZE = "image_size";
  private static final String TEST_VIEW = "test_view";
  private static final String ORIENTATION = OnnxImageModel.ORIENTATION;
  private static final String MEAN = "mean";
  private static final String DEVIATION = "deviation";

  /** As a JSON object. */
  public ObjectNode toJson() {
    ObjectNode facts = JSON.createObjectNode();
    facts.put(BACKBONE, backbone);
    facts.put("network", network.name().toLowerCase(Locale.ROOT));
    facts.put("algorithm", algorithm);
    facts.put("dataset", dataset);
    classes.forEach(facts.putArray("classes")::add);
    facts.put(IMAGE_SIZE, imageSize);
    put(facts.putArray(MEAN), statistics.mean());
    put(facts.putArray(DEVIATION), statistics.deviation());
    facts.put(TEST_VIEW, testView);
    facts.put(ORIENTATION, Ascii.toLowerCase(orientation.name()));
    return facts;
  }

  private static void put(ArrayNode array, ImmutableDoubleArray values) {
    values.forEach(array::add);
  }

  /** As text by name, for metadata that hold nothing else: numbers and lists as JSON. */
  public ImmutableMap<String, String> toTexts() {
    ImmutableMap.Builder<String, String> texts = ImmutableMap.builder();
    for (Map.Entry<String, JsonNode> fact : toJson().properties()) {
      JsonNode value = fact.getValue();
      texts.put(fact.getKey(), value.isTextual() ? value.textValue() : json(value));
    }
    return texts.buildOrThrow();
  }

  /** In characters of ASCII. */
  static String json(JsonNode value) {
    try {
      return ASCII.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The options of a network that follow from an exported file.
   *
   * @param texts from {@link #toTexts}; those of other programs give none
   */
  static OptionTexts options(Map<String, String> texts) {
    OptionTexts options = OptionTexts.empty();
    if (!isOurs(texts)) {
      return options;
    }
    options = with(options, TrainingOptions.BACKBONE, texts.get(BACKBONE));
    options = with(options, DataOptions.SIZE, texts.get(IMAGE_SIZE));
    options = with(options, DataOptions.ORIENTATION, texts.get(ORIENTATION));
    return with(options, ViewOptions.TEST, texts.get(TEST_VIEW));
  }

  /**
   * What images are normalised by for an exported network.
   *
   * @param texts from {@link #toTexts}; those of other programs, or damaged ones, give none
   */
  static Optional<ChannelStatistics> statistics(Map<String, String> texts) {
    if (!isOurs(texts)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          ChannelStatistics.of(numbers(texts.get(MEAN)), numbers(texts.get(DEVIATION))));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean isOurs(Map<String, String> texts) {
    return texts.containsKey(BACKBONE) && texts.containsKey(TEST_VIEW);
  }

  private static double[] numbers(@Nullable String list) throws JsonProcessingException {
    double[] numbers = JSON.readValue(list == null ? "[]" : list, double[].class);
    return numbers == null ? new double[0] : numbers; // Of the text "null".
  }

  private static OptionTexts with(
      OptionTexts options, TrainingOption<?> option, @Nullable String text) {
    return text == null ? options : options.with(option, text);
  }
}
