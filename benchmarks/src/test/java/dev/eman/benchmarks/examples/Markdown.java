package dev.eman.benchmarks.examples;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One page of the documentation.
 *
 * @param file within {@link #ROOT}
 * @param blocks fenced code, in order
 * @param prose everything else, in order
 */
record Markdown(Path file, ImmutableList<Block> blocks, ImmutableList<Line> prose) {
  /** The folder of the repository. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern INDENTED = Pattern.compile("(?: {4}|\t)\\s*\\S.*");
  private static final Pattern LIST_ITEM = Pattern.compile("\\s*(?:[-*+]|\\d+\\.) .*");

  /**
   * Code between two fences.
   *
   * @param where file and line of the opening fence
   * @param info the words behind the opening fence: the language, then marks
   */
  record Block(String where, String info, String text) {
    String language() {
      return info.split(" ", 2)[0];
    }

    /** Whether its author says that no test checks it. */
    boolean notTested() {
      return info.endsWith(" not-tested");
    }
  }

  /** A line with its place. */
  record Line(String where, String text) {}

  /**
   * The pages that users and contributors read: those in the root folder, but for the changelog,
   * which speaks of the past, those in {@code docs} and the list of findings.
   */
  static List<Markdown> pages() {
    try (Stream<Path> root = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.of(
              root,
              docs,
              Stream.of(ROOT.resolve("findings/README.md"), ROOT.resolve("examples/README.md")))
          .flatMap(files -> files)
          .filter(file -> file.toString().endsWith(".md") && !file.endsWith("CHANGELOG.md"))
          .sorted()
          .map(Markdown::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Markdown read(Path path) {
    try {
      return of(ROOT.relativize(path), Files.readString(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A page of a text. */
  static Markdown of(Path file, String text) {
    ImmutableList.Builder<Block> blocks = ImmutableList.builder();
    ImmutableList.Builder<Line> prose = ImmutableList.builder();
    List<String> code = new ArrayList<>();
    Line fence = null;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      boolean edge = line.strip().startsWith("```");
      if (fence == null && !edge) {
        prose.add(new Line(file + ":" + number, line));
      } else if (fence == null) {
        fence = new Line(file + ":" + number, line.strip().substring(3).strip());
      } else if (!edge) {
        code.add(line);
      } else {
        blocks.add(new Block(fence.where(), fence.text(), String.join("\n", code) + "\n"));
        code.clear();
        fence = null;
      }
    }
    if (fence != null) {
      throw new AssertionError(fence.where() + ": this fence is never closed");
    }
    return new Markdown(file, blocks.build(), prose.build());
  }

  /** Code that is set off by its indentation alone, so that nothing says what it is. */
  List<Line> indentedCode() {
    List<Line> found = new ArrayList<>();
    boolean inList = false;
    boolean open = true; // After a blank line, or more such code.
    for (Line line : prose) {
      if (line.text().isBlank()) {
        open = true;
      } else if (INDENTED.matcher(line.text()).matches()) {
        if (open && !inList) {
          found.add(line);
        }
      } else {
        inList =
            LIST_ITEM.matcher(line.text()).matches() || (inList && line.text().startsWith(" "));
        open = false;
      }
    }
    return found;
  }

  /** The names by which links reach this page's headings. */
  List<String> anchors() {
    return prose.stream()
        .map(Line::text)
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }
}
