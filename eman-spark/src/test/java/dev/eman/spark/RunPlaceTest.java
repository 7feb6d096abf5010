package dev.eman.spark;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.train.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunPlaceTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;

  private Path begun(String name) throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Files.writeString(new RunFiles(run).config(), "algorithm: fixmatch");
    return run;
  }

  private static String folder(String wanted) {
    return new RunPlace(wanted, HADOOP).folder();
  }

  @Test
  void isStopRequested_fileSystemThatFails_saysWhatItCouldNotRead() {
    RunPlace place =
        new RunPlace(TestFileSystem.uri(folder), TestFileSystem.configure(new Configuration()));
    TestFileSystem.BUSY.set(1);

    EmanException failure = assertThrows(EmanException.class, place::isStopRequested);

    assertEquals(
        "cannot read " + TestFileSystem.uri(folder) + "/stop: 503 Slow Down", failure.getMessage());
    assertFalse(place.isStopRequested());
  }

  @Test
  void checkRun_unknownFileSystem_blamesTheAddress() {
    RunPlace place = new RunPlace("nofs://host/run", HADOOP);

    EmanException failure = assertThrows(EmanException.class, place::checkRun);

    assertTrue(
        failure
            .getMessage()
            .startsWith("nofs://host/run: expected a folder of a file system that Spark knows"),
        failure::getMessage);
  }

  /** The next run would be inside the first one. */
  @Test
  void firstFree_trailingSlashes_isBesideTheFirstRun() throws IOException {
    Path run = begun("run");
    Configuration hadoop = TestFileSystem.configure(new Configuration());

    for (String wanted : new String[] {run.toString(), "file:" + run, TestFileSystem.uri(run)}) {
      for (String slashes : new String[] {"", "/", "//"}) {
        assertEquals(
            run + "-2",
            RunPlace.firstFree(wanted + slashes, hadoop)
                .replaceFirst(TestFileSystem.SCHEME + "://", ""));
      }
    }
  }

  @Test
  void folder_rootOfAFileSystem_keepsItsSlash() {
    assertEquals("s3a://bucket/", folder("s3a://bucket/"));
    assertEquals("hdfs:///", folder("hdfs:///"));
    assertEquals("s3a://bucket/runs", folder("s3a://bucket/runs/"));
  }

  /** Characters that stand for themselves in a path, and not in a URI. */
  @ParameterizedTest
  @ValueSource(strings = {"plain", "a b ü%", "a%20b", "a#b?c:d"})
  void path_anyCharacters_isTheFolderOfThatName(String name) throws IOException {
    Path run = begun(name);
    for (String wanted : new String[] {run.toString(), "file:" + run}) {
      RunPlace place = new RunPlace(wanted, HADOOP);

      assertDoesNotThrow(place::checkRun);
      assertEquals(run + "-2", folder(RunPlace.firstFree(wanted, HADOOP)));
      place.requestStop();
      assertTrue(Files.exists(run.resolve("stop")));
      assertTrue(place.isStopRequested());
      place.forgetStop();
      Files.writeString(new RunFiles(run).last(), "weights");
      assertNotEquals("none", place.progress());
    }
  }
}
