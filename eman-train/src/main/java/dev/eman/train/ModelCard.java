package dev.eman.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Joiner;
import com.google.common.collect.Iterables;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.train.options.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What is known about an exported network, for those who get the file without the run: the data's
 * fingerprint, labels, method and options, accuracies overall and per class, limits, versions,
 * commit and command. It is written beside the file as {@value #NAME}.md for people and {@value
 * #NAME}.json for programs. Folders of the machine are left out.
 */
public final class ModelCard {
  /** The files' name without its ending. */
  public static final String NAME = "model-card";

  private static final JsonMapper JSON = new JsonMapper();
  private static final String FILE = "file";
  private static final String NAME_OF_FILE = "name";

  private final ObjectNode facts;

  private ModelCard(ObjectNode facts) {
    this.facts = facts;
  }

  /**
   * The card of an exported file.
   *
   * @param export the file, already written
   * @param format such as {@code onnx}
   * @param command that wrote it
   * @throws EmanException if the file, or one of the run's, cannot be read
   */
  public static ModelCard of(
      RunCheckpoint checkpoint, Network network, Path export, String format, String command) {
    return of(new CardFacts(checkpoint, network).toJson(), export, format, command);
  }

  /**
   * The card of an ONNX model of an encoder and a classifier behind it.
   *
   * @param export the file, already written
   * @param command that wrote it
   * @throws EmanException if the file cannot be read
   */
  public static ModelCard of(ClassifierFacts facts, Path export, String command) {
    return of(facts.toJson(), export, "onnx", command);
  }

  private static ModelCard of(ObjectNode facts, Path export, String format, String command) {
    ObjectNode card = JSON.createObjectNode();
    ObjectNode file = card.putObject(FILE);
    file.put(NAME_OF_FILE, String.valueOf(export.getFileName()));
    file.put("format", format);
    try {
      file.put("bytes", Files.size(export));
      file.put("sha256", MoreFiles.asByteSource(export).hash(Hashing.sha256()).toString());
    } catch (IOException e) {
      throw new EmanException("cannot read " + export + ": " + IoFailures.reason(e), e);
    }
    card.setAll(facts);
    card.put("command", command);
    return new ModelCard(card);
  }

  /** The card as a JSON object; a copy. */
  public ObjectNode toJson() {
    return facts.deepCopy();
  }

  /**
   * Writes both files beside the export, each whole or not at all: as {@value #NAME}, unless files
   * of this name are not a card of a file of the same name; then as the export's own name and
   * {@code .model-card}.
   *
   * @return the page
   * @throws EmanException if they cannot be written
   */
  public Path write(Path export) {
    Path folder = export.toAbsolutePath().getParent();
    String name = folder == null || isFreeOrOwn(folder) ? NAME : export.getFileName() + "." + NAME;
    Path page = export.resolveSibling(name + ".md");
    AtomicFiles.saveString(page.resolveSibling(name + ".json"), facts.toPrettyString() + "\n");
    AtomicFiles.saveString(page, toMarkdown());
    return page;
  }

  private boolean isFreeOrOwn(Path folder) {
    Path json = folder.resolve(NAME + ".json");
    if (!Files.exists(json)) {
      return !Files.exists(folder.resolve(NAME + ".md"));
    }
    try {
      JsonNode own = facts.path(FILE).path(NAME_OF_FILE);
      return JSON.readTree(Files.readAllBytes(json)).path(FILE).path(NAME_OF_FILE).equals(own);
    } catch (IOException e) {
      return false; // Somebody else's.
    }
  }

  /** The card as a page. */
  public String toMarkdown() {
    JsonNode model = facts.path("model");
    StringBuilder page = new StringBuilder();
    page.append("# ").append(text(facts.path(FILE).path(NAME_OF_FILE))).append("\n\n");
    page.append(
        model.has("encoder")
            ? String.format(
                Locale.ROOT,
                "The encoder %s with a classifier of its features, trained by %s on %s.\n\n",
                text(model.path("encoder")),
                text(model.path("algorithm")),
                text(model.path("dataset")))
            : String.format(
                Locale.ROOT,
                "A %s, the %s of a run of %s on %s, after %,d steps.\n\n",
                text(model.path("backbone")),
                text(model.path("network")),
                text(model.path("algorithm")),
                text(model.path("dataset")),
                model.path("steps").asLong()));
    section(page, "File", facts.path(FILE));
    section(page, "Input and output", model);
    section(page, "Data", facts.path("data"));
    accuracy(page, facts.path("accuracy"));
    page.append("## Limits\n");
    facts.path("limits").forEach(limit -> page.append("- ").append(text(limit)).append('\n'));
    page.append('\n');
    section(page, "Method and options", facts.path("options"));
    section(page, "Trained by", facts.path("program").path("trained_by"));
    section(page, "Exported by", facts.path("program").path("exported_by"));
    page.append("## Command\n    ")
        .append(facts.path("command").asText().replace('\n', ' '))
        .append('\n');
    return page.toString();
  }

  private static void section(StringBuilder page, String title, JsonNode facts) {
    page.append("## ").append(title).append("\n| | |\n|---|---|\n");
    facts
        .properties()
        .forEach(
            fact ->
                page.append("| ")
                    .append(fact.getKey().replace('_', ' '))
                    .append(" | ")
                    .append(text(fact.getValue()))
                    .append(" |\n"));
    page.append('\n');
  }

  private static void accuracy(StringBuilder page, JsonNode accuracy) {
    page.append("## Accuracy\n");
    if (!accuracy.has("top1")) {
      page.append("Not measured.\n\n");
      return;
    }
    page.append(
        String.format(
            Locale.ROOT,
            "Top-1 %.2f%%, top-5 %.2f%%, of %s%s.\n\n",
            100 * accuracy.path("top1").asDouble(),
            100 * accuracy.path("top5").asDouble(),
            text(accuracy.path("measured_on")),
            accuracy.has("images")
                ? String.format(Locale.ROOT, " (%,d)", accuracy.path("images").asLong())
                : ""));
    if (!accuracy.has("classes")) {
      return;
    }
    page.append("| class | images | recall | precision |\n|---|---|---|---|\n");
    for (JsonNode row : accuracy.path("classes")) {
      page.append(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %s | %s |\n",
              text(row.path("class")),
              row.path("images").asLong(),
              share(row.path("recall")),
              share(row.path("precision"))));
    }
    page.append('\n');
  }

  private static String share(JsonNode value) {
    return value.isNumber() ? String.format(Locale.ROOT, "%.1f%%", 100 * value.asDouble()) : "";
  }

  /** On one line, and no markup: class names are a user's. */
  private static String text(JsonNode value) {
    String text =
        value.isArray()
            ? Joiner.on(", ").join(Iterables.transform(value, JsonNode::asText))
            : value.isObject()
                ? Joiner.on(", ")
                    .join(
                        Iterables.transform(
                            value.properties(),
                            entry -> entry.getKey() + "=" + entry.getValue().asText()))
                : value.asText();
    return text.replaceAll("\\s+", " ").replaceAll("([\\\\|`*_<>\\[\\]#&])", "\\\\$1");
  }
}
