package dev.eman.web.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunListTest {
  @TempDir Path folder;

  private RunList list(Path... folders) {
    RunList list = new RunList(List.of(folders), Clock.systemUTC());
    list.refresh();
    return list;
  }

  @Test
  void refresh_folderOfRuns_newOnesGetTheNextNumbers() {
    WrittenRun.begin(folder.resolve("b"));
    RunList list = list(folder);
    assertEquals(List.of("b"), list.names());
    WrittenRun.begin(folder.resolve("a"));
    list.refresh();
    assertEquals(List.of("b", "a"), list.names());
    assertEquals(List.of(), list.waiting());
  }

  @Test
  void refresh_nothingYet_waits() throws IOException {
    Path later = folder.resolve("later");
    RunList list = list(later, Files.createDirectory(folder.resolve("empty")));
    assertEquals(List.of(later, folder.resolve("empty")), list.waiting());
    assertEquals(List.of(), list.names());
    WrittenRun.begin(later);
    list.refresh();
    assertEquals(List.of("later"), list.names());
  }

  @Test
  void names_sameFolderNames_withTheFolderAbove() {
    WrittenRun.begin(folder.resolve("x/run"));
    WrittenRun.begin(folder.resolve("y/run"));
    WrittenRun.begin(folder.resolve("y/other"));
    assertEquals(
        List.of("x/run", "other", "y/run"), list(folder.resolve("x"), folder.resolve("y")).names());
  }

  @Test
  void refresh_sameRunTwice_once() {
    WrittenRun.begin(folder.resolve("run"));
    assertEquals(
        List.of("run"), list(folder, folder.resolve("run"), folder.resolve("./run")).names());
  }

  @Test
  void refresh_moreThanCanBeShown_counted() {
    for (int i = 0; i < RunList.MOST_RUNS + 3; i++) {
      WrittenRun.begin(folder.resolve("run" + i));
    }
    RunList list = list(folder);
    assertEquals(RunList.MOST_RUNS, list.runs().size());
    assertEquals(3, list.leftOut());
  }

  @Test
  void refresh_moreThanCanBeShown_theLastWrittenOnes() throws IOException {
    for (int i = 0; i < RunList.MOST_RUNS + 3; i++) {
      WrittenRun run = WrittenRun.begin(folder.resolve("run" + (100 + i))).steps(1, 2);
      Files.setLastModifiedTime(run.files().metrics(), FileTime.fromMillis(1000L * i));
    }
    List<String> names = list(folder).names();
    assertEquals("run103", names.get(0));
    assertEquals("run" + (102 + RunList.MOST_RUNS), names.get(names.size() - 1));
  }
}
