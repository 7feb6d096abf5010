package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.LinearLayer;
import dev.eman.datasets.image.Orientation;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class ClassifierFactsTest {
  private static final ImmutableList<String> CLASSES =
      ImmutableList.of("caf\u00e9", "\ud83d\udc31");

  private static ClassifierFacts facts(ImmutableList<String> classes) {
    LinearLayer identity =
        new LinearLayer(Nd4j.eye(2).castTo(DataType.FLOAT), Nd4j.zeros(DataType.FLOAT, 1, 2));
    Evaluation test =
        identity.evaluate(
            new Features(
                Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}}),
                ImmutableIntArray.of(0, 1, 1)));
    return new ClassifierFacts(
        "encoder.onnx",
        "fixmatch",
        "photos",
        "f00d",
        "10/class",
        classes,
        ImmutableMap.of("image_size", "8", "mean", "[0.5]"),
        "imagenet-val",
        Orientation.IGNORE,
        ImmutableMap.of("steps", "20"),
        test,
        TestImages.HELD_OUT);
  }

  /** As ONNX Runtime's Java interface gives them back unharmed. */
  @Test
  void toTexts_namesOfAnyScript_asciiThatIsTheSame() throws IOException {
    ImmutableMap<String, String> texts = facts(CLASSES).toTexts();
    String names = String.valueOf(texts.get("classes"));
    assertTrue(CharMatcher.ascii().matchesAllOf(names), names);
    JsonNode read = new JsonMapper().readTree(names);
    assertEquals(CLASSES.get(0), read.path(0).asText());
    assertEquals(CLASSES.get(1), read.path(1).asText());
    assertEquals("ignore", texts.get("orientation"));
  }

  @Test
  void toJson_evaluation_perClassAndLimits() {
    JsonNode card = facts(CLASSES).toJson();
    assertEquals(2.0 / 3, card.path("accuracy").path("top1").asDouble(), 1e-12);
    assertEquals("held-out images", card.path("accuracy").path("measured_on").asText());
    assertEquals(0.5, card.path("accuracy").path("classes").path(1).path("recall").asDouble());
    assertEquals(0.5, card.path("accuracy").path("classes").path(0).path("precision").asDouble());
    assertEquals("[0.5]", card.path("model").path("mean").asText());
    assertTrue(card.path("limits").path(0).asText().contains("8 x 8"), card::toString);
    assertTrue(card.path("limits").path(2).asText().contains("fewer than 30"), card::toString);
  }

  @Test
  void construct_moreNamesThanClasses_refused() {
    assertThrows(IllegalArgumentException.class, () -> facts(ImmutableList.of("a", "b", "c")));
  }
}
