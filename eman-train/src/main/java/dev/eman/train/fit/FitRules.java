package dev.eman.train.fit;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.UsageException;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.train.fit.FitChoice.Method;
import dev.eman.train.fit.FitChoice.Views;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which {@link Fit} chooses: functions of what there is to learn from, how fast the
 * machine is and how long it may take, and of nothing else.
 *
 * <ol>
 *   <li>Without labels: MoCo, which learns features. With at least as many images without labels as
 *       with: FixMatch with an EMAN teacher, unless the time is too short for it. Else supervised.
 *   <li>Few labels among many images, and time for both: MoCo with an EMAN teacher for half of it,
 *       then FixMatch from what it has learned.
 *   <li>The largest network, at the largest image size, that gets as many steps in the time as it
 *       needs; the smallest one if none does.
 *   <li>More unlabelled images for each labelled one where the time allows it.
 *   <li>As many steps as the time allows, less evaluations (a twelfth of it at most) and report.
 * </ol>
 */
final class FitRules {
  /** The network whose time for an image of 32 x 32 pixels all costs are relative to. */
  static final String REFERENCE = "resnet14-w16";

  static final int REFERENCE_SIZE = 32;

  /** What learns without labels. */
  static final String WITHOUT_LABELS = "moco";

  private static final String SUPERVISED = "supervised";
  private static final String SEMI_SUPERVISED = "fixmatch";

  /** From this length on FixMatch has its published threshold and teacher. */
  static final long LONG = 10_000;

  /** Images of data sets by name up to this size are taken as they are. */
  private static final int SMALL = 48;

  /** FixMatch: fewer steps show no gain over the labels alone (docs/results.md). */
  private static final long FEWEST_FIXMATCH_STEPS = 300;

  private static final long MOST_STEPS = 1L << 20;

  private static final long MOST_WARMUP = 150;

  /** Supervised: passes over the labelled images after which more only fit them by heart. */
  static final long MOST_PASSES = 200;

  private static final long FEWEST_STEPS_OF_MOST = 1_000;

  /** Share of the time that evaluations may take together. */
  private static final double EVALUATIONS = 1.0 / 12;

  private static final int MOST_EVALUATIONS = 8;

  /** Images that are classified after the last evaluation: those predicted wrongly and the map. */
  static final int CLOSING_IMAGES = 3_000;

  /** Map, report and what a machine does not do at a constant speed. */
  static final double CLOSING_SECONDS = 8;

  /** Steps are a little slower in a run than when timed. */
  static final double SLACK = 1.05;

  private FitRules() {}

  /**
   * A network at an image size.
   *
   * @param cost multiplications of an image against {@link #REFERENCE}'s
   * @param steps that it needs, at least, to be worth its time
   */
  private record Rung(String backbone, int size, double cost, long steps) {}

  /** For images of the size of CIFAR's, taken as they are. */
  private static final ImmutableList<Rung> SMALL_IMAGES =
      ImmutableList.of(
          new Rung("resnet8-w16", REFERENCE_SIZE, 0.46, 0),
          new Rung(REFERENCE, REFERENCE_SIZE, 1, 600),
          new Rung("resnet14-w32", REFERENCE_SIZE, 3.9, 6_000),
          new Rung("wrn-28-2", REFERENCE_SIZE, 8, 12_000));

  private static final ImmutableList<Rung> PHOTOS =
      ImmutableList.of(
          new Rung(REFERENCE, 32, 1, 0),
          new Rung(REFERENCE, 64, 4, 400),
          new Rung(REFERENCE, 96, 9, 3_000),
          new Rung("resnet18", 128, 22.4, 6_000),
          new Rung("resnet18", 160, 35, 8_000),
          new Rung("resnet18", 224, 68.6, 10_000),
          new Rung("resnet50", 224, 155, 20_000));

  /**
   * What a user has decided already.
   *
   * @param backbone null to choose it
   * @param size in pixels; null to choose it
   * @param initial whether there are weights to begin from
   */
  record Wishes(@Nullable String backbone, @Nullable Integer size, boolean initial) {
    static final Wishes NONE = new Wishes(null, null, false);
  }

  /**
   * Chooses method, network, image size and batch.
   *
   * @param msPerImage milliseconds that {@link #REFERENCE} takes to learn from one image of {@link
   *     #REFERENCE_SIZE} pixels, above 0
   * @param seconds for all of it, above 0
   * @param algorithms names of those on the class path
   */
  static FitChoice choose(
      DataFacts data,
      double msPerImage,
      double seconds,
      ImmutableSet<String> algorithms,
      Wishes wishes) {
    checkArgument(msPerImage > 0, "ms per image: expected above 0, got %s", msPerImage);
    checkArgument(seconds > 0, "seconds: expected above 0, got %s", seconds);
    double training = Math.max(0, (seconds - CLOSING_SECONDS) * (1 - EVALUATIONS));
    if (!data.hasLabels()) {
      require(algorithms, WITHOUT_LABELS);
      return network(
          data,
          method(WITHOUT_LABELS, data),
          msPerImage,
          training,
          wishes,
          "no image has a label, so features are learned without");
    }
    if (data.unlabeled() < data.labeled()) {
      return network(
          data,
          method(SUPERVISED, data),
          msPerImage,
          training,
          wishes,
          String.format(
              Locale.ROOT,
              "with %,d labelled and %,d unlabelled images the labels alone teach more in the same"
                  + " time",
              data.labeled(),
              data.unlabeled()));
    }
    if (!algorithms.contains(SEMI_SUPERVISED)) {
      return network(
          data,
          method(SUPERVISED, data),
          msPerImage,
          training,
          wishes,
          "the images without labels are not used, as fixmatch is not on the class path");
    }
    FitChoice choice =
        network(
            data,
            method(SEMI_SUPERVISED, data),
            msPerImage,
            training,
            wishes,
            String.format(
                Locale.ROOT,
                "%.0f images without labels for each labelled one; its EMAN teacher labels those it"
                    + " is sure of",
                (double) data.unlabeled() / data.labeled()));
    if (steps(choice, msPerImage, training) < FEWEST_FIXMATCH_STEPS) {
      return network(
          data,
          method(SUPERVISED, data),
          msPerImage,
          training,
          wishes,
          "the time is too short to learn from the images without labels");
    }
    boolean canBegin = algorithms.contains(WITHOUT_LABELS) && !wishes.initial();
    FitChoice whole = canBegin ? FirstRules.decide(choice, data, msPerImage, training) : choice;
    return more(
        whole, msPerImage, whole.before() == null ? training : training * (1 - FirstRules.SHARE));
  }

  private static void require(ImmutableSet<String> algorithms, String name) {
    if (!algorithms.contains(name)) {
      throw new UsageException(
          "expected labelled images of at least two classes, or "
              + name
              + " on the class path to learn without labels, found neither");
    }
  }

  static Method method(String algorithm, DataFacts data) {
    if (algorithm.equals(SUPERVISED)) {
      boolean many = data.labeled() >= 2_000;
      return new Method(
          algorithm, many ? 64 : 32, 1, Views.NONE, many ? 0.06 : 0.03, ScheduleKind.COSINE);
    }
    if (algorithm.equals(WITHOUT_LABELS)) {
      int batch = data.images() >= 1_000 ? 128 : 64;
      return new Method(algorithm, batch, 1, Views.TWO, 0.06 * batch / 128, ScheduleKind.COSINE);
    }
    int mu = data.ownSize() ? 3 : 2;
    return new Method(algorithm, 16, mu, Views.WEAK_AND_STRONG, 0.03, ScheduleKind.FIXMATCH);
  }

  private static FitChoice network(
      DataFacts data,
      Method method,
      double msPerImage,
      double training,
      Wishes wishes,
      String why) {
    List<Rung> rungs = rungs(data, wishes);
    FitChoice chosen = null;
    for (Rung rung : rungs) {
      FitChoice next =
          new FitChoice(method, rung.backbone(), rung.size(), rung.cost(), why, "", null);
      long steps = steps(next, msPerImage, training);
      long needed = method.views() == Views.NONE ? rung.steps() / 2 : rung.steps();
      if (chosen == null || steps >= needed) {
        chosen = next;
      }
    }
    FitChoice found = Optional.ofNullable(chosen).orElseThrow();
    boolean last =
        found.backbone().equals(rungs.get(rungs.size() - 1).backbone())
            && found.size() == rungs.get(rungs.size() - 1).size();
    String reason =
        rungs.size() == 1
            ? "as asked for"
            : last
                ? "the largest of its kind, for which the time suffices"
                : "the largest for which the time suffices";
    return new FitChoice(method, found.backbone(), found.size(), found.cost(), why, reason, null);
  }

  /** From the least to the greatest cost; at least one. */
  private static ImmutableList<Rung> rungs(DataFacts data, Wishes wishes) {
    boolean small = data.pixels() <= SMALL;
    ImmutableList.Builder<Rung> fitting = ImmutableList.builder();
    for (Rung rung : small ? SMALL_IMAGES : PHOTOS) {
      int size = small ? own(data) : rung.size();
      Rung sized = at(rung, wishes.size() == null ? size : wishes.size());
      boolean named = wishes.backbone() == null || wishes.backbone().equals(rung.backbone());
      if (named && (wishes.size() != null || sized.size() <= largest(data))) {
        fitting.add(sized);
      }
    }
    ImmutableList<Rung> found = fitting.build();
    if (found.isEmpty()) {
      String backbone = wishes.backbone() == null ? REFERENCE : wishes.backbone();
      Rung any = new Rung(backbone, 224, 68.6, 0);
      return ImmutableList.of(
          at(any, wishes.size() == null ? Math.min(224, own(data)) : wishes.size()));
    }
    return found;
  }

  /** Images are not enlarged by more than half. */
  private static int largest(DataFacts data) {
    return Math.max(REFERENCE_SIZE, data.pixels() * 3 / 2);
  }

  private static int own(DataFacts data) {
    return data.ownSize() ? Math.max(16, data.pixels() / 4 * 4) : data.usualSize();
  }

  private static Rung at(Rung rung, int size) {
    double scale = (double) size / rung.size();
    return new Rung(rung.backbone(), size, rung.cost() * scale * scale, rung.steps());
  }

  /** MoCo's steps of rising rates, as in docs/self-supervised.md: embeddings collapse without. */
  static long warmup(long steps) {
    return Math.min(MOST_WARMUP, steps / 16);
  }

  /** How many steps the time allows. */
  static long steps(FitChoice choice, double msPerImage, double training) {
    return (long) (training / stepSeconds(choice, msPerImage));
  }

  /** Estimated time of a step. */
  static double stepSeconds(FitChoice choice, double msPerImage) {
    return choice.method().imagesPerStep() * choice.cost() * msPerImage / 1000;
  }

  /** More unlabelled images a step where many steps remain. */
  private static FitChoice more(FitChoice choice, double msPerImage, double training) {
    FitChoice found = choice;
    for (int mu : new int[] {4, 7}) {
      Method method = choice.method();
      FitChoice next =
          choice.with(
              new Method(
                  method.algorithm(),
                  method.batch(),
                  mu,
                  method.views(),
                  method.learningRate(),
                  method.schedule()));
      if (steps(next, msPerImage, training) >= LONG) {
        found = next;
      }
    }
    return found;
  }

  /** A teacher's average reaches back over a small part of the run. */
  static double teacherMomentum(long steps) {
    return steps < 300 ? 0.95 : steps < LONG ? 0.99 : 0.999;
  }

  /**
   * How long to train.
   *
   * @param stepSeconds measured time of a step, above 0
   * @param seconds for all of it
   * @param budget seconds that the user has given, part of which may be spent
   * @throws UsageException if that is too short
   */
  static FitPlan plan(
      FitChoice choice, DataFacts data, double stepSeconds, double seconds, double budget) {
    checkArgument(stepSeconds > 0, "step: expected above 0 s, got %s", stepSeconds);
    double step = stepSeconds * SLACK;
    double perImage = FitChoice.FORWARD * step / choice.method().imagesPerStep();
    double evaluation = perImage * choice.method().networks() * data.test();
    double closing =
        CLOSING_SECONDS + perImage * Math.min(CLOSING_IMAGES, data.images() + data.test());
    double left = seconds - closing;
    int evaluations = 1;
    if (evaluation > 0) {
      evaluations = (int) Math.max(1, Math.min(MOST_EVALUATIONS, left * EVALUATIONS / evaluation));
    }
    long steps = (long) Math.floor((left - evaluations * evaluation) / step);
    if (steps < 1) {
      double least = budget - seconds + closing + evaluation + 10 * step;
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--minutes: expected at least %.1f for these images on this machine, got %s",
              Math.ceil(10 * least / 60) / 10,
              BigDecimal.valueOf(budget / 60).round(new MathContext(3)).toPlainString()));
    }
    long most = most(choice, data);
    return new FitPlan(
        Math.min(steps, most),
        most,
        (int) Math.min(evaluations, Math.min(steps, most)),
        step,
        evaluation,
        closing);
  }

  /** More steps teach no more, or no longer what is meant. */
  private static long most(FitChoice choice, DataFacts data) {
    return choice.method().views() == Views.NONE
        ? Math.max(FEWEST_STEPS_OF_MOST, MOST_PASSES * data.labeled() / choice.method().batch())
        : MOST_STEPS;
  }
}
