package dev.eman.train.options;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.fuzz.Damage;
import dev.eman.core.fuzz.FuzzSettings;
import dev.eman.core.fuzz.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** Damaged configurations. YAML has no checksum: another value that a run understands passes. */
@AddLifecycleHook(FuzzSettings.class)
final class OptionTextsFuzzTest {
  private static final String WHERE = "some/config.yaml";

  private Path file;

  @BeforeProperty
  void makeFile() throws IOException {
    OptionTexts.empty().resolved(); // Loads the parsers.
    file = Files.createTempFile("config", ".yaml");
  }

  @AfterProperty
  void deleteFile() throws IOException {
    Files.delete(file);
  }

  @Provide
  Arbitrary<Damage> damage() {
    return Damage.any();
  }

  @Provide
  Arbitrary<byte[]> noise() {
    return Damage.noise();
  }

  @Property(tries = 300)
  void arguments_noise_errorOrNoArguments(@ForAll("noise") byte[] noise) throws Exception {
    String text = new String(noise, UTF_8); // It may be a comment.
    Reading.succeedsOrNames(WHERE, () -> assertTrue(OptionTexts.ofYaml(text, WHERE).isEmpty()));
  }

  @Property(tries = 200)
  void check_damaged_errorOrAConfiguration(@ForAll("damage") Damage damage) throws Exception {
    String sound = OptionTexts.empty().withSetting("threshold", "0.95").resolved();
    String text = new String(damage.to(sound.getBytes(UTF_8)), UTF_8);
    Reading.succeedsOrNames(WHERE, () -> OptionTexts.ofYaml(text, WHERE).resolve(WHERE));
  }

  /** Parts of YAML in any order. */
  @Property(tries = 500)
  void arguments_anyYaml_errorOrArguments(@ForAll("parts") List<String> parts) throws Exception {
    String text = String.join("", parts);
    Reading.succeedsOrNames(WHERE, () -> OptionTexts.ofYaml(text, WHERE).resolve(WHERE));
  }

  @Provide
  Arbitrary<List<String>> parts() {
    return Arbitraries.of(
            "seed: ",
            "set: ",
            "data: ",
            "lr: ",
            "\n",
            "\n  ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "&a ",
            "*a",
            "!!int ",
            "!!binary ",
            "!x ",
            "? ",
            ": ",
            "| ",
            ">\n",
            "'",
            "\"",
            "\\u",
            "0x",
            "1_",
            "0b",
            "1e999",
            "_",
            "-",
            "+",
            ".nan",
            "-.inf",
            "---\n",
            "...\n",
            "%YAML 9\n",
            "<<: ",
            "~",
            "null",
            "true",
            "2001-01-01",
            "12:30:45",
            "0o7",
            "99999999999999999999",
            "a",
            "#",
            "\t")
        .list()
        .ofMinSize(1)
        .ofMaxSize(16);
  }

  @Property(tries = 200)
  void arguments_fileOfAnyBytes_errorNamesIt(@ForAll("noise") byte[] noise) throws Exception {
    Files.write(file, noise);
    Reading.succeedsOrNames(file.toString(), () -> OptionTexts.read(file));
  }

  @Example
  void arguments_deepOrLong_error() throws Exception {
    for (String part : new String[] {"[", "{a: ", "- ", "? ", "!!x ", "&a ", "- - "}) {
      String text = "seed: " + part.repeat(20_000);
      assertFalse(
          Reading.succeedsOrNames(WHERE, () -> OptionTexts.ofYaml(text, WHERE)), "seed: " + part);
      String only = part.repeat(20_000);
      assertFalse(Reading.succeedsOrNames(WHERE, () -> OptionTexts.ofYaml(only, WHERE)), part);
    }
  }

  /** A parser may take long over very long text: it is not asked. */
  @Example
  void arguments_longerThanAnyConfiguration_error() {
    String text = "seed: " + "1".repeat(300_000);
    Reading.refuses(
        "at most 262144 characters, found 300006",
        text.length(),
        () -> OptionTexts.ofYaml(text, WHERE));
  }

  @Example
  void arguments_aliases_doNotMultiply() throws Exception {
    StringBuilder text = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (char c = 'b'; c < 'm'; c++) {
      String before = "*" + (char) (c - 1) + ", ";
      text.append(c).append(": &").append(c).append(" [").append(before.repeat(9)).append("x]\n");
    }
    assertFalse(Reading.succeedsOrNames(WHERE, () -> OptionTexts.ofYaml(text.toString(), WHERE)));
  }

  /** What YAML allows but no run could mean; none of it may be dropped in silence. */
  @Example
  void arguments_ambiguous_error() throws Exception {
    for (String text :
        new String[] {
          "seed: 1\nseed: 2\n",
          "seed: 1\n---\nseed: 2\n",
          "seed: 1\n\0\nset:\n  a: 2\n",
          "set:\n  a: 1\n  a: 2\n",
          "set:\n  a: {b: 1}\n",
          "set:\n  a: [1, 2]\n",
          "seed: &x 1\nset:\n  a: *x\n",
        }) {
      assertFalse(Reading.succeedsOrNames(WHERE, () -> OptionTexts.ofYaml(text, WHERE)), text);
    }
  }
}
