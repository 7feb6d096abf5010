package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.core.EmanException;
import dev.eman.train.metrics.History;
import dev.eman.train.options.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunRecordTest {
  /** Run folders of an earlier version. */
  private static final Path GOLDEN = Path.of("../eman-cli/src/test/resources/golden");

  @TempDir private Path folder;

  private static JsonNode json(RunFiles run) throws IOException {
    return new ObjectMapper().readTree(run.record().toFile());
  }

  @ParameterizedTest
  @ValueSource(strings = {"supervised", "fixmatch", "mean-teacher", "moco", "byol"})
  void read_earlierVersion_writtenAgainTheSame(String algorithm) throws IOException {
    RunFiles golden = new RunFiles(GOLDEN.resolve(algorithm));
    RunRecord record = RunRecord.read(golden);
    assertEquals(algorithm, record.training().algorithm());
    RunFiles copy = new RunFiles(folder);
    record.write(copy);
    assertEquals(json(golden), json(copy));
    assertEquals(record, RunRecord.read(copy));
  }

  @Test
  void read_goldenFixMatch_everyPart() {
    RunRecord record = RunRecord.read(new RunFiles(GOLDEN.resolve("fixmatch")));
    assertEquals("fixmatch", record.name());
    assertEquals(12, record.training().steps());
    assertEquals("eman", record.training().teacher());
    assertEquals(Instant.parse("2026-11-28T03:46:08.258887553Z"), record.training().started());
    assertEquals("fashion-mnist-mini/train", record.data().dataset());
    assertEquals(10, record.data().classes().size());
    assertEquals(64, record.data().splitHash().length());
    assertTrue(record.measurement().isOfClassifier());
    assertEquals("0.1.0-SNAPSHOT", record.program().version());
    assertEquals(new History.Summary(0.116, 8, 0.112, 0.524, 0.109), record.results().teacher());
    assertEquals(OptionalDouble.of(0.117), record.results().testTop1(Network.STUDENT));
    assertEquals(OptionalDouble.of(0.112), record.results().testTop1(Network.TEACHER));
  }

  @Test
  void testImagesCounted_numberAndNounAgree() {
    assertEquals("test set", counted(null, null));
    assertEquals("test set of 1,200 images", counted("test set", 1200L));
    assertEquals("2 held-out images", counted("held-out images", 2L));
    assertEquals("1 validation image", counted("validation images", 1L));
  }

  private static String counted(@Nullable String what, @Nullable Long number) {
    return new RunRecord.Measurement("test", "classifier", what, 1L, number, null)
        .testImagesCounted();
  }

  @Test
  void read_noTeacher_isEmpty() {
    RunRecord record = RunRecord.read(new RunFiles(GOLDEN.resolve("supervised")));
    assertNull(record.results().teacher());
    assertEquals(OptionalDouble.empty(), record.results().testTop1(Network.TEACHER));
  }

  @Test
  void read_missing_saysSo() {
    RunFiles run = new RunFiles(folder);
    EmanException e = assertThrows(EmanException.class, () -> RunRecord.read(run));
    assertTrue(e.getMessage().contains("expected the record of a finished run at"), e::toString);
  }

  @Test
  void read_damaged_namesFileAndRemedy() throws IOException {
    RunFiles run = new RunFiles(folder);
    String sound = Files.readString(new RunFiles(GOLDEN.resolve("fixmatch")).record());
    for (String damaged :
        List.of(
            "",
            "[]",
            "{}",
            sound.substring(0, sound.length() / 2),
            sound.replace("\"steps\" : 12", "\"steps\" : \"many\""),
            sound.replace("\"steps\" : 12", "\"stepps\" : 12"),
            sound.replace("2026-11-28T", "yesterday"),
            sound.replace("\"results\"", "\"outcome\""))) {
      Files.writeString(run.record(), damaged);
      EmanException e = assertThrows(EmanException.class, () -> RunRecord.read(run), damaged);
      assertTrue(e.getMessage().startsWith(run.record() + " is damaged: "), e::toString);
      assertTrue(e.getMessage().contains("--resume"), e::toString);
    }
  }
}
