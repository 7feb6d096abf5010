package dev.eman.web.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A file of a run that is replaced as a whole: read again only when it has changed. */
final class FileContent {
  /** Reads a file's text. */
  interface Reader {
    JsonNode read(String text) throws IOException;
  }

  private final Path file;
  private final Reader reader;
  private @Nullable String seen;
  private int version;
  private JsonNode content = MissingNode.getInstance();

  FileContent(Path file, Reader reader) {
    this.file = file;
    this.reader = reader;
  }

  /** Looks whether the file has changed; one that cannot be read counts as missing. */
  void refresh() {
    String now = state();
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    version++;
    try {
      content = now.isEmpty() ? MissingNode.getInstance() : reader.read(Files.readString(file));
    } catch (IOException | RuntimeException e) {
      content = MissingNode.getInstance();
    }
  }

  private String state() {
    try {
      BasicFileAttributes file = Files.readAttributes(this.file, BasicFileAttributes.class);
      return file.lastModifiedTime() + " " + file.size() + " " + file.fileKey();
    } catch (IOException e) {
      return "";
    }
  }

  /** The content; missing if there is no such file. */
  JsonNode content() {
    return content;
  }

  /** Changes with the content. */
  int version() {
    return version;
  }
}
