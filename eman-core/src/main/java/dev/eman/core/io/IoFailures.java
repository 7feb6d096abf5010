package dev.eman.core.io;

import com.google.common.collect.ImmutableMap;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;

/** Says in words why a file could not be read or written; Java often gives its name alone. */
public final class IoFailures {
  private static final ImmutableMap<Class<? extends IOException>, String> IN_WORDS =
      ImmutableMap.of(
          NoSuchFileException.class, "no such file or folder",
          AccessDeniedException.class, "permission denied",
          FileAlreadyExistsException.class, "a file is in the way",
          DirectoryNotEmptyException.class, "a folder is in the way",
          NotDirectoryException.class, "not a folder",
          FileSystemLoopException.class, "a link leads back to a folder that it lies in",
          CharacterCodingException.class, "expected text in UTF-8, found other bytes");

  private IoFailures() {}

  /** The cause, without the file's name where that is the whole message. */
  public static String reason(IOException failure) {
    for (Map.Entry<Class<? extends IOException>, String> known : IN_WORDS.entrySet()) {
      if (known.getKey().isInstance(failure)) {
        return known.getValue();
      }
    }
    String message =
        failure instanceof FileSystemException system && system.getReason() != null
            ? system.getReason()
            : failure.getMessage();
    if (failure instanceof FileNotFoundException && message != null && message.endsWith(")")) {
      return message.substring(message.lastIndexOf('(') + 1, message.length() - 1);
    }
    // A library's own words ("I/O error writing PNG file!") say less than the system's.
    return failure.getCause() instanceof IOException cause
        ? reason(cause)
        : message == null ? failure.getClass().getSimpleName() : message;
  }
}
