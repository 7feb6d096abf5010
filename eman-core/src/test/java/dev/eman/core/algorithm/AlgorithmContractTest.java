package dev.eman.core.algorithm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.ClassWeights;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.option.ChoiceOption;
import dev.eman.core.option.OptionSpec;
import dev.eman.core.train.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What every algorithm promises. To test another one, extend this class with its provider, and with
 * options that make it small if need be.
 */
public abstract class AlgorithmContractTest {
  private static final int CLASSES = 3;
  private static final int LABELED = 4;
  private static final int UNLABELED = 8;
  private static final int POOL = 40;
  private static final double RATE = 0.05;

  /** The algorithm under test. */
  protected abstract AlgorithmProvider provider();

  /** Options for a quick test, such as a short queue; none unless overridden. */
  protected Map<String, Object> options() {
    return Map.of();
  }

  private StudentTeacherAlgorithm create(Map<String, Object> set) {
    AlgorithmProvider provider = provider();
    AlgorithmOptions options = AlgorithmOptions.of(provider, set);
    Student student =
        new Student(
            provider.network(Backbones.named("resnet8-w4"), CLASSES, options, 5),
            Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4));
    return Algorithms.create(
        provider,
        AlgorithmContext.builder(student, options)
            .classes(CLASSES)
            .labeledImages(LABELED)
            .unlabeledImages(POOL)
            .totalSteps(20)
            .seed(1)
            .build());
  }

  private StudentTeacherAlgorithm create() {
    return create(options());
  }

  /** As the provider's {@code usesLabels} and {@code views} promise; the same for a seed. */
  private Batch batch(int seed) {
    return batch(seed, provider().usesLabels(), provider().views().size());
  }

  private static Batch batch(int seed, boolean labels, int views) {
    return batch(seed, labels ? LABELED : 0, views, UNLABELED);
  }

  /** Of parts as large as the halves of {@link #batch(int)}. */
  private Batch batchOf(int parts, int seed) {
    return batch(
        seed,
        provider().usesLabels() ? parts * LABELED / 2 : 0,
        provider().views().size(),
        parts * UNLABELED / 2);
  }

  private static Batch batch(int seed, int labeled, int views, int unlabeled) {
    Nd4j.getRandom().setSeed(seed + 1);
    INDArray images = Nd4j.randn(unlabeled, 3, 8, 8);
    List<INDArray> all = new ArrayList<>();
    for (int i = 0; i < views; i++) {
      all.add(images.add(Nd4j.randn(unlabeled, 3, 8, 8).muli(0.1)));
    }
    return new Batch(
        labeled > 0 ? Nd4j.randn(labeled, 3, 8, 8) : null,
        ints(labeled, i -> i % LABELED == 3 ? seed % CLASSES : i % LABELED),
        all,
        ImmutableIntArray.of(),
        ints(labeled, i -> new int[] {3, 1, 0, 2}[i % LABELED]),
        // Some images come again in later steps, none twice in one.
        ints(views > 0 ? unlabeled : 0, i -> (seed * 5 + i * 3) % POOL));
  }

  private static ImmutableIntArray ints(int count, IntUnaryOperator value) {
    return ImmutableIntArray.copyOf(IntStream.range(0, count).map(value));
  }

  @Test
  void nameAndDescription_areWellFormed() {
    String name = provider().name();
    assertTrue(name.matches("[a-z][a-z0-9-]*"), name);
    String description = provider().description();
    assertTrue(!description.isBlank() && description.lines().count() == 1, description);
    assertTrue(
        new HashSet<>(provider().views()).containsAll(provider().recipe().views().keySet()),
        "the recipe names views that the algorithm has");
  }

  @Test
  void options_areWellFormed() {
    Set<String> names = new HashSet<>();
    for (OptionSpec<?> option : provider().options()) {
      assertTrue(names.add(option.name()), option.name() + " is there twice");
      assertTrue(!option.text().isBlank() && option.text().lines().count() == 1, option.name());
      option
          .defaultValue()
          .ifPresent(value -> assertEquals(value, option.parse("x", option.defaultText())));
    }
    assertEquals(provider().options(), provider().options(), "the same at every call");
  }

  @Test
  void create_defaults_works() {
    StudentTeacherAlgorithm algorithm = create(Map.of());
    assertEquals(0, algorithm.steps());
  }

  @Test
  void options_unknown_isRefusedWithTheNearest() {
    for (OptionSpec<?> option : provider().options()) {
      UsageException e =
          assertThrows(
              UsageException.class,
              () -> AlgorithmOptions.of(provider(), Map.of(option.name() + "x", 1)));
      assertTrue(
          String.valueOf(e.getMessage()).contains("did you mean " + option.name() + "?"),
          e.getMessage());
    }
    assertThrows(
        UsageException.class, () -> AlgorithmOptions.of(provider(), Map.of("no such option", 1)));
  }

  @Test
  void step_promisedViews_suffice() {
    StudentTeacherAlgorithm algorithm = create();
    Map<String, Double> scalars = algorithm.step(batch(0), RATE);
    assertTrue(scalars.containsKey("loss"), scalars.toString());
    scalars.forEach((name, value) -> assertTrue(Double.isFinite(value), name));
    assertEquals(1, algorithm.steps());
  }

  @Test
  void step_missingViewOrLabels_isRefusedAndLeavesParameters() {
    StudentTeacherAlgorithm algorithm = create();
    float[] before = learned(algorithm.student().parameters());
    int views = provider().views().size();
    if (views > 0) {
      Batch fewer = batch(0, provider().usesLabels(), views - 1);
      assertThrows(IllegalArgumentException.class, () -> algorithm.step(fewer, RATE));
    }
    if (provider().usesLabels()) {
      Batch without = batch(0, false, views);
      assertThrows(IllegalArgumentException.class, () -> algorithm.step(without, RATE));
    }
    assertArrayEquals(before, learned(algorithm.student().parameters()));
    algorithm.step(batch(0), RATE); // And is no obstacle to a good one.
    assertEquals(1, algorithm.steps());
  }

  @Test
  void step_one_changesTheStudent() {
    StudentTeacherAlgorithm algorithm = create();
    float[] before = learned(algorithm.student().parameters());
    algorithm.step(batch(0), RATE);
    assertFalse(Arrays.equals(before, learned(algorithm.student().parameters())));
  }

  /** For each teacher that the options offer, or for the only one. */
  @Test
  void steps_teacher_movesAsItsStatisticsSay() {
    for (Map<String, Object> set : teachers()) {
      StudentTeacherAlgorithm algorithm = create(set);
      Teacher teacher = algorithm.teacher();
      if (teacher == null) {
        continue;
      }
      float[] weights = learned(teacher.parameters());
      float[] statistics = statistics(teacher.parameters());
      algorithm.step(batch(0), RATE);
      algorithm.step(batch(1), RATE); // MoCo's teacher moves before its student's first step.
      assertFalse(Arrays.equals(weights, learned(teacher.parameters())), "learned");
      assertEquals(
          teacher.statistics() != TeacherStatistics.BATCH,
          !Arrays.equals(statistics, statistics(teacher.parameters())),
          "statistics of " + set);
      if (teacher.statistics() == TeacherStatistics.STUDENT) {
        assertArrayEquals(
            statistics(algorithm.student().parameters()), statistics(teacher.parameters()));
      }
    }
  }

  private List<Map<String, Object>> teachers() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (OptionSpec<?> option : provider().options()) {
      if (option.name().equals("teacher") && option instanceof ChoiceOption<?> choice) {
        for (String label : choice.range().split(", ", -1)) {
          Map<String, Object> set = new HashMap<>(options());
          set.put("teacher", label);
          all.add(set);
        }
      }
    }
    return all.isEmpty() ? List.of(options()) : all;
  }

  /** Weights of equal size change nothing; others do, and those that are not asked for fail. */
  @Test
  void steps_classWeights_countForLabels() {
    if (!provider().usesLabels()) {
      return;
    }
    StudentTeacherAlgorithm plain = create();
    StudentTeacherAlgorithm equal = create();
    equal.setClassWeights(ClassWeights.of(3, 3, 3));
    StudentTeacherAlgorithm weighted = create();
    weighted.setClassWeights(ClassWeights.of(1, 5, 1));
    for (int i = 0; i < 2; i++) {
      plain.step(batch(i), RATE);
      equal.step(batch(i), RATE);
      weighted.step(batch(i), RATE);
    }
    assertSame(plain, equal, 1e-6);
    assertFalse(
        Arrays.equals(
            learned(plain.student().parameters()), learned(weighted.student().parameters())));
  }

  @Test
  void step_nonFinite_leavesParametersStateAndCount() {
    StudentTeacherAlgorithm algorithm = create();
    algorithm.step(batch(0), RATE);
    float[] before = learned(algorithm.student().parameters());
    Map<String, float[]> state = state(algorithm);
    Batch good = batch(1);
    INDArray labeled = good.labeled() == null ? null : withNan(good.labeled());
    Batch bad =
        new Batch(
            labeled,
            good.labels(),
            good.views().stream().map(AlgorithmContractTest::withNan).toList(),
            good.hiddenLabels(),
            good.labeledIndices(),
            good.unlabeledIndices());
    for (int parts : new int[] {1, 2}) {
      assertThrows(NonFiniteLossException.class, () -> algorithm.step(bad, parts, RATE));
      assertArrayEquals(before, learned(algorithm.student().parameters()));
      assertState(state, state(algorithm), 0);
      assertEquals(1, algorithm.steps());
    }
  }

  /** One NaN, in the second of two parts. */
  private static INDArray withNan(INDArray images) {
    INDArray bad = images.dup('c');
    bad.putScalar(bad.length() - 1, Float.NaN);
    return bad;
  }

  /** For each teacher that the options offer, or for the only one. */
  @Test
  void checkpoint_midway_resumesBitForBit(@TempDir Path folder) {
    for (Map<String, Object> set : teachers()) {
      StudentTeacherAlgorithm through = create(set);
      through.step(batch(0), RATE);
      through.step(batch(1), RATE);
      Path file = folder.resolve("a.ckpt");
      Checkpoint.write(file, through, 0, Map.of());
      StudentTeacherAlgorithm resumed = create(set);
      Checkpoint.read(file).restore(resumed);
      for (int i = 2; i < 4; i++) {
        assertEquals(
            through.step(batch(i), RATE), resumed.step(batch(i), RATE), () -> "with " + set);
      }
      assertSame(through, resumed, 0);
    }
  }

  @Test
  void steps_inTwoParts_equalTwoWorkers() {
    StudentTeacherAlgorithm alone = create();
    StudentTeacherAlgorithm main = create();
    try (DataParallel parallel = new DataParallel(main, 2, 1, this::create)) {
      for (int i = 0; i < 3; i++) {
        Map<String, Double> expected = alone.step(batch(i), 2, RATE);
        Map<String, Double> found = parallel.run(batch(i), RATE);
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, value) -> assertEquals(value, found.get(name), 1e-5, name));
      }
    }
    assertSame(alone, main, 1e-5);
  }

  /** Two machines that exchange partial steps are in the same state after each, to the bit. */
  @Test
  void steps_onTwoMachines_equalTwoPartsOfOne() {
    StudentTeacherAlgorithm alone = create();
    List<StudentTeacherAlgorithm> machines = List.of(create(), create());
    for (int i = 0; i < 3; i++) {
      alone.step(batch(i), 2, RATE);
      List<Batch> shares = batch(i).split(2);
      List<GradientStep> steps = new ArrayList<>();
      for (int k = 0; k < 2; k++) {
        GradientStep step = GradientStep.begin(machines.get(k), shares.get(k), 2);
        step.add(shares.get(k));
        steps.add(step);
      }
      PartialStep whole = steps.get(0).partial().plus(steps.get(1).partial());
      steps.forEach(step -> step.replace(whole));
      steps.forEach(step -> step.finish(RATE));
    }
    assertSame(machines.get(0), machines.get(1), 0);
    assertSame(alone, machines.get(0), 1e-5);
  }

  /** Workers that exchange their steps are in the state of one that does all parts, to the bit. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void steps_exchanged_equalPartsOfOneWorker(int workers) {
    StudentTeacherAlgorithm alone = create();
    List<StudentTeacherAlgorithm> together = new ArrayList<>();
    List<List<Map<String, Double>>> scalars =
        ExchangedWorkers.run(
            workers,
            exchange -> {
              StudentTeacherAlgorithm worker = create();
              synchronized (together) {
                together.add(worker);
              }
              ExchangedStep step = new ExchangedStep(worker, exchange, 1, "", () -> {});
              List<Map<String, Double>> all = new ArrayList<>();
              for (int i = 0; i < 3; i++) {
                all.add(step.run(batchOf(workers, i).split(workers).get(exchange.rank()), RATE));
              }
              return all;
            });
    List<Map<String, Double>> expected = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      expected.add(alone.step(batchOf(workers, i), workers, RATE));
    }
    scalars.forEach(found -> assertEquals(expected, found));
    together.forEach(worker -> assertSame(alone, worker, 0));
  }

  @Test
  void passes_state_isLeftToTheEndOfTheStep() {
    StudentTeacherAlgorithm algorithm = create();
    Map<String, float[]> before = state(algorithm);
    GradientStep step = GradientStep.begin(algorithm, batch(0), 1);
    step.add(batch(0));
    assertState(before, state(algorithm), 0);
    step.finish(RATE);
  }

  private static void assertSame(
      StudentTeacherAlgorithm expected, StudentTeacherAlgorithm found, double tolerance) {
    assertEquals(expected.steps(), found.steps());
    assertArrayEquals(
        expected.student().parameters().vector().toFloatVector(),
        found.student().parameters().vector().toFloatVector(),
        (float) tolerance,
        "student");
    assertArrayEquals(
        expected.student().optimizerState().toFloatVector(),
        found.student().optimizerState().toFloatVector(),
        (float) tolerance,
        "optimiser");
    if (expected.teacher() != null && found.teacher() != null) {
      assertArrayEquals(
          expected.teacher().parameters().vector().toFloatVector(),
          found.teacher().parameters().vector().toFloatVector(),
          (float) tolerance,
          "teacher");
    }
    assertState(state(expected), state(found), tolerance);
  }

  private static void assertState(
      Map<String, float[]> expected, Map<String, float[]> found, double tolerance) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach(
        (name, values) ->
            assertArrayEquals(values, found.get(name), (float) tolerance, "state " + name));
  }

  private static Map<String, float[]> state(StudentTeacherAlgorithm algorithm) {
    Map<String, float[]> copies = new HashMap<>();
    algorithm
        .savedState()
        .forEach((name, array) -> copies.put(name, array.dup('c').data().asFloat()));
    return copies;
  }

  private static float[] learned(ParameterTable parameters) {
    return values(parameters, false);
  }

  private static float[] statistics(ParameterTable parameters) {
    return values(parameters, true);
  }

  private static float[] values(ParameterTable parameters, boolean statistic) {
    float[] all = parameters.vector().toFloatVector();
    List<Float> chosen = new ArrayList<>();
    for (ParameterTable.Entry entry : parameters.entries()) {
      for (long i = 0; entry.statistic() == statistic && i < entry.length(); i++) {
        chosen.add(all[(int) (entry.offset() + i)]);
      }
    }
    float[] values = new float[chosen.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = chosen.get(i);
    }
    return values;
  }
}
