package dev.eman.datasets.fetch;

import java.nio.file.Path;
import java.util.List;

/** Writes down what it is told; of several steps in a row only the last one. */
final class RecordingListener implements FetchListener {
  private static final String PROGRESSED = "progressed to ";
  private final List<String> events;

  RecordingListener(List<String> events) {
    this.events = events;
  }

  @Override
  public void started(RemoteFile file, long already, long totalOrMinus1) {
    events.add("started " + already + " of " + totalOrMinus1);
  }

  @Override
  public void progressed(long bytesSoFar) {
    int last = events.size() - 1;
    if (events.get(last).startsWith(PROGRESSED)) {
      events.remove(last);
    }
    events.add(PROGRESSED + bytesSoFar);
  }

  @Override
  public void verified(RemoteFile file) {
    events.add("verified " + file.fileName());
  }

  @Override
  public void unpacked(Path path) {
    events.add("unpacked " + path.getFileName());
  }
}
