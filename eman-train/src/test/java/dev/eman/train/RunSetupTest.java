package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.train.TrainingListener;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A start that fails at any stage leaves no thread, no open file, and no change in the folder. */
@Isolated // Threads and open files are counted.
class RunSetupTest {
  private static final TrainingListener QUIET = new TrainingListener() {};

  private static final OptionTexts LONGER = OptionTexts.empty().with("steps", "6");

  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void sound() {
    folder = temporary.resolve("new/run");
    BreakableData.fault = BreakableData.Fault.NOTHING;
    BreakableData.OPEN.clear();
  }

  @AfterEach
  void repair() {
    BreakableData.fault = BreakableData.Fault.NOTHING;
  }

  /** Two workers, so that their threads are there to be left behind. */
  private static TrainingOptions options(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--dataset=breakable",
                "--algorithm=supervised",
                "--labels=10/class",
                "--backbone=resnet8-w4",
                "--batch=4",
                "--steps=4",
                "--checkpoint-every=2",
                "--evaluate-every=2",
                "--devices=2",
                "--workers=2"));
    arguments.addAll(List.of(more));
    return Texts.parse(arguments);
  }

  private Throwable startFails(TrainingOptions options, TrainingListener listener)
      throws IOException {
    Throwable failure =
        assertThrows(Throwable.class, () -> TrainingRun.start(options, folder, listener).close());
    assertNothingIsOpen();
    assertFalse(Files.exists(temporary.resolve("new")), "a folder stays");
    return failure;
  }

  private void assertNothingIsOpen() throws IOException {
    assertEquals(List.of(), BreakableData.OPEN, "data");
    assertEquals(List.of(), threads(), "threads");
    Path descriptors = Path.of("/proc/self/fd");
    if (Files.isDirectory(descriptors)) {
      String below = temporary.toRealPath().toString();
      try (Stream<Path> all = Files.list(descriptors)) {
        assertEquals(
            List.of(),
            all.map(RunSetupTest::target).filter(file -> file.startsWith(below)).toList(),
            "files");
      }
    }
  }

  /** Names of the threads of pipelines and workers that do not end. */
  private static List<String> threads() {
    List<String> alive = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("eman-data") || thread.getName().startsWith("eman-worker")) {
        try {
          thread.join(5000); // One that has been ended may need a moment for its last lines.
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        if (thread.isAlive()) {
          alive.add(thread.getName());
        }
      }
    }
    return alive;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // Closed meanwhile.
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--dataset=unknown",
        "--data=/nowhere",
        "--labels-file=/nowhere/list.txt",
        "--validation=0.99",
        "--backbone=unknown",
        "--init=/nowhere/last.ckpt",
      })
  void start_wrongOption_leavesNothing(String option) throws IOException {
    startFails(options(option), QUIET);
  }

  @ParameterizedTest
  @EnumSource(
      value = BreakableData.Fault.class,
      names = {"NOTHING", "OTHER_TEST_IMAGES", "TEST_IMAGE_CORRUPT", "CLOSING_FAILS"},
      mode = EnumSource.Mode.EXCLUDE)
  void start_dataFail_leavesNothing(BreakableData.Fault fault) throws IOException {
    BreakableData.fault = fault;
    startFails(options(), QUIET);
  }

  @Test
  void start_outOfMemory_isThrownAsItIs() throws IOException {
    BreakableData.fault = BreakableData.Fault.OUT_OF_MEMORY;
    assertEquals("for the test images", startFails(options(), QUIET).getMessage());
  }

  private static RunListener onStart(Runnable action) {
    return new RunListener() {
      @Override
      public void onStart(RunStart start) {
        action.run();
      }
    };
  }

  private static RunListener failing() {
    return onStart(
        () -> {
          throw new IllegalStateException("no terminal");
        });
  }

  /** A folder where a file should go. */
  private static RunListener blocking(Path file) {
    return onStart(
        () -> {
          try {
            Files.createDirectory(file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void start_listenerFails_leavesNothing() throws IOException {
    assertEquals("no terminal", startFails(options(), failing()).getMessage());
  }

  @Test
  void start_filesCannotBeWritten_leavesNothing() throws IOException {
    RunFiles files = new RunFiles(folder);
    for (Path file : List.of(files.events(), files.config())) {
      Throwable failure = startFails(options(), blocking(file));
      assertTrue(failure.getMessage().contains("cannot write " + file), failure::toString);
    }
  }

  @Test
  void start_closingFailsAsWell_theCauseIsThrownAndTheOthersSuppressed() {
    BreakableData.fault = BreakableData.Fault.CLOSING_FAILS;
    Throwable failure =
        assertThrows(
            IllegalStateException.class, () -> TrainingRun.start(options(), folder, failing()));
    assertEquals("no terminal", failure.getMessage());
    Throwable test = failure.getSuppressed()[0];
    assertEquals("cannot close TEST", test.getMessage());
    assertEquals("cannot close TRAIN", test.getSuppressed()[0].getMessage());
    assertFalse(Files.exists(folder));
  }

  @Test
  void start_userFolder_isLeftAsItWas() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("notes.txt"), "mine");
    assertThrows(
        IllegalStateException.class, () -> TrainingRun.start(options(), folder, failing()));
    Map<String, String> after = content();
    assertEquals(Map.of("notes.txt", "mine"), after);
    assertNothingIsOpen();
  }

  /** The folder's files but the lock. */
  private Map<String, String> content() throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!file.endsWith("lock") && Files.isRegularFile(file)) {
          content.put(
              String.valueOf(file.getFileName()),
              new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        }
      }
    }
    return content;
  }

  private RunFiles begun() throws IOException {
    try (TrainingRun run = TrainingRun.start(options(), folder)) {
      assertTrue(run.train());
    }
    return new RunFiles(folder);
  }

  private void resumeFails(TrainingListener... listeners) throws IOException {
    Map<String, String> before = content();
    assertThrows(Throwable.class, () -> TrainingRun.resume(folder, listeners).close());
    assertNothingIsOpen();
    assertEquals(before, content());
  }

  @Test
  void resume_anyStageFails_folderIsUntouched() throws IOException {
    RunFiles files = begun();
    assertNothingIsOpen();
    for (BreakableData.Fault fault :
        List.of(
            BreakableData.Fault.TRAINING_IMAGES_MISSING,
            BreakableData.Fault.TEST_IMAGES_MISSING,
            BreakableData.Fault.OUT_OF_MEMORY,
            BreakableData.Fault.ANOTHER_NUMBER_OF_CHANNELS)) {
      BreakableData.fault = fault;
      resumeFails();
    }
    BreakableData.fault = BreakableData.Fault.NOTHING;
    resumeFails(failing());
    for (Path file : List.of(files.config(), files.split(), files.last(), files.metrics())) {
      byte[] sound = Files.readAllBytes(file);
      Files.write(file, "damaged\n".getBytes(StandardCharsets.UTF_8));
      resumeFails();
      Files.write(file, sound);
    }
    Files.delete(files.events());
    resumeFails(blocking(files.events()));
    Files.delete(files.events());
    Files.writeString(files.metrics(), "damaged\n");
    resumeFails(); // The event file that was made for it is gone.
  }

  /** A folder with a file in it where a file was, which is put aside. */
  private static RunListener replacing(Path file, Path aside) {
    return onStart(
        () -> {
          try {
            Files.move(file, aside);
            Files.createDirectory(file);
            Files.writeString(file.resolve("mine"), "mine");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void resume_longerRunWhoseFilesCannotBeWritten_keepsItsResults() throws IOException {
    RunFiles files = begun();
    try (TrainingRun run = TrainingRun.resume(folder)) {
      run.finish();
    }
    // As a run leaves them that was killed after its last checkpoint.
    Files.writeString(files.metrics(), "5,more\n", StandardOpenOption.APPEND);
    Map<String, String> before = content();
    Path aside = temporary.resolve("aside");
    for (Path file :
        List.of(
            files.progress(),
            files.record(),
            files.evaluation(),
            files.config(),
            files.last(),
            files.metrics(),
            files.events())) {
      EmanException failure =
          assertThrows(
              EmanException.class,
              () -> TrainingRun.resume(folder, false, LONGER, replacing(file, aside)).close());
      assertTrue(failure.getMessage().contains(file.toString()), failure::toString);
      assertNothingIsOpen();
      assertEquals("mine", Files.readString(file.resolve("mine")));
      Files.delete(file.resolve("mine"));
      Files.delete(file);
      Files.move(aside, file);
      assertEquals(before, content(), () -> "after a failure at " + file.getFileName());
    }
    TrainingRun.resume(folder, false, LONGER).close(); // Nothing is in its way.
    assertFalse(Files.exists(files.record()));
    assertEquals(List.of(), drafts());
  }

  @Test
  void resume_missingFilesAndAFailure_areMissingAsBefore() throws IOException {
    RunFiles files = begun();
    try (TrainingRun run = TrainingRun.resume(folder)) {
      run.finish();
    }
    Files.delete(files.progress());
    Files.delete(files.events());
    Map<String, String> before = content();
    Path aside = temporary.resolve("aside");
    assertThrows(
        EmanException.class,
        () -> TrainingRun.resume(folder, false, LONGER, replacing(files.config(), aside)).close());
    Files.delete(files.config().resolve("mine"));
    Files.delete(files.config());
    Files.move(aside, files.config());
    assertEquals(before, content());
    assertEquals(List.of(), drafts());
  }

  private List<Path> drafts() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".")).toList();
    }
  }

  @Test
  void close_closingFails_theRestIsClosedAndTheFirstFailureIsThrown() throws IOException {
    TrainingRun run = TrainingRun.start(options(), folder);
    BreakableData.fault = BreakableData.Fault.CLOSING_FAILS;
    EmanException failure = assertThrows(EmanException.class, run::close);
    assertEquals("cannot close TEST", failure.getMessage());
    assertEquals("cannot close TRAIN", failure.getSuppressed()[0].getMessage());
    assertNothingIsOpen();
    RunFolder.open(folder).close(); // Not locked.
  }
}
