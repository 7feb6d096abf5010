package dev.eman.web.watch;

import com.google.common.base.Splitter;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a reader of events has got: of each run a generation of its curves, and the number of
 * points that the reader has. As text it is the id of an event, which a browser sends back when it
 * connects again.
 */
final class Position {
  private record Mark(int generation, int points) {}

  private final String server;
  private final List<Mark> marks = new ArrayList<>();

  private Position(String server) {
    this.server = server;
  }

  /**
   * The position of a reader.
   *
   * @param server changes each time the program is started
   * @param text of the last event that the reader has; null without. One of another server, or that
   *     means nothing, counts as none
   */
  static Position of(String server, @Nullable String text) {
    Position position = new Position(server);
    if (text == null) {
      return position;
    }
    List<String> parts = Splitter.on(' ').splitToList(text);
    if (!parts.get(0).equals(server)) {
      return position;
    }
    for (String part : parts.subList(1, parts.size())) {
      List<String> numbers = Splitter.on('.').splitToList(part);
      Integer generation = numbers.size() == 2 ? Ints.tryParse(numbers.get(0)) : null;
      Integer points = numbers.size() == 2 ? Ints.tryParse(numbers.get(1)) : null;
      if (generation == null || points == null || points < 0) {
        return new Position(server);
      }
      position.marks.add(new Mark(generation, points));
    }
    return position;
  }

  /** The first point that the reader needs of a run's curves. */
  int next(int run, Curves curves) {
    return run < marks.size() && marks.get(run).generation == curves.generation()
        ? Math.min(marks.get(run).points, curves.size())
        : 0;
  }

  /** Whether the reader's points of a run are of these curves at all. */
  boolean knows(int run, Curves curves) {
    return run < marks.size() && marks.get(run).generation == curves.generation();
  }

  /**
   * Records that the reader has everything of a run; its last point may change and be sent again.
   */
  void reached(int run, Curves curves) {
    while (marks.size() <= run) {
      marks.add(new Mark(-1, 0));
    }
    marks.set(run, new Mark(curves.generation(), curves.settled()));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(server);
    for (Mark mark : marks) {
      text.append(' ').append(mark.generation).append('.').append(mark.points);
    }
    return text.toString();
  }
}
