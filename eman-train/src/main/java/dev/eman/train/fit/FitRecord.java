package dev.eman.train.fit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.train.RunFiles;
import dev.eman.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@link Fit} has to remember of a run: the file {@code fit.json}.
 *
 * @param minutes the budget that its length was planned for
 * @param spentSeconds time that went into it up to its last checkpoint, choices and reports
 *     included
 * @param plan of the run, by steps as they were last measured
 * @param fingerprint of the images that the choice was made for
 * @param why what was chosen and why, in lines
 */
record FitRecord(
    double minutes, double spentSeconds, FitPlan plan, String fingerprint, List<String> why) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  FitRecord {
    why = List.copyOf(why);
  }

  /**
   * Reads a run's; empty if it was not begun by {@link Fit}.
   *
   * @throws EmanException if it is damaged
   */
  static Optional<FitRecord> read(RunFiles files) {
    Path file = files.fit();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(Files.readString(file), FitRecord.class));
    } catch (JsonProcessingException e) {
      throw new EmanException(
          file + ": expected what eman fit has written, found: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /** Deletes the record of a run that was killed between the record and its configuration. */
  static void discard(RunFiles files) {
    if (read(files).isPresent()) { // Nobody else's file of that name.
      try {
        Files.deleteIfExists(files.fit());
      } catch (IOException e) {
        throw new EmanException("cannot delete " + files.fit() + ": " + IoFailures.reason(e), e);
      }
    }
  }

  void write(RunFiles files) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("minutes", minutes);
    facts.put("spent_seconds", spentSeconds);
    facts.put("plan", JSON.valueToTree(plan));
    facts.put("fingerprint", fingerprint);
    facts.put("why", why);
    RunFolder.writeJson(files.fit(), facts);
  }

  FitRecord withPlan(FitPlan other) {
    return new FitRecord(minutes, spentSeconds, other, fingerprint, why);
  }

  FitRecord withSpent(double seconds) {
    return new FitRecord(minutes, seconds, plan, fingerprint, why);
  }
}
