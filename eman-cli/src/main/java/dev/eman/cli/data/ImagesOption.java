package dev.eman.cli.data;

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
}
