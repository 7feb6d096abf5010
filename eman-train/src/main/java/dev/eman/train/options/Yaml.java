package dev.eman.train.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.eman.core.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads YAML strictly: nothing is silently dropped. */
public final class Yaml {
  static final YAMLMapper MAPPER =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** A configuration has about a hundred lines; a YAML parser may be very slow on one long line. */
  private static final int LONGEST = 1 << 18;

  private Yaml() {}

  /**
   * Parses a text; refuses repeated keys, further documents and aliases.
   *
   * @param where its origin, for messages
   * @throws UsageException if it is not such YAML
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
    } catch (MismatchedInputException e) { // Of a tree, only what comes behind it.
      throw new UsageException(where + ": expected one document, found more (behind ---)", e);
    } catch (JsonProcessingException e) {
      throw new UsageException(where + ": expected YAML, found: " + e.getOriginalMessage(), e);
    }
  }

  /** Without this check the parser would read an alias as the text of its name. */
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
      throw new UncheckedIOException("unexpected failure while reading a string", e);
    }
  }
}
