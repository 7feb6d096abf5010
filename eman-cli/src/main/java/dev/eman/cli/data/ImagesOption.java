package dev.eman.cli.data;

import com.google.common.primitives.Ints;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option for the images of a table. */
public final class ImagesOption {
  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Folder that the paths in a table are relative to (default: the table's own).")
  private @Nullable Path images;

  /** The folder; null for the table's own. */
  public @Nullable Path folder() {
    return images;
  }

  /** The folder, in a command where a number of images was given here before. */
  public @Nullable Path folderOrNull() {
    return formerCount() == null ? images : null;
  }

  /** What {@code --images} was in some commands before it named a folder; null for a folder. */
  public @Nullable Integer formerCount() {
    return images == null || Files.exists(images) ? null : Ints.tryParse(images.toString());
  }
}
