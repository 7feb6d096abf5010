package dev.eman.core.io;

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
import org.jspecify.annotations.Nullable;

/** Says in words why a file could not be read or written; Java often gives its name alone. */
public final class IoFailures {
  private IoFailures() {}

  /** The cause, without the file's name where that is the whole message. */
  public static String reason(IOException failure) {
    String known = known(failure);
    if (known != null) {
      return known;
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

  private static @Nullable String known(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or folder";
    } else if (failure instanceof AccessDeniedException) {
      return "permission denied";
    } else if (failure instanceof FileAlreadyExistsException) {
      return "a file is in the way";
    } else if (failure instanceof NotDirectoryException) {
      return "not a folder";
    } else if (failure instanceof DirectoryNotEmptyException) {
      return "a folder is in the way";
    } else if (failure instanceof FileSystemLoopException) {
      return "a link leads back to a folder that it lies in";
    } else if (failure instanceof CharacterCodingException) {
      return "expected text in UTF-8, found other bytes";
    }
    return null;
  }
}
