package dev.eman.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.eval.Evaluation;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.encoder.OnnxImageModel;

/**
 * What is known about a classifier that was trained behind an encoder of another program, for the
 * model's metadata and its {@link ModelCard}.
 *
 * @param encoder the model's file, without its folder
 * @param method that trained the classifier, such as {@code linear} or {@code fixmatch}
 * @param dataset name of the data set, or of its folder without those above it
 * @param fingerprint of the training images
 * @param labels which were used, in words
 * @param classes their names, in the order of the logits
 * @param input how images are fed to the encoder, by name; {@code image_size} among it
 * @param testView how an image of another size is prepared, such as {@code imagenet-val}
 * @param orientation whether photos are turned as their files say
 * @param options of the training, by name
 * @param test its accuracy
 * @param measuredOn the images that this is of
 */
public record ClassifierFacts(
    String encoder,
    String method,
    String dataset,
    String fingerprint,
    String labels,
    ImmutableList<String> classes,
    ImmutableMap<String, String> input,
    String testView,
    Orientation orientation,
    ImmutableMap<String, String> options,
    Evaluation test,
    TestImages measuredOn) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String TEST_VIEW = "test_view";

  /** Checks the number of classes. */
  public ClassifierFacts {
    checkArgument(
        classes.size() == test.classes(),
        "classes: expected %s names, got %s",
        test.classes(),
        classes.size());
  }

  private int imageSize() {
    return Integer.parseInt(input.getOrDefault("image_size", "0"));
  }

  /** What the model itself says beside {@link #input}, by name. */
  public ImmutableMap<String, String> toTexts() {
    ArrayNode names = JSON.createArrayNode();
    classes.forEach(names::add);
    return ImmutableMap.of(
        OnnxImageModel.CLASSES,
        ExportFacts.json(names),
        "algorithm",
        method,
        "dataset",
        dataset,
        "encoder",
        encoder,
        TEST_VIEW,
        testView,
        OnnxImageModel.ORIENTATION,
        Ascii.toLowerCase(orientation.name()));
  }

  /** The card's facts, but for the file's own. */
  ObjectNode toJson() {
    ObjectNode card = JSON.createObjectNode();
    ObjectNode model = card.putObject("model");
    model.put("encoder", encoder).put("algorithm", method).put("dataset", dataset);
    classes.forEach(model.putArray("classes")::add);
    input.forEach(model::put);
    model.put(TEST_VIEW, testView);
    model.put(OnnxImageModel.ORIENTATION, Ascii.toLowerCase(orientation.name()));
    card.putObject("data").put("fingerprint", fingerprint).put("labels", labels);
    ObjectNode chosen = card.putObject("options");
    options.forEach(chosen::put);
    ObjectNode accuracy = card.putObject("accuracy");
    accuracy.put("measured_on", measuredOn.toString());
    accuracy.put("images", test.count());
    accuracy.put("top1", test.top1()).put("top5", test.top5());
    CardFacts.perClass(accuracy.putArray("classes"), classes, test::confusion);
    CardFacts.classifierLimits(accuracy, imageSize()).forEach(card.putArray("limits")::add);
    ObjectNode program = card.putObject("program");
    program.set("trained_by", CardFacts.ownProgram());
    program.set("exported_by", CardFacts.ownProgram());
    return card;
  }
}
