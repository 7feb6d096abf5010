package dev.eman.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.eman.core.EmanException;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON in a run's folder that the end of a training writes beside the record. */
public final class SideFile {
  private static final JsonMapper JSON = new JsonMapper();

  private SideFile() {}

  /**
   * Reads a file.
   *
   * @param run the folder that it lies in
   * @return a missing node if there is no such file
   * @throws EmanException if it is damaged, also if it is empty; the message says what to do
   */
  public static JsonNode read(Path file, Path run) {
    if (!Files.exists(file)) {
      return MissingNode.getInstance();
    }
    try {
      JsonNode content = JSON.readTree(Files.readAllBytes(file));
      if (content.isMissingNode()) {
        throw new EmanException(damaged(file, run, "an empty file"));
      }
      return content;
    } catch (JsonProcessingException e) {
      // Not where it began, which is told with the name of the source in the program.
      String found = e.getOriginalMessage().replaceFirst("(?s) \\(start marker at .*", "");
      throw new EmanException(damaged(file, run, found), e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  private static String damaged(Path file, Path run, String found) {
    return file
        + " is damaged: expected JSON, found: "
        + found
        + "; "
        + CommandLines.eman("train", "--resume", run)
        + " writes it again";
  }
}
