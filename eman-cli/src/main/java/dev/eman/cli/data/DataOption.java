package dev.eman.cli.data;

import dev.eman.datasets.DataDirectories;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where data is looked for. */
public final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Look here first, then in $EMAN_DATA, the user's cache, and where Debian's packages put"
              + " data.")
  private @Nullable Path data;

  /** The places to look in. */
  public DataDirectories directories() {
    return DataDirectories.of(data);
  }
}
