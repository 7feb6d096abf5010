package dev.eman.cli.data;

import dev.eman.datasets.DataDirectories;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for finding data. */
public final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder to search first, then $EMAN_DATA, the user's cache, and where Debian's"
              + " packages put data.")
  private @Nullable Path data;

  /** The folders to search. */
  public DataDirectories directories() {
    return DataDirectories.of(data);
  }
}
