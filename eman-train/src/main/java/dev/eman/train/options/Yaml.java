package dev.eman.train.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.eman.core.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads YAML of which nothing is dropped in silence. */
public final class Yaml {
  static final YAMLMapper MAPPER =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** A configuration has some hundred lines; a parser of YAML may take long over one line. */
  private static final int LONGEST = 1 << 18;

  private Yaml() {}

  /**
   * A text's tree: no repeated keys, further documents, aliases.
   *
   * @param where it is from, for messages
   * @throws UsageException if it is something else
   */
  public static JsonNode tree(String yaml, String where) {
    Checks.require(
        yaml.length() <= LONGEST,
        "%s: expected a configuration of at most %d characters, found %d",
        where,
        LONGEST,
        yaml.length());
    try {
      checkAliases(yaml, where);
      return MAPPER.readTree(yaml);
    } catch (JsonProcessingException e) {
      throw new UsageException(where + ": expected YAML, found: " + e.getOriginalMessage(), e);
    }
  }

  /** The parser would take an alias for the text of its name. */
  private static void checkAliases(String yaml, String where) throws JsonProcessingException {
    try (YAMLParser parser = MAPPER.getFactory().createParser(yaml)) {
      while (parser.nextToken() != null) {
        if (parser.isCurrentAlias()) {
          throw new UsageException(
              where + ": expected values, found the alias *" + parser.getText() + "; write it out");
        }
      }
    } catch (JsonProcessingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("a text cannot fail to be read", e);
    }
  }
}
