package dev.eman.spark.ml;

import dev.eman.core.io.AtomicFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Files that are there whole or not at all. */
final class WholeFile {
  private WholeFile() {}

  /** Writes beside the file and renames; replaces a file that is there. */
  static void write(FileSystem files, Path path, AtomicFiles.Content content) throws IOException {
    Path draft = new Path(path.getParent(), "." + path.getName() + "." + UUID.randomUUID());
    try {
      try (OutputStream out = files.create(draft)) {
        content.writeTo(out);
      }
      if (files.exists(path) && !files.delete(path, false)) {
        throw new IOException("the file that is there cannot be replaced");
      }
      if (!files.rename(draft, path)) {
        throw new IOException("the finished file cannot be renamed");
      }
    } finally {
      files.delete(draft, false);
    }
  }
}
