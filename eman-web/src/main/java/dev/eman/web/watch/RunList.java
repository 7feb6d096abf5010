package dev.eman.web.watch;

import static java.util.stream.Collectors.toSet;

import dev.eman.train.RunFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The runs to watch: folders of runs, and those that lie in folders of runs, which may come later.
 * A run keeps its number. Not safe for several threads.
 */
final class RunList {
  /** More runs than that in one page would show nothing. */
  static final int MOST_RUNS = 30;

  private final List<Path> folders;
  private final Clock clock;
  private final Map<Path, WatchedRun> runs = new LinkedHashMap<>();
  private final List<Path> waiting = new ArrayList<>();
  private int leftOut;

  /**
   * The runs in folders.
   *
   * @param folders of runs, or with folders of runs in them
   */
  RunList(List<Path> folders, Clock clock) {
    this.folders = new ArrayList<>(folders);
    this.clock = clock;
  }

  /** Adds a folder. */
  void addFolder(Path folder) {
    folders.add(folder);
  }

  /** Reads what has changed. */
  void refresh() {
    waiting.clear();
    Set<Path> found = new LinkedHashSet<>();
    for (Path folder : folders) {
      Path path = folder.toAbsolutePath().normalize();
      if (runs.containsKey(path) || isRun(path)) {
        found.add(path);
      } else {
        Set<Path> inside = runsIn(path);
        found.addAll(inside);
        if (inside.isEmpty()
            && runs.keySet().stream().noneMatch(run -> path.equals(run.getParent()))) {
          waiting.add(folder);
        }
      }
    }
    found.removeAll(runs.keySet());
    Set<Path> taken = latest(found, MOST_RUNS - runs.size());
    leftOut = found.size() - taken.size();
    found.retainAll(taken);
    found.forEach(run -> runs.put(run, new WatchedRun(run, clock)));
    runs.values().forEach(WatchedRun::refresh);
  }

  /** Those that were written last, if there are more than there is room for. */
  private static Set<Path> latest(Set<Path> found, int room) {
    return found.size() <= room || room == 0
        ? found.stream().limit(room).collect(toSet())
        : found.stream()
            .sorted(Comparator.comparing(RunList::written).reversed())
            .limit(room)
            .collect(toSet());
  }

  private static FileTime written(Path run) {
    try {
      return Files.getLastModifiedTime(new RunFiles(run).metrics());
    } catch (IOException e) {
      return FileTime.fromMillis(0); // It has not begun, or is gone.
    }
  }

  private static boolean isRun(Path folder) {
    RunFiles files = new RunFiles(folder);
    return files.isBegun() || Files.exists(files.metrics());
  }

  private static Set<Path> runsIn(Path folder) {
    Set<Path> found = new TreeSet<>();
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder, RunList::isRun)) {
      inside.forEach(found::add);
    } catch (IOException e) {
      return Set.of(); // It may come later.
    }
    return found;
  }

  /** The runs by number. */
  List<WatchedRun> runs() {
    return List.copyOf(runs.values());
  }

  /** Different names of the runs, by number. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    Set<String> twice = new HashSet<>();
    Set<String> once = new HashSet<>();
    for (Path run : runs.keySet()) {
      if (!once.add(last(run))) {
        twice.add(last(run));
      }
    }
    for (Path run : runs.keySet()) {
      Path parent = run.getParent();
      names.add(
          twice.contains(last(run)) && parent != null && parent.getFileName() != null
              ? parent.getFileName() + "/" + last(run)
              : last(run));
    }
    return names;
  }

  private static String last(Path run) {
    return String.valueOf(run.getFileName());
  }

  /** The folders in which no run has been seen. */
  List<Path> waiting() {
    return List.copyOf(waiting);
  }

  /** The number of runs that there are beyond {@link #MOST_RUNS}. */
  int leftOut() {
    return leftOut;
  }
}
