package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.EmanException;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumedOptionsTest {
  @TempDir private Path folder;

  /** Else the run would go on with the defaults, on other data. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "# dataset: photos\n"})
  void read_configurationWithoutOptions_isDamaged(String yaml) throws IOException {
    RunFiles files = new RunFiles(folder);
    Files.writeString(files.config(), yaml);
    EmanException e =
        assertThrows(EmanException.class, () -> ResumedOptions.read(files, OptionTexts.empty()));
    assertEquals(
        files.config()
            + " is damaged: expected the options of the run, found none; put back a copy of it",
        e.getMessage());
  }

  @Test
  void read_configurationWithAnOption_isTaken() throws IOException {
    RunFiles files = new RunFiles(folder);
    Files.writeString(files.config(), "algorithm: supervised\nsteps: 7\n");
    assertEquals(7, ResumedOptions.read(files, OptionTexts.empty()).now().schedule().steps());
  }
}
