package dev.eman.cli;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Standard output that remembers why it could not be written; Java's own forgets. */
final class StandardOutput extends FilterOutputStream {
  /** A link to what the process writes to, on Linux. */
  private static final Path TARGET = Path.of("/proc/self/fd/1");

  private volatile @Nullable IOException failure;

  StandardOutput(OutputStream out) {
    super(out);
  }

  /** Replaces {@link System#out}. */
  static StandardOutput install() {
    StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(new PrintStream(output, true, charset()));
    return output;
  }

  /** A buffered writer to it, flushed after each line. */
  PrintWriter writer() {
    return new PrintWriter(new BufferedWriter(new OutputStreamWriter(this, charset())), true);
  }

  /** As Java chooses, but where that is ASCII, names of other letters should not become "?". */
  private static Charset charset() {
    String usual = Charset.defaultCharset().name();
    Charset chosen =
        Charset.forName(
            System.getProperty(
                "stdout.encoding", System.getProperty("sun.stdout.encoding", usual)));
    return chosen.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : chosen;
  }

  /** Whether anything could not be written. */
  boolean hasFailed() {
    return failure != null;
  }

  /** Whether that is because the reading process has exited, as {@code head} does. */
  boolean readerExited() {
    IOException reason = failure;
    if (reason == null) {
      return false;
    }
    String message = String.valueOf(reason.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("pipe") || isPipe(); // The message may be in the user's language.
  }

  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(TARGET).toString().startsWith("pipe:");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = failure == null ? e : failure;
      throw e;
    }
  }
}
