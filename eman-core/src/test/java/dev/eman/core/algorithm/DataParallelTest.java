package dev.eman.core.algorithm;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.eman.core.EmanException;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.ClassWeights;
import dev.eman.core.loss.LossValue;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DataParallelTest {
  private static final Set<Thread.State> WAITS =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);
  private static final double RATE = 0.1;

  /** Learns from labels, and can be made to fail once. */
  private static final class Fragile extends StudentTeacherAlgorithm {
    private volatile boolean fails;
    private volatile @Nullable Passage held;
    private volatile int contributed = 1;

    Fragile() {
      super(
          new Student(
              Backbones.named("resnet8-w4").classifier(3, 5),
              Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4)));
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      INDArray logits = context.student(context.batch().requireLabeled())[0];
      Passage passage = held;
      if (passage != null) {
        passage.pass();
      }
      if (fails) {
        fails = false;
        throw new AssertionError("once");
      }
      context.contribute("values", Reduction.SUM, Nd4j.zeros(contributed));
      contributed = 1;
      LossValue loss = SoftmaxCrossEntropy.withLabels(logits, context.batch().labels().toArray());
      return LossTerms.builder().loss("loss_x", loss.value()).gradient(loss.gradient()).build();
    }
  }

  /** Holds a pass up, whatever interrupts it. */
  private static final class Passage {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    void pass() {
      reached.countDown();
      Uninterruptibles.awaitUninterruptibly(open);
    }
  }

  private static Batch batch(int seed) {
    Nd4j.getRandom().setSeed(seed);
    return Batch.of(Nd4j.randn(6, 3, 8, 8), new int[] {0, 1, 2, 0, 1, 2});
  }

  private final Fragile main = new Fragile();
  private final List<Fragile> replicas = new ArrayList<>();

  private Fragile replica() {
    Fragile made = new Fragile();
    replicas.add(made);
    return made;
  }

  private void assertNextStepIsAsEver(DataParallel parallel, int workers) {
    Fragile twin = new Fragile();
    assertEquals(
        twin.step(batch(2), workers, RATE).get("loss"),
        parallel.run(batch(2), RATE).get("loss"),
        1e-5);
    assertEquals(1, main.steps());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void run_errorOfAWorker_isThrownAndEndsTheStepEverywhere(int worker) {
    try (DataParallel parallel = new DataParallel(main, 3, 1, this::replica)) {
      (worker == 0 ? main : replicas.get(worker - 1)).fails = true;
      Error thrown = assertThrows(Error.class, () -> parallel.run(batch(1), RATE));
      assertEquals("once", thrown.getMessage());
      assertNextStepIsAsEver(parallel, 3);
    }
  }

  /** Holds the worker until the thread that called has been interrupted and waits for it. */
  private static void interruptAndRelease(Thread caller, Passage passage) {
    Thread releasing =
        new Thread(
            () -> {
              Uninterruptibles.awaitUninterruptibly(passage.reached);
              while (!WAITS.contains(caller.getState())) {
                Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(10));
              }
              caller.interrupt();
              Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(200));
              passage.open.countDown();
            });
    releasing.setDaemon(true);
    releasing.start();
  }

  @Test
  void run_interrupted_endsTheStepEverywhere() {
    try (DataParallel parallel = new DataParallel(main, 2, 1, this::replica)) {
      Fragile replica = replicas.get(0);
      Passage passage = new Passage();
      replica.held = passage;
      interruptAndRelease(Thread.currentThread(), passage);
      EmanException thrown = assertThrows(EmanException.class, () -> parallel.run(batch(1), RATE));
      assertEquals("interrupted while workers were running", thrown.getMessage());
      assertTrue(Thread.interrupted());
      assertEquals(0, passage.open.getCount()); // It has waited.
      replica.held = null;
      assertNextStepIsAsEver(parallel, 2);
    }
  }

  @Test
  void close_interrupted_waitsForTheWorkers() throws InterruptedException {
    DataParallel parallel = new DataParallel(main, 2, 1, this::replica);
    Passage passage = new Passage();
    replicas.get(0).held = passage;
    Thread running = new Thread(() -> parallel.run(batch(1), RATE));
    running.start();
    Uninterruptibles.awaitUninterruptibly(passage.reached);
    interruptAndRelease(Thread.currentThread(), passage);
    parallel.close();
    assertTrue(Thread.interrupted());
    assertEquals(0, passage.open.getCount()); // It has waited.
    running.join(20_000);
    assertEquals(1, main.steps());
  }

  @Test
  void run_classWeightsOfTheMainAlone_reachAllWorkers() {
    StudentTeacherAlgorithm alone = supervised();
    StudentTeacherAlgorithm shared = supervised();
    alone.setClassWeights(ClassWeights.of(1, 5, 1));
    shared.setClassWeights(ClassWeights.of(1, 5, 1));
    try (DataParallel parallel = new DataParallel(shared, 2, 1, DataParallelTest::supervised)) {
      double expected = requireNonNull(alone.step(batch(1), 2, RATE).get("loss"));
      assertEquals(expected, requireNonNull(parallel.run(batch(1), RATE).get("loss")), 1e-5);
    }
    assertClose(
        alone.student().parameters().vector(), shared.student().parameters().vector(), 1e-5);
  }

  private static StudentTeacherAlgorithm supervised() {
    return new Supervised(
        new Student(
            Backbones.named("resnet8-w4").classifier(3, 5), Sgd.decayingAll(0.9, false, 0)));
  }

  @Test
  void run_contributionsThatDoNotFit_endTheStepEverywhere() {
    try (DataParallel parallel = new DataParallel(main, 3, 1, this::replica)) {
      replicas.get(0).contributed = 2;
      assertThrows(IllegalArgumentException.class, () -> parallel.run(batch(1), RATE));
      assertNextStepIsAsEver(parallel, 3);
    }
  }

  @Test
  void new_replicaThatCannotBeMade_endsTheOthersThreads() throws InterruptedException {
    List<Thread> workers = new ArrayList<>();
    IllegalStateException failure = new IllegalStateException("no memory");
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                new DataParallel(
                    main,
                    3,
                    1,
                    () -> {
                      workers.add(Thread.currentThread());
                      if (workers.size() == 2) {
                        throw failure;
                      }
                      return new Fragile();
                    }));
    assertSame(failure, thrown);
    for (Thread worker : workers) {
      worker.join(20_000);
      assertFalse(worker.isAlive());
    }
  }
}
