package dev.eman.spark.internal;

import dev.eman.core.io.AtomicFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * Replaces files of Hadoop's file systems: one that cannot be written leaves the former file. In
 * HDFS, on this machine and in object stores whose files appear when they are complete (S3), there
 * is always the former file or the new one; elsewhere that depends on how the file system renames.
 */
public final class WholeFile {
  private WholeFile() {}

  /**
   * Writes beside the file and renames.
   *
   * @param path to be replaced or made, with its folder
   * @throws IOException if that fails
   */
  public static void write(Path path, Configuration hadoop, AtomicFiles.Content content)
      throws IOException {
    Path whole = path.getFileSystem(hadoop).makeQualified(path);
    if ("file".equals(whole.toUri().getScheme())) {
      writeHere(new File(whole.toUri().getPath()), content);
    } else {
      write(FileContext.getFileContext(whole.toUri(), hadoop), whole, content);
    }
  }

  /** Hadoop would delete the former file first, and rename the checksum apart from the file. */
  private static void writeHere(File file, AtomicFiles.Content content) throws IOException {
    java.nio.file.Path named = file.toPath();
    java.nio.file.Path target = AtomicFiles.isStream(named) ? named : AtomicFiles.target(named);
    java.nio.file.Path folder = target.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    AtomicFiles.write(
        target,
        out -> {
          content.writeTo(out);
          Files.deleteIfExists(checksum(file).toPath()); // Would not fit the new file.
          Files.deleteIfExists(checksum(target.toFile()).toPath());
        });
  }

  /** Where Hadoop looks for the checksums of a file of this machine. */
  public static File checksum(File file) {
    return new File(file.getParent(), "." + file.getName() + ".crc");
  }

  /**
   * Writes beside the file and renames; in an object store, where renaming is copying and there
   * would be no file meanwhile, writes the file itself.
   *
   * @param path to be replaced or made, with its folder
   * @throws IOException if that fails
   */
  public static void write(FileContext files, Path path, AtomicFiles.Content content)
      throws IOException {
    if (files.hasPathCapability(path, CommonPathCapabilities.ABORTABLE_STREAM)) {
      writeObject(files, path, content);
      return;
    }
    Path draft = new Path(path.getParent(), "." + path.getName() + "." + UUID.randomUUID());
    try {
      try (FSDataOutputStream out =
          files.create(draft, EnumSet.of(CreateFlag.CREATE), Options.CreateOpts.createParent())) {
        content.writeTo(out);
        if (out.hasCapability(StreamCapabilities.HSYNC)) {
          out.hsync();
        }
      }
      files.rename(draft, path, Options.Rename.OVERWRITE);
    } catch (IOException | RuntimeException e) {
      try {
        files.delete(draft, false);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /**
   * Deletes what killed processes left of their writing beside files. For those alone who write
   * these, as the draft of one that still writes would be lost.
   *
   * @param folder may be missing
   * @param names of the files whose drafts are deleted
   */
  public static void deleteDrafts(FileContext files, Path folder, Predicate<String> names)
      throws IOException {
    if (!files.util().exists(folder)) {
      return;
    }
    RemoteIterator<FileStatus> found = files.listStatus(folder);
    while (found.hasNext()) {
      FileStatus file = found.next();
      if (file.isFile() && AtomicFiles.isDraft(file.getPath().getName(), names)) {
        files.delete(file.getPath(), false);
      }
    }
  }

  private static void writeObject(FileContext files, Path path, AtomicFiles.Content content)
      throws IOException {
    FSDataOutputStream out =
        files.create(
            path,
            EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE),
            Options.CreateOpts.createParent());
    boolean whole = false;
    try {
      content.writeTo(out);
      whole = true;
    } finally {
      if (!whole) {
        out.abort(); // Closed, it would become the file.
      }
    }
    out.close();
  }
}
