package dev.eman.train;

import com.google.common.base.Throwables;
import dev.eman.core.EmanException;
import dev.eman.core.io.CommandLines;
import dev.eman.datasets.image.CorruptImageException;
import java.nio.file.Path;

/** A run was trained to its end and saved, but a part of its results could not be made. */
public final class IncompleteRunException extends EmanException {
  private static final long serialVersionUID = 1;

  IncompleteRunException(Path folder, String missing, Throwable cause) {
    super(
        "the run is trained and saved, but its results lack "
            + missing
            + "; once that is put right, this makes them: "
            + CommandLines.eman("train", "--resume", folder)
            + hint(cause),
        cause);
  }

  private static String hint(Throwable cause) {
    return Throwables.getCausalChain(cause).stream()
            .anyMatch(CorruptImageException.class::isInstance)
        ? " (or, without images that cannot be decoded, add --corrupt-images=skip)"
        : "";
  }
}
