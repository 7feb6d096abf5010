package dev.eman.train.fit;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.train.InitialWeights;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.RunFiles;
import dev.eman.train.RunRecord;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.EvaluationOptions;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.ScheduleOptions;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One call of {@link Fit}: a new run, or one to resume or to continue. */
final class FitRun {
  /** Part of the time that measuring steps may take. */
  private static final double PROBING = 0.04;

  private static final double LONGEST_PROBE_S = 20;
  private static final int MOST_MEASURED = 3;

  private final OptionTexts texts;
  private final double minutes;
  private final @Nullable Path out;
  private final FitClock clock;
  private final Speeds speeds;
  private final FitDriver driver;
  private final FitPhase phase;

  FitRun(
      OptionTexts texts,
      double minutes,
      @Nullable Path out,
      FitClock clock,
      Speeds speeds,
      FitDriver driver) {
    this.texts = texts;
    this.minutes = minutes;
    this.out = out;
    this.clock = clock;
    this.speeds = speeds;
    this.driver = driver;
    this.phase = new FitPhase(driver);
  }

  Optional<FitResult> run() {
    DataFacts data = DataFacts.of(texts);
    TrainingRun.checkEarlyStop(
        texts.with(TrainingOptions.ALGORITHM, "supervised").resolve(), data.test() > 0);
    Path folder = out == null ? Path.of("runs", "fit-" + shortName()) : out;
    for (int i = 2; ; i++) {
      RunFiles files = new RunFiles(folder);
      if (!files.isBegun()) {
        FitRecord.discard(files);
        return begin(data, folder);
      }
      FitRecord record =
          FitRecord.read(files)
              .orElseThrow(
                  () ->
                      new UsageException(
                          files.root()
                              + " holds a run that was not begun by eman fit; take another folder"
                              + " (--out)"));
      if (record.fingerprint().equals(data.fingerprint()) && isAsked(files)) {
        return proceed(files, record);
      }
      if (out != null) {
        throw new UsageException(
            files.root() + " holds a run of other images or options; take another folder (--out)");
      }
      folder = Path.of("runs", "fit-" + shortName() + "-" + i);
    }
  }

  private String shortName() {
    Path name =
        Path.of(texts.text(DataOptions.DATASET).orElseThrow())
            .toAbsolutePath()
            .normalize()
            .getFileName();
    return String.valueOf(name).replaceFirst("(?i)\\.[ct]sv$", "");
  }

  /** Whether a run has the options that are asked for, but for those that can change. */
  private boolean isAsked(RunFiles files) {
    OptionTexts own = OptionTexts.read(files.config());
    OptionTexts asked =
        OptionTexts.of(texts.with(TrainingOptions.ALGORITHM, "supervised").resolve());
    for (TrainingOption<?> option : Fit.OPTIONS) {
      if (texts.has(option)
          && !TrainingRun.canChange(option)
          && !asked.text(option).equals(own.text(option))) {
        return false;
      }
    }
    return true;
  }

  private Optional<FitResult> begin(DataFacts data, Path folder) {
    FitRules.Wishes wishes =
        new FitRules.Wishes(
            backbone(),
            texts.text(DataOptions.SIZE).map(DataOptions.SIZE::parse).orElse(null),
            texts.has(InitialOptions.INIT));
    double reference = speeds.referenceMs();
    FitChoice choice = FitRules.choose(data, reference, left(), Algorithms.all().keySet(), wishes);
    double step = measure(data, choice);
    for (int tries = 1; tries < MOST_MEASURED; tries++) {
      // The estimate may be far off for another network, or where reading takes the time.
      double found = reference * step / FitRules.stepSeconds(choice, reference);
      FitChoice again = FitRules.choose(data, found, left(), Algorithms.all().keySet(), wishes);
      if (again.isLike(choice)) {
        choice = again;
        break;
      }
      choice = again;
      step = measure(data, choice);
    }
    FitChoice first = choice.first();
    FitPlan before =
        first == null ? null : FirstRules.plan(first, data, measure(data, first), clock.left());
    FitPlan plan =
        FitRules.plan(
            choice,
            data,
            step,
            clock.left() - (before == null ? 0 : before.seconds()),
            clock.seconds());
    ImmutableList<String> why = FitText.lines(data, reference, choice, before, plan, minutes);
    why.forEach(driver::chosen);
    OptionTexts own = options(data, choice).and(plan.texts(choice));
    FitRecord record = new FitRecord(minutes, clock.spent(), plan, data.fingerprint(), why);
    if (first != null && before != null) {
      FirstRun run = new FirstRun(new RunFiles(folder), phase);
      OptionTexts options = options(data, first).and(before.texts(first));
      FitRecord after = run.begin(options, before, own, plan, clock, record);
      return after == null
          ? Optional.empty()
          : train(
              folder,
              new Deadline(clock, after, plan.evaluationSeconds(), plan.closingSeconds())
                  .replanning(plan),
              listeners -> TrainingRun.resume(folder, listeners));
    }
    TrainingOptions options = own.resolve();
    return train(
        folder,
        new Deadline(clock, record, plan.evaluationSeconds(), plan.closingSeconds())
            .replanning(plan),
        listeners -> TrainingRun.start(options, folder, listeners));
  }

  /** The network that was asked for, or that the initial weights are of; null for neither. */
  private @Nullable String backbone() {
    if (texts.has(TrainingOptions.BACKBONE)) {
      return texts.text(TrainingOptions.BACKBONE).orElseThrow();
    }
    WeightSource source =
        texts.text(InitialOptions.INIT).map(InitialOptions.INIT::parse).orElse(null);
    if (source instanceof WeightSource.Published published) {
      return published.weights().backbone();
    }
    return source == null
        ? null
        : new InitialWeights(source, null, null, null)
            .options()
            .text(TrainingOptions.BACKBONE)
            .orElse(null);
  }

  /** To choose for; a plan says if it is too short. */
  private double left() {
    return Math.max(1, clock.left());
  }

  private double measure(DataFacts data, FitChoice choice) {
    OptionTexts options =
        options(data, choice)
            .with(ScheduleOptions.STEPS, Integer.toString(1_000_000))
            .with(EvaluationOptions.EARLY_STOP, "0") // It needs evaluations.
            .with("evaluate-every", "0")
            .with("checkpoint-every", "0");
    // A step may take long by them: MoCo's of the published queue several times as long.
    for (Map.Entry<String, String> setting : choice.settings(FitRules.LONG).entrySet()) {
      options = options.withSetting(setting.getKey(), setting.getValue());
    }
    return speeds.stepSeconds(
        options.resolve(), Math.min(LONGEST_PROBE_S, PROBING * clock.seconds()));
  }

  private OptionTexts options(DataFacts data, FitChoice choice) {
    return choice.texts(data.usualSize()).and(texts);
  }

  private Optional<FitResult> proceed(RunFiles files, FitRecord known) {
    FitClock going = clock.after(known.spentSeconds());
    FitRecord record = new FirstRun(files, phase).proceed(going, known, texts.only(changeable()));
    if (record == null) {
      return Optional.empty();
    }
    OptionTexts own = OptionTexts.read(files.config());
    TrainingOptions options = own.resolve(files.config().toString());
    FitPlan plan = record.plan();
    long planned = options.schedule().steps();
    Long limit = options.schedule().limitSteps();
    long done =
        Files.exists(files.last()) ? RunCheckpoint.openFacts(files.root(), Which.LAST).steps() : 0;
    long end = limit == null ? planned : Math.min(planned, limit); // Its time may have cut it.
    long steps = end;
    boolean ended = done > 0 && hasEndedEarly(files, own, options);
    boolean longer = minutes > record.minutes() && !ended;
    if (files.isFinished() && ended) {
      driver.chosen(
          String.format(
              Locale.ROOT,
              "%s is finished: --early-stop %d ended it after step %,d; with --early-stop 0 and"
                  + " more --minutes it continues",
              files.root(),
              options.evaluation().earlyStop(),
              done));
      return Optional.of(result(files, record));
    }
    if (longer) {
      double each = plan.stepSeconds() + plan.evaluationSeconds() / plan.evaluateEvery();
      long more = (long) ((going.left() - plan.closingSeconds()) / each);
      // A run that its time has cut short shows that its planned length takes longer.
      boolean cut = limit != null && limit < planned;
      steps = Math.max(cut ? done : planned, Math.min(plan.most(), done + Math.max(0, more)));
    }
    if (files.isFinished() && (steps <= done || !(longer || endsElsewhere(own)))) {
      driver.chosen(
          files.root()
              + (longer && done >= plan.most()
                  ? String.format(
                      Locale.ROOT,
                      " is finished: after its %,d steps more of them only fit the labels by heart;"
                          + " label more images",
                      done)
                  : String.format(
                      Locale.ROOT,
                      " is finished: %.1f minutes have gone into it; with more --minutes it"
                          + " continues",
                      record.spentSeconds() / 60)));
      return Optional.of(result(files, record));
    }
    OptionTexts changes = texts.only(changeable());
    if (longer) {
      changes =
          changes
              .with(ScheduleOptions.STEPS, Long.toString(steps))
              .with(ScheduleOptions.LIMIT_STEPS, Long.toString(steps));
      driver.chosen(
          String.format(
              Locale.ROOT,
              "%s continues: %.1f of %.1f minutes and %,d steps are done, %,d steps are planned;"
                  + " the learning rate follows the schedule of that length from here on",
              files.root(),
              record.spentSeconds() / 60,
              minutes,
              done,
              steps));
    } else if (done == 0 && options.initial().source() != null) {
      driver.chosen(
          String.format(
              Locale.ROOT, "%s begins its %,d steps with learned weights", files.root(), end));
    } else {
      driver.chosen(
          String.format(
              Locale.ROOT,
              "%s was interrupted at step %,d of %,d and resumes there",
              files.root(),
              done,
              end));
    }
    FitPlan now = plan.withSteps(steps, plan.stepSeconds());
    FitRecord updated =
        new FitRecord(
            Math.max(minutes, record.minutes()),
            going.spent(),
            now,
            record.fingerprint(),
            record.why());
    OptionTexts changed = changes;
    return train(
        files.root(),
        new Deadline(going, updated, now.evaluationSeconds(), now.closingSeconds()).replanning(now),
        listeners -> TrainingRun.resume(files.root(), false, changed, listeners));
  }

  /** Whether a run's patience has ended it, and holds. */
  private boolean hasEndedEarly(RunFiles files, OptionTexts own, TrainingOptions options) {
    int patience = options.evaluation().earlyStop();
    return patience > 0
        && !endsElsewhere(own)
        && RunCheckpoint.openFacts(files.root(), Which.LAST).history().sinceBest() >= patience;
  }

  /** Whether a run that has ended early is asked to end at another time. */
  private boolean endsElsewhere(OptionTexts own) {
    return texts.has(EvaluationOptions.EARLY_STOP)
        && !texts.text(EvaluationOptions.EARLY_STOP).equals(own.text(EvaluationOptions.EARLY_STOP));
  }

  /** What may be given anew: where the images are, for example. */
  private static List<TrainingOption<?>> changeable() {
    return Stream.concat(Stream.of(DataOptions.DATASET), Fit.OPTIONS.stream())
        .filter(TrainingRun::canChange)
        .collect(toImmutableList());
  }

  private Optional<FitResult> train(Path folder, Deadline deadline, FitPhase.Opening opening) {
    if (!phase.train(folder, deadline, opening)) {
      return Optional.empty();
    }
    RunFiles files = new RunFiles(folder);
    return Optional.of(result(files, FitRecord.read(files).orElseThrow()));
  }

  private static FitResult result(RunFiles files, FitRecord record) {
    return new FitResult(
        files.root(),
        RunRecord.read(files),
        ImmutableList.copyOf(record.why()),
        record.spentSeconds());
  }
}
