package dev.eman.datasets.fetch;

import java.nio.file.Path;

/**
 * Follows a fetch, to show how far it is. Called on the thread that fetches; a file that is already
 * here is only {@link #verified}, and one whose contents are already unpacked calls nothing.
 */
public interface FetchListener {
  /** Does nothing. */
  FetchListener NONE = new FetchListener() {};

  /**
   * A transfer starts; called again when it resumes after a broken connection.
   *
   * @param file that is fetched
   * @param already how many of its bytes are here
   * @param totalOrMinus1 how many bytes it has, or -1 if the server does not say
   */
  default void started(RemoteFile file, long already, long totalOrMinus1) {}

  /**
   * More bytes are here; called for every block of some kilobytes.
   *
   * @param bytesSoFar how many of the file's bytes are here, those of earlier transfers included
   */
  default void progressed(long bytesSoFar) {}

  /** The whole file is here, and its checksum is right. */
  default void verified(RemoteFile file) {}

  /** A folder or file at the top level of an archive was unpacked whole, at this path. */
  default void unpacked(Path path) {}
}
