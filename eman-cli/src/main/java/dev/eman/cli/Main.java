package dev.eman.cli;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import dev.eman.cli.data.DataCommand;
import dev.eman.cli.doctor.NativesFailure;
import dev.eman.core.EmanException;
import dev.eman.core.Services;
import dev.eman.core.UsageException;
import dev.eman.core.io.Printable;
import dev.eman.core.nn.Backend;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.train.options.DataOptions;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code eman} command. Exit codes: 0 for success, 1 for a failure (one line on stderr), 2 for
 * a mistake on the command line or in a configuration file, and those of {@link ExitCodes}.
 */
@Command(
    name = "eman",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Trains image classifiers with few labels: a student and its averaged teacher.")
public final class Main {
  private static final ImmutableList<String> BUILT_IN =
      ImmutableList.of(
          "demo",
          "fit",
          "train",
          "tune",
          "finetune",
          "evaluate",
          "knn",
          "linear",
          "map",
          "predict",
          "export",
          "features",
          "report",
          "errors",
          "algorithms",
          "data",
          "doctor");

  private static final String CORRUPT_IMAGES = "--" + DataOptions.CORRUPT_IMAGES.name();

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of a failure; EMAN_DEBUG=1 does too.")
  private boolean debug;

  private Main() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    // Messages and files are English, whatever the language of the system: digits, and the letters
    // that libraries make small.
    Locale.setDefault(Locale.ROOT);
    // JavaCPP warns that it is newer than ND4J's natives, which is meant; the log leaves that out.
    System.getProperties().putIfAbsent("org.bytedeco.javacpp.logger", "slf4j");
    StandardOutput output = StandardOutput.install();
    CommandLine eman = checked(args).setOut(output.writer());
    int exitCode = eman.execute(args);
    eman.getOut().flush();
    System.out.flush();
    if (output.readerExited()) { // "eman ... | head" has what it asked for.
      exitCode = exitCode <= 1 ? ExitCodes.READER_EXITED : exitCode;
    } else if (output.hasFailed()) {
      System.err.println("eman: cannot write all of the output; the disk may be full");
      exitCode = Math.max(1, exitCode);
    }
    System.exit(exitCode);
  }

  /** The command, or the end of the process where its environment cannot be used. */
  private static CommandLine checked(String[] args) {
    String paths = System.getenv(ExtraClassPath.VARIABLE);
    try {
      ExtraClassPath.check(paths == null ? "" : paths);
      Backend.checkThreads();
      boolean alwaysDebug = "1".equals(System.getenv("EMAN_DEBUG"));
      return commandLine(alwaysDebug, args);
    } catch (EmanException e) {
      System.err.println("eman: " + Printable.escapeLines(String.valueOf(e.getMessage())));
      System.exit(e instanceof UsageException ? 2 : 1);
      throw e;
    }
  }

  /**
   * The command with all its subcommands.
   *
   * @param alwaysDebug stack traces even without {@code --debug}
   */
  public static CommandLine commandLine(boolean alwaysDebug) {
    Main main = new Main();
    CommandLine eman = new CommandLine(main);
    BUILT_IN.forEach(name -> eman.addSubcommand(subcommand(name)));
    for (CommandProvider provider : Services.load(CommandProvider.class)) {
      provider.commands().forEach(eman::addSubcommand);
    }
    eman.addSubcommand(new HelpCommand()).addSubcommand("completion", completion());
    return configure(eman, main, alwaysDebug);
  }

  /**
   * The command with what these arguments ask for: to look at the other subcommands, and load their
   * classes, takes as long as most else before one runs.
   */
  static CommandLine commandLine(boolean alwaysDebug, String[] args) {
    String first = args.length == 0 ? "" : args[0];
    boolean version = args.length == 1 && (first.equals("--version") || first.equals("-V"));
    if (!version && !BUILT_IN.contains(first)) {
      return commandLine(alwaysDebug);
    }
    Main main = new Main();
    CommandLine eman = new CommandLine(main);
    if (!version) {
      eman.addSubcommand(subcommand(first));
    }
    return configure(eman, main, alwaysDebug);
  }

  private static CommandLine subcommand(String name) {
    return new CommandLine(command(name));
  }

  private static Class<?> command(String name) {
    return switch (name) {
      case "demo" -> DemoCommand.class;
      case "fit" -> FitCommand.class;
      case "train" -> TrainCommand.class;
      case "tune" -> TuneCommand.class;
      case "finetune" -> FinetuneCommand.class;
      case "evaluate" -> EvaluateCommand.class;
      case "knn" -> KnnCommand.class;
      case "linear" -> LinearCommand.class;
      case "map" -> MapCommand.class;
      case "predict" -> PredictCommand.class;
      case "export" -> ExportCommand.class;
      case "features" -> FeaturesCommand.class;
      case "report" -> ReportCommand.class;
      case "errors" -> ErrorsCommand.class;
      case "algorithms" -> AlgorithmsCommand.class;
      case "data" -> DataCommand.class;
      case "doctor" -> DoctorCommand.class;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static CommandLine configure(CommandLine eman, Main main, boolean alwaysDebug) {
    return Converters.register(eman)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(Main::execute)
        .setParameterExceptionHandler(Main::reportUsage)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> report(failure, command, alwaysDebug || main.debug));
  }

  private static CommandLine completion() {
    CommandLine command = new CommandLine(new AutoComplete.GenerateCompletion());
    command
        .getCommandSpec()
        .name("completion")
        .usageMessage()
        .hidden(false)
        .description(
            "Prints a script by which bash and zsh complete commands and options:"
                + " source <(eman completion)")
        .footer(new String[0]);
    return command;
  }

  /** Reports an error like an exception; otherwise it would end in a stack trace. */
  private static int execute(ParseResult parsed) {
    try {
      return new RunLast().execute(parsed);
    } catch (Error e) {
      throw new ExecutionException(parsed.commandSpec().commandLine(), e.toString(), e);
    }
  }

  /** Prints one line with a suggestion; all options only if no command was named. */
  private static int reportUsage(ParameterException mistake, String[] arguments) {
    CommandLine command = mistake.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("eman: " + Printable.escapeLines(String.valueOf(mistake.getMessage())));
    boolean suggested = UnmatchedArgumentException.printSuggestions(mistake, err);
    if (!suggested && !command.getSubcommands().isEmpty()) {
      command.usage(err);
    } else if (!suggested) {
      err.println(command.getCommandSpec().qualifiedName() + " --help shows all options");
    }
    err.flush();
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static int report(Exception thrown, CommandLine command, boolean debug) {
    Throwable failure =
        thrown instanceof ExecutionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (failure instanceof OutputLostException) {
      return command.getCommandSpec().exitCodeOnExecutionException(); // main knows the cause.
    }
    PrintWriter err = command.getErr();
    err.println("eman: " + describe(failure, debug) + wayOut(failure, command));
    if (debug) {
      failure.printStackTrace(err);
    }
    err.flush();
    return failure instanceof UsageException
        ? command.getCommandSpec().exitCodeOnInvalidInput()
        : command.getCommandSpec().exitCodeOnExecutionException();
  }

  /** How the command can do without an image that stopped it; the readers do not know options. */
  private static String wayOut(Throwable failure, CommandLine command) {
    ParseResult parsed = command.getParseResult();
    boolean avoidable =
        command.getCommandSpec().optionsMap().containsKey(CORRUPT_IMAGES)
            && (parsed == null || !parsed.hasMatchedOption(CORRUPT_IMAGES))
            && !String.valueOf(failure.getMessage()).contains(CORRUPT_IMAGES)
            && Throwables.getCausalChain(failure).stream()
                .anyMatch(CorruptImageException.class::isInstance);
    return avoidable ? "; " + CORRUPT_IMAGES + " skip leaves it out" : "";
  }

  private static String describe(Throwable failure, boolean debug) {
    String memory = MemoryFailure.describe(failure);
    if (failure instanceof EmanException) {
      // It may contain file names from untrusted sources.
      String message = Printable.escapeLines(String.valueOf(failure.getMessage()));
      return message + (memory == null ? "" : " (" + memory + ")");
    }
    if (memory != null) {
      return memory;
    }
    NativesFailure natives = NativesFailure.of(failure);
    if (natives != null) {
      return natives.toString();
    }
    // Not meant for the user, so most likely a defect.
    return "unexpected "
        + NativesFailure.cause(failure)
        + (debug ? "" : " (--debug shows the stack trace)");
  }
}
