package dev.eman.benchmarks.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Sets;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.option.OptionSpec;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds the documentation to the program. A fence says what it holds: {@code sh}, {@code java}
 * (compared by {@link ReadmeExamplesTest}), {@code yaml} (a run's configuration), {@code xml}
 * (dependencies) or {@code text} (no code); {@code not-tested} behind it marks what is not checked.
 */
class DocumentedCommandsTest {
  private static final Set<String> LANGUAGES = Set.of("sh", "java", "yaml", "xml", "text");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]*)\\)");
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>"
              + "\\s*<version>([^<]+)</version>");
  private static final Pattern ALGORITHM = Pattern.compile("\\| `([a-z0-9-]+)`: [^|]* \\|(.*)\\|");
  private static final Pattern CLASS =
      Pattern.compile("\\bdev\\.eman(?:\\.[a-z0-9]+)+\\.[A-Z]\\w+");
  private static final Set<String> OF_ALL_TEACHERS =
      Set.of("teacher_momentum", "momentum_schedule");
  private static final int WIDTH = 100;

  private final List<Markdown> pages = Markdown.pages();
  private final List<String> complaints = new ArrayList<>();

  private void assertNoComplaints() {
    assertEquals("", String.join("\n", complaints));
  }

  private List<Markdown.Block> blocks(String language) {
    return pages.stream()
        .flatMap(page -> page.blocks().stream())
        .filter(block -> block.language().equals(language) && !block.notTested())
        .toList();
  }

  @Test
  void pages_ofTheRepository_haveCommandsOfAllKinds() {
    assertTrue(blocks("sh").size() > 10, "found " + blocks("sh").size());
    for (String language : LANGUAGES) {
      assertTrue(!blocks(language).isEmpty(), "found no block of " + language);
    }
  }

  @Test
  void blocks_ofCode_sayWhatTheyHold() {
    for (Markdown page : pages) {
      for (Markdown.Block block : page.blocks()) {
        if (!LANGUAGES.contains(block.language()) && !block.notTested()) {
          complaints.add(
              String.format(
                  "%s: expected a fence of %s, or one that ends in not-tested, found '%s'",
                  block.where(), LANGUAGES, block.info()));
        }
      }
      page.indentedCode()
          .forEach(
              line ->
                  complaints.add(
                      line.where() + ": expected code between fences, found: " + line.text()));
    }
    assertNoComplaints();
  }

  @Test
  void textBlocks_ofAnyPage_holdNoCommands() {
    for (Markdown.Block block : blocks("text")) {
      block
          .text()
          .lines()
          .filter(line -> line.strip().matches("(?:\\./eman|mvn|java) .*"))
          .forEach(line -> complaints.add(block.where() + ": a command in a text block: " + line));
    }
    assertNoComplaints();
  }

  @Test
  void shellBlocks_everyCommand_isUnderstood() {
    for (Markdown.Block block : blocks("sh")) {
      for (String line : ShellCommand.lines(block.text())) {
        check(block.where(), line);
      }
    }
    assertNoComplaints();
  }

  @Test
  void inlineCommands_ofAnyPage_areUnderstood() {
    for (Markdown page : pages) {
      for (Markdown.Line line : page.prose()) {
        for (MatchResult code : CODE.matcher(line.text()).results().toList()) {
          if (code.group(1)
              .matches("(?:\\w+=\\S* )*(?:\\./eman|mvn|\\.ci/\\w+|findings/\\S+)( .*)?")) {
            check(line.where(), code.group(1));
          }
        }
      }
    }
    assertNoComplaints();
  }

  private void check(String where, String command) {
    try {
      ShellCommand.of(command).check();
    } catch (IllegalArgumentException | UsageException e) {
      complaints.add(where + ": " + command + "\n    " + e.getMessage());
    }
  }

  @Test
  void yamlBlocks_ofAnyPage_areRunConfigurations() {
    for (Markdown.Block block : blocks("yaml")) {
      try {
        checkRunConfiguration(block.text(), block.where());
      } catch (UsageException e) {
        complaints.add(String.valueOf(e.getMessage()));
      }
    }
    assertNoComplaints();
  }

  /** The reader of {@code --config}. */
  private static void checkRunConfiguration(String yaml, String where) {
    OptionTexts.ofYaml(yaml, where).resolve(where);
  }

  @Test
  void xmlBlocks_ofAnyPage_nameModulesWithTheirVersion() throws IOException {
    String bom = Files.readString(Markdown.ROOT.resolve("eman-bom/pom.xml"));
    Matcher project = Pattern.compile("<version>([^<]+)</version>").matcher(bom);
    assertTrue(project.find());
    for (Markdown.Block block : blocks("xml")) {
      List<MatchResult> dependencies = DEPENDENCY.matcher(block.text()).results().toList();
      if (dependencies.isEmpty()) {
        complaints.add(block.where() + ": expected dependencies with their versions, found none");
      }
      for (MatchResult dependency : dependencies) {
        String module = dependency.group(2);
        if (!dependency.group(1).equals("dev.eman")
            || !Files.exists(Markdown.ROOT.resolve(module).resolve("pom.xml"))
            || !dependency.group(3).equals(project.group(1))) {
          complaints.add(
              String.format(
                  "%s: expected a module in version %s, found %s:%s:%s",
                  block.where(),
                  project.group(1),
                  dependency.group(1),
                  module,
                  dependency.group(3)));
        }
      }
    }
    assertNoComplaints();
  }

  /** The table in command-line.md: options of each algorithm but those of all teachers. */
  @Test
  void algorithmTable_ofThePages_hasAllOptionsWithTheirDefaults() {
    Set<String> rows = new HashSet<>();
    for (Markdown page : pages) {
      for (Markdown.Line line : page.prose()) {
        Matcher row = ALGORITHM.matcher(line.text());
        if (row.matches()) {
          rows.add(row.group(1));
          checkOptions(line.where(), Algorithms.named(row.group(1)), row.group(2));
        }
      }
    }
    // The last one is the example's.
    assertEquals(Sets.union(rows, Set.of("confident-pseudo-labels")), Algorithms.all().keySet());
    assertNoComplaints();
  }

  private void checkOptions(String where, AlgorithmProvider algorithm, String cell) {
    List<String> shown = CODE.matcher(cell).results().map(code -> code.group(1)).toList();
    for (OptionSpec<?> option : algorithm.options()) {
      if (!OF_ALL_TEACHERS.contains(option.name())
          && !shown.contains(option.name() + "=" + option.defaultText())
          && !cell.contains("`" + option.name() + "` " + option.defaultText())) {
        complaints.add(where + ": expected the option " + option.summary());
      }
    }
    for (String code : shown) {
      String name = code.split("=", 2)[0];
      if (code.contains("=")
          && algorithm.options().stream().noneMatch(o -> o.name().equals(name))) {
        complaints.add(where + ": " + algorithm.name() + " has no option " + name);
      }
    }
  }

  @Test
  void classNames_ofAnyPage_areThoseOfClasses() {
    for (Markdown page : pages) {
      for (Markdown.Line line : page.prose()) {
        for (MatchResult name : CLASS.matcher(line.text()).results().toList()) {
          try {
            Class.forName(name.group(), false, getClass().getClassLoader());
          } catch (ClassNotFoundException e) {
            complaints.add(line.where() + ": no class " + name.group());
          }
        }
      }
    }
    assertNoComplaints();
  }

  @Test
  void links_withinTheRepository_leadSomewhere() {
    for (Markdown page : pages) {
      for (Markdown.Line line : page.prose()) {
        for (MatchResult link : LINK.matcher(line.text()).results().toList()) {
          if (!link.group(1).matches("(?:https?|mailto):.*") && !leads(page, link.group(1))) {
            complaints.add(line.where() + ": a link that leads nowhere: " + link.group(1));
          }
        }
      }
    }
    assertNoComplaints();
  }

  private boolean leads(Markdown from, String link) {
    String[] parts = link.split("#", 2);
    Path target =
        parts[0].isEmpty() ? from.file() : from.file().resolveSibling(parts[0]).normalize();
    if (parts.length == 1) {
      return Files.exists(Markdown.ROOT.resolve(target));
    }
    return pages.stream()
        .anyMatch(page -> page.file().equals(target) && page.anchors().contains(parts[1]));
  }

  @Test
  void prose_ofAnyPage_isWrapped() {
    for (Markdown page : pages) {
      for (Markdown.Line line : page.prose()) {
        String text = line.text();
        boolean cannotBreak = text.startsWith("|") || !text.strip().contains(" ");
        boolean image = text.startsWith("![") || text.startsWith("#");
        if (text.length() > WIDTH && !cannotBreak && !image) {
          complaints.add(
              String.format(
                  "%s: expected at most %d characters, found %d",
                  line.where(), WIDTH, text.length()));
        }
      }
    }
    assertNoComplaints();
  }

  @Test
  void readme_lines_atMost150() throws IOException {
    int lines = Files.readAllLines(Markdown.ROOT.resolve("README.md")).size();
    assertTrue(lines <= 150, "expected at most 150 lines in README.md, found " + lines);
  }
}
