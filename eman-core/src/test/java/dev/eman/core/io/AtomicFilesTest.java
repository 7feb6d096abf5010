package dev.eman.core.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  private static final IOException FULL = new IOException("No space left on device");

  @TempDir private Path folder;

  /** A disk with room for so many bytes. */
  private static OutputStream disk(int room) {
    return new OutputStream() {
      private int written;

      @Override
      public void write(int value) throws IOException {
        if (++written > room) {
          throw FULL;
        }
      }
    };
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  @Test
  void write_memoryRunsOut_formerFileStaysAndNoDraft() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "former");
    OutOfMemoryError full = new OutOfMemoryError("Java heap space");
    OutOfMemoryError e =
        assertThrows(
            OutOfMemoryError.class,
            () ->
                AtomicFiles.write(
                    file,
                    out -> {
                      out.write('b');
                      throw full;
                    }));
    assertSame(full, e);
    assertEquals(List.of("a.txt"), names());
    assertEquals("former", Files.readString(file));
  }

  @Test
  void save_checkFails_formerFileStaysAndNoDraft() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "former");
    List<String> seen = new ArrayList<>();
    assertThrows(
        EmanException.class,
        () ->
            AtomicFiles.save(
                file,
                out -> out.write('b'),
                draft -> {
                  try {
                    seen.add(Files.readString(draft));
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                  throw new EmanException("wrong");
                }));
    assertEquals(List.of("b"), seen);
    assertEquals("former", Files.readString(file));
    assertEquals(List.of("a.txt"), names());
    AtomicFiles.save(file, out -> out.write('c'), draft -> {});
    assertEquals("c", Files.readString(file));
  }

  @Test
  void write_contentFails_formerFileStaysAndNoDraft() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "former");
    assertThrows(
        IOException.class,
        () ->
            AtomicFiles.write(
                file,
                out -> {
                  out.write(1);
                  throw FULL;
                }));
    assertEquals("former", Files.readString(file));
    assertEquals(List.of("a.txt"), names());
  }

  @Test
  void write_link_staysAndItsFileIsReplaced() throws IOException {
    Path file = Files.writeString(Files.createDirectory(folder.resolve("b")).resolve("x"), "a");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("b/x"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), link);
    AtomicFiles.writeString(second, "new");
    assertTrue(Files.isSymbolicLink(link) && Files.isSymbolicLink(second));
    assertEquals("new", Files.readString(file));
    assertEquals(List.of("b", "link", "second"), names());

    Files.delete(file); // What it leads to is made.
    OutputFiles.checkWritable(second);
    AtomicFiles.save(second, out -> out.write('c'), draft -> {});
    assertEquals("c", Files.readString(file));

    Files.delete(file);
    Files.delete(file.getParent());
    OutputFiles.checkWritable(second);
    assertTrue(Files.isDirectory(file.getParent()));
  }

  @Test
  void write_linksInACircle_saysSo() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(folder.resolve("b"), Path.of("a"));
    EmanException e = assertThrows(EmanException.class, () -> AtomicFiles.saveString(link, "text"));
    assertEquals("cannot write " + link + ": too many links, or in a circle", e.getMessage());
  }

  /** Also by a link: as it is, since whoever reads it has it open. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void write_pipe_receivesTheContent() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Path link = Files.createSymbolicLink(folder.resolve("link"), pipe);
    OutputFiles.checkWritable(link);
    CompletableFuture<String> read = new CompletableFuture<>();
    Thread reader = new Thread(() -> read.complete(text(pipe)));
    reader.setDaemon(true); // Were nothing written, it would wait for ever.
    reader.start();
    AtomicFiles.saveString(link, "text");
    assertEquals("text", read.get(60, TimeUnit.SECONDS));
    assertEquals(List.of("link", "pipe"), names());
    BasicFileAttributes other = Files.readAttributes(pipe, BasicFileAttributes.class);
    assertTrue(other.isOther());
    assertFalse(AtomicFiles.isStream(other, Set.of("basic", "dos")), "a file of Windows");

    EmanException e =
        assertThrows(
            EmanException.class, () -> AtomicFiles.save(pipe, out -> out.write('b'), draft -> {}));
    assertEquals("expected a file, found a device or pipe: " + pipe, e.getMessage());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Such as a redirected /dev/stdout: the shell would go on writing to the former file. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void write_openFileOfAProcess_refused() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "former");
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
        Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      Path name = descriptors.filter(fd -> isSame(fd, file)).findAny().orElseThrow();
      EmanException e =
          assertThrows(EmanException.class, () -> AtomicFiles.saveString(name, "text"));
      assertEquals(
          "cannot write " + name + ": expected a file, found one that a process has open; name it",
          e.getMessage());
      assertEquals(6, open.length());
    }
    assertEquals("former", Files.readString(file));
  }

  private static boolean isSame(Path descriptor, Path file) {
    try {
      return Files.isSameFile(descriptor, file);
    } catch (IOException e) {
      return false; // A pipe, or closed meanwhile.
    }
  }

  @Test
  void save_noFolder_saysCannotWriteTheFileAndWhy() {
    Path file = folder.resolve("none").resolve("a.txt");
    EmanException e = assertThrows(EmanException.class, () -> AtomicFiles.saveString(file, "text"));
    assertTrue(e.getMessage().startsWith("cannot write " + file + ": "), e.getMessage());
    assertTrue(e.getMessage().contains("No such file"), e.getMessage());
  }

  /** How some libraries treat a failure. */
  private static void assertDisksOwnFailure(UnaryOperator<RuntimeException> library) {
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                AtomicFiles.fill(
                    disk(10),
                    out -> {
                      try {
                        out.write(new byte[200_000]);
                      } catch (IOException failure) {
                        RuntimeException wrapped =
                            library.apply(new IllegalStateException("cannot encode", failure));
                        if (wrapped != null) {
                          throw wrapped;
                        }
                      }
                    }));
    assertSame(FULL, e);
  }

  @Test
  void fill_contentSwallowsTheFailure_failsAllTheSame() {
    assertDisksOwnFailure(wrapped -> null);
  }

  @Test
  void fill_contentWrapsTheFailure_theDisksOwnComesOut() {
    assertDisksOwnFailure(wrapped -> wrapped);
  }

  @Test
  void reason_namesAloneAndWrappedCauses_areWords() {
    assertEquals("permission denied", IoFailures.reason(new AccessDeniedException("/a/b")));
    assertEquals(
        "No space left on device", IoFailures.reason(new IOException("cannot write PNG", FULL)));
    assertEquals("IOException", IoFailures.reason(new IOException()));
  }

  @Test
  void draft_ofAFile_isKnownAsItsDraft() {
    Path draft = AtomicFiles.draft(folder.resolve("last.ckpt"));
    assertEquals(folder.toAbsolutePath(), draft.getParent());
    assertTrue(AtomicFiles.isDraft(draft.getFileName().toString(), "last.ckpt"::equals));
  }

  @Test
  void deleteDrafts_ownNamesAlone_otherFilesStay() throws IOException {
    String uuid = UUID.randomUUID().toString();
    List<String> kept =
        List.of(
            ".last.ckpt",
            ".last.ckpt." + uuid + ".txt",
            ".last.ckpt.0123",
            ".notes.txt." + uuid,
            "." + uuid,
            "last.ckpt",
            "last.ckpt." + uuid);
    for (String name : kept) {
      Files.writeString(folder.resolve(name), "kept");
    }
    Path directory = Files.createDirectory(folder.resolve(".best.ckpt." + uuid));
    Files.writeString(folder.resolve(".last.ckpt." + uuid), "half");
    Files.writeString(folder.resolve(".last.ckpt." + UUID.randomUUID()), "half");
    AtomicFiles.deleteDrafts(folder, name -> name.endsWith(".ckpt"));
    assertTrue(Files.isDirectory(directory));
    Files.delete(directory);
    assertEquals(kept.stream().sorted().toList(), names());
  }
}
