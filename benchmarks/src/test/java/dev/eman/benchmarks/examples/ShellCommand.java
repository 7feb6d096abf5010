package dev.eman.benchmarks.examples;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.cli.Main;
import dev.eman.cli.MainAccess;
import dev.eman.core.nn.Backbones;
import dev.eman.datasets.Datasets;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * A documented command line, to be understood without being run. Files need not exist, unless they
 * are the repository's.
 *
 * @param words of the command, without the environment's variables in front
 */
record ShellCommand(ImmutableList<String> words) {
  private static final Pattern WORD =
      Pattern.compile("(?:[^\\s'\"#]|(?<=\\S)#|'[^']*'|\"[^\"]*\")+|#.*");
  private static final Pattern VARIABLE = Pattern.compile("[A-Z_]+=.*");
  private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z]+");

  private static final Set<String> PHASES =
      Set.of("compile", "test-compile", "test", "package", "verify", "install", "deploy");
  private static final Set<String> PLUGINS = Set.of("spotless:apply");
  private static final Set<String> FLAGS = Set.of("-B", "-q", "-o", "-am");

  /** Properties of plugins; those of the build are looked up in its pom. */
  private static final Set<String> PROPERTIES =
      Set.of("skipTests", "surefire.failIfNoSpecifiedTests", "enforcer.skip");

  private static final Map<String, String> SWEEPS = new ConcurrentHashMap<>();

  /** The commands of a block: without comments, and what a backslash continues on one line. */
  static List<String> lines(String block) {
    return block
        .replaceAll("\\\\\n\\s*", "")
        .lines()
        .filter(line -> !line.isBlank() && !line.strip().startsWith("#"))
        .toList();
  }

  static ShellCommand of(String line) {
    return new ShellCommand(
        WORD.matcher(line)
            .results()
            .map(MatchResult::group)
            .takeWhile(word -> !word.startsWith("#"))
            .map(word -> word.replaceAll("['\"]", ""))
            .dropWhile(word -> VARIABLE.matcher(word).matches())
            .collect(ImmutableList.toImmutableList()));
  }

  /**
   * Checks that the program would take it.
   *
   * @throws IllegalArgumentException if not, or if there is no telling
   */
  void check() {
    checkArgument(!words.isEmpty(), "expected a command, found variables alone");
    List<String> arguments = words.subList(1, words.size());
    String program = words.get(0);
    if (program.equals("./eman")) {
      checkEman(arguments);
    } else if (program.equals("mvn")) {
      checkMaven(arguments);
    } else {
      checkArgument(
          program.contains("/") && Files.isExecutable(Markdown.ROOT.resolve(program)),
          "expected ./eman, mvn or a script of the repository, found %s; a block of what cannot be"
              + " checked ends its fence in not-tested",
          program);
    }
  }

  private static void checkEman(List<String> arguments) {
    boolean data = arguments.size() > 1 && arguments.get(0).equals("data");
    ParseResult parsed;
    try {
      parsed =
          Main.commandLine(false)
              .parseArgs(
                  arguments.stream()
                      .map(argument -> data ? existingData(argument) : argument)
                      .toArray(String[]::new));
    } catch (ParameterException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    for (String argument : arguments) {
      checkArgument(
          !argument.startsWith("benchmarks/") || Files.exists(Markdown.ROOT.resolve(argument)),
          "expected a file of the repository, found none at %s",
          argument);
    }
    ParseResult command = parsed;
    while (command.hasSubcommand()) {
      command = command.subcommand();
    }
    checkNames(command);
    if (command.commandSpec().name().equals("sweep")) {
      checkSweep(command);
    }
    if (command.commandSpec().name().equals("benchmark")) {
      command.matchedPositionals().stream()
          .flatMap(positional -> positional.stringValues().stream())
          .forEach(
              name ->
                  checkArgument(isPublished(name), "expected a published setting, found %s", name));
    }
  }

  /** A file of its own, or one for FixMatch with another method's name in front. */
  private static boolean isPublished(String name) {
    Path configs = Markdown.ROOT.resolve("benchmarks/configs");
    String method = name.replaceFirst("-.*", "");
    String base = "fixmatch" + name.substring(method.length());
    return Files.exists(configs.resolve(name + ".yaml"))
        || (Files.exists(configs.resolve("family/" + method + ".yaml"))
            && Files.exists(configs.resolve(base + ".yaml")));
  }

  /** The parser of these commands looks for what a page's placeholders stand for. */
  private static String existingData(String argument) {
    if (argument.equals("NAME")) {
      return "fashion-mnist-mini";
    }
    return argument.startsWith("./") ? "." : argument;
  }

  /** Names that the parser leaves to the run. */
  private static void checkNames(ParseResult command) {
    String dataset = command.matchedOptionValue("--dataset", "DIR");
    if (!dataset.contains("/") && !PLACEHOLDER.matcher(dataset).matches()) {
      Datasets.named(dataset);
    }
    if (command.hasMatchedOption("--backbone")) {
      Backbones.named(command.matchedOptionValue("--backbone", ""));
    }
    if (Set.of("train", "finetune").contains(command.commandSpec().name())) {
      checkRunOptions(command);
    }
  }

  /** Values, and the algorithm's options: the parser takes them as text. */
  private static void checkRunOptions(ParseResult command) {
    Set<String> known =
        TrainingOptions.all().stream().map(TrainingOption::name).collect(Collectors.toSet());
    OptionTexts given = OptionTexts.empty();
    for (OptionSpec option : command.matchedOptions()) {
      String name = option.longestName().substring(2);
      if (known.contains(name) || name.equals(OptionTexts.SET)) {
        for (String value : option.originalStringValues()) {
          given = given.with(name, value);
        }
      }
    }
    given.resolve();
  }

  /** The grid must be readable, and have the cells that are named. */
  private static void checkSweep(ParseResult sweep) {
    String file = sweep.matchedPositionals().get(0).stringValues().get(0);
    String runs = SWEEPS.computeIfAbsent(file, ShellCommand::runsOfSweep);
    for (String cell : sweep.matchedOptionValue("--only", List.<String>of())) {
      checkArgument(
          runs.contains(cell + "-s0 "), "--only: expected one of\n%s, found %s", runs, cell);
    }
  }

  private static String runsOfSweep(String file) {
    MainAccess result =
        MainAccess.run("sweep", Markdown.ROOT.resolve(file).toString(), "--seeds=1", "--list");
    checkArgument(result.exitCode() == 0, "%s", result.err());
    return result.out();
  }

  private static void checkMaven(List<String> arguments) {
    String build = read(Markdown.ROOT.resolve("pom.xml"));
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("-pl")) {
        i++;
        checkArgument(i < arguments.size(), "-pl: expected modules, found nothing");
        for (String module : arguments.get(i).split(",")) {
          checkArgument(
              build.contains("<module>" + module + "</module>"), "-pl: no module %s", module);
        }
      } else if (argument.startsWith("-P")) {
        for (String profile : argument.substring(2).split(",")) {
          checkProfile(profile);
        }
      } else if (argument.startsWith("-Dtest=")) {
        for (String test : argument.substring("-Dtest=".length()).split(",")) {
          checkArgument(isTest(test), "-Dtest: no class %s", test);
        }
      } else if (argument.startsWith("-D")) {
        String property = argument.substring(2).split("=", 2)[0];
        checkArgument(
            PROPERTIES.contains(property) || build.contains("<" + property + ">"),
            "-D: expected a property of the build, found %s",
            property);
      } else {
        checkArgument(
            PHASES.contains(argument) || PLUGINS.contains(argument) || FLAGS.contains(argument),
            "expected a phase, a known goal or a flag of Maven, found %s",
            argument);
      }
    }
  }

  private static void checkProfile(String profile) {
    String id = "<id>" + profile + "</id>";
    boolean found =
        Stream.of("pom.xml", "eman-backend/pom.xml", "eman-spark/pom.xml")
            .anyMatch(pom -> read(Markdown.ROOT.resolve(pom)).contains(id));
    checkArgument(found, "-P: no profile %s", profile);
  }

  private static boolean isTest(String name) {
    try (Stream<Path> files =
        Files.find(
            Markdown.ROOT,
            16,
            (file, attributes) ->
                file.endsWith(name + ".java") && file.toString().contains("src/test/java"))) {
      return files.findAny().isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
