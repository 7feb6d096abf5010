package dev.eman.core.algorithm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.LossValue;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.Convolution;
import dev.eman.core.optimizer.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;

class ExchangedStepTest {
  private static final double RATE = 0.1;

  /** Learns from labels in two passes, and sums what it sees. */
  private static final class TwoPasses extends StudentTeacherAlgorithm {
    private final INDArray seen = Nd4j.zeros(2);

    TwoPasses(long seed) {
      super(
          new Student(
              Backbones.named("resnet8-w16").classifier(3, seed),
              Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4)));
      student().clipGradientNorm(0.5);
    }

    @Override
    protected int passes() {
      return 2;
    }

    @Override
    protected Map<String, INDArray> state() {
      return Map.of("seen", seen);
    }

    @Override
    protected void afterStep(Batch batch, Contributions contributions) {
      assertEquals(List.of("seen"), List.copyOf(contributions.asMap().keySet()));
      seen.addi(contributions.get("seen"));
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      INDArray images = context.batch().requireLabeled();
      INDArray logits = context.student(context.pass() == 0 ? images : images.mul(0.7))[0];
      context.contribute("seen", Reduction.SUM, logits.sum(0).get(NDArrayIndex.interval(0, 2)));
      LossValue loss = SoftmaxCrossEntropy.withLabels(logits, context.batch().labels().toArray());
      return LossTerms.builder().loss("loss_x", loss.value()).gradient(loss.gradient()).build();
    }
  }

  private static Batch batch(int seed) {
    Nd4j.getRandom().setSeed(seed + 1);
    return Batch.of(Nd4j.randn(12, 3, 8, 8), new int[] {0, 1, 2, 0, 1, 2, 2, 0, 1, 2, 0, 1});
  }

  private static ExchangedStep step(StudentTeacherAlgorithm worker, StepExchange exchange) {
    return new ExchangedStep(worker, exchange, 1, "", () -> {});
  }

  private static void assertSame(
      StudentTeacherAlgorithm expected, StudentTeacherAlgorithm found, float tolerance) {
    assertEquals(expected.steps(), found.steps());
    assertArrayEquals(
        expected.student().parameters().vector().toFloatVector(),
        found.student().parameters().vector().toFloatVector(),
        tolerance);
    assertArrayEquals(
        expected.student().optimizerState().toFloatVector(),
        found.student().optimizerState().toFloatVector(),
        tolerance);
    assertArrayEquals(
        expected.savedState().get("seen").toFloatVector(),
        found.savedState().get("seen").toFloatVector(),
        tolerance);
  }

  /** In several regions, passes and parts; with several parts each, sums are of sums. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 3", "2, 1", "3, 1", "4, 1", "6, 1", "2, 2", "3, 2"})
  void run_workers_equalPartsOfOne(int workers, int partsEach) {
    TwoPasses alone = new TwoPasses(5);
    List<Map<String, Double>> expected = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      expected.add(alone.step(batch(i), workers * partsEach, RATE));
    }
    boolean bits = workers == 1 || partsEach == 1;
    List<TwoPasses> together =
        ExchangedWorkers.run(
            workers,
            exchange -> {
              TwoPasses worker = new TwoPasses(5);
              ExchangedStep step = new ExchangedStep(worker, exchange, partsEach, "", () -> {});
              for (int i = 0; i < 3; i++) {
                Batch share = batch(i).split(workers).get(exchange.rank());
                Map<String, Double> scalars = step.run(share, RATE);
                expected
                    .get(i)
                    .forEach(
                        (name, value) ->
                            assertEquals(value, scalars.get(name), bits ? 0 : 1e-5, name));
                assertTrue(exchange.regions().size() > 2, exchange.regions().toString());
              }
              return worker;
            });
    together.forEach(worker -> assertSame(alone, worker, bits ? 0 : 1e-5f));
    together.forEach(worker -> assertSame(together.get(0), worker, 0));
  }

  /** A part's dropout is the same wherever it is computed. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void run_dropout_equalsPartsOfOne(int workers) {
    StudentTeacherAlgorithm alone = new Supervised(withDropout());
    StudentTeacherAlgorithm devices = new Supervised(withDropout());
    Batch batch = batch(0);
    Nd4j.getRandom().setSeed(3);
    alone.step(batch, workers, RATE);
    alone.step(batch, workers, RATE);
    Nd4j.getRandom().setSeed(3);
    try (DataParallel parallel =
        new DataParallel(devices, workers, 1, () -> new Supervised(withDropout()))) {
      parallel.run(batch, RATE);
      parallel.run(batch, RATE);
    }
    List<float[]> together =
        ExchangedWorkers.run(
            workers,
            exchange -> {
              StudentTeacherAlgorithm worker = new Supervised(withDropout());
              ExchangedStep step = step(worker, exchange);
              Batch share = batch.split(workers).get(exchange.rank());
              Nd4j.getRandom().setSeed(3);
              step.run(share, RATE);
              step.run(share, RATE);
              return worker.student().parameters().vector().toFloatVector();
            });
    float[] expected = alone.student().parameters().vector().toFloatVector();
    together.forEach(found -> assertArrayEquals(expected, found));
    assertArrayEquals(expected, devices.student().parameters().vector().toFloatVector());
  }

  /** Of equal parts, and of a step that changed nothing and the next. */
  @Test
  void add_dropout_differsFromPartToPartAndFromStepToStep() {
    StudentTeacherAlgorithm algorithm = new Supervised(withDropout());
    Batch half = batch(0).split(2).get(0);
    Nd4j.getRandom().setSeed(3);
    List<INDArray> firsts = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      GradientStep step = GradientStep.begin(algorithm, half, 2);
      step.add(half);
      INDArray first = step.partial().gradient().dup();
      step.add(half);
      assertApart(first.mul(2), step.partial().gradient());
      step.finish(0);
      firsts.add(first);
    }
    assertApart(firsts.get(0), firsts.get(1));
  }

  private static void assertApart(INDArray one, INDArray other) {
    assertTrue(one.sub(other).amaxNumber().doubleValue() > 1e-3);
  }

  private static Student withDropout() {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new NoOp())
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(8, 8, 3))
                .addLayer("c", Convolution.builder(3).nOut(4).build(), "in")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c")
                .addLayer(
                    "out",
                    new DenseLayer.Builder()
                        .nOut(3)
                        .dropOut(0.5)
                        .activation(Activation.IDENTITY)
                        .build(),
                    "pool")
                .setOutputs("out")
                .build());
    network.init();
    return new Student(network, Sgd.decayingAll(0.9, false, 0));
  }

  /** The worker that fails says why, and the others learn it. */
  @Test
  void run_aWorkerFails_allEnd() {
    List<String> messages =
        ExchangedWorkers.run(
            3,
            exchange -> {
              TwoPasses worker = new TwoPasses(5);
              ExchangedStep step = step(worker, exchange);
              step.run(batch(0).split(3).get(exchange.rank()), RATE);
              float[] before = worker.student().parameters().vector().toFloatVector();
              Batch share = batch(1).split(3).get(exchange.rank());
              if (exchange.rank() == 1) {
                share.requireLabeled().putScalar(0, Float.NaN);
              }
              EmanException e = assertThrows(EmanException.class, () -> step.run(share, RATE));
              assertEquals(exchange.rank() == 1, e instanceof NonFiniteLossException);
              assertArrayEquals(before, worker.student().parameters().vector().toFloatVector());
              return String.valueOf(e.getMessage());
            });
    for (int rank : new int[] {0, 2}) {
      assertEquals("worker 1 has failed: " + messages.get(1), messages.get(rank));
    }
  }

  /** A worker that has left is not waited for. */
  @Test
  void run_aWorkerHasLeft_theOtherEnds() {
    List<String> messages =
        ExchangedWorkers.run(
            2,
            exchange -> {
              if (exchange.rank() == 1) {
                return "";
              }
              ExchangedStep step = step(new TwoPasses(5), exchange);
              return String.valueOf(
                  assertThrows(EmanException.class, () -> step.run(batch(0).split(2).get(0), RATE))
                      .getMessage());
            });
    assertEquals("worker 1 has left", messages.get(0));
  }

  @ParameterizedTest
  @CsvSource({
    "weights, worker 1: expected the weights of worker 0",
    "data, worker 1: expected the configuration or data of worker 0",
    "steps, 'worker 1: expected the steps done of worker 0, 0, got 7; all workers of a run need the"
        + " same options, data and checkpoint'",
    "parts, 'worker 1: expected the parts of worker 0, 1, got 2'"
  })
  void run_workersThatBeginApart_areRefusedBeforeTheFirstStep(String what, String message) {
    List<String> messages =
        ExchangedWorkers.run(
            2,
            exchange -> {
              boolean other = exchange.rank() == 1;
              TwoPasses worker = new TwoPasses(other && what.equals("weights") ? 6 : 5);
              worker.setSteps(other && what.equals("steps") ? 7 : 0);
              float[] before = worker.student().parameters().vector().toFloatVector();
              ExchangedStep step =
                  new ExchangedStep(
                      worker,
                      exchange,
                      other && what.equals("parts") ? 2 : 1,
                      other && what.equals("data") ? "b" : "a",
                      () -> {});
              EmanException e =
                  assertThrows(
                      EmanException.class,
                      () -> step.run(batch(0).split(2).get(exchange.rank()), RATE));
              assertArrayEquals(before, worker.student().parameters().vector().toFloatVector());
              return String.valueOf(e.getMessage());
            });
    messages.forEach(found -> assertTrue(found.startsWith(message), found));
  }

  @Test
  void requestStop_onOneWorker_stopsAllAfterTheSameStep() {
    List<List<Long>> stops =
        ExchangedWorkers.run(
            3,
            exchange -> {
              TwoPasses worker = new TwoPasses(5);
              List<Long> stopped = new ArrayList<>();
              AtomicInteger calls = new AtomicInteger();
              ExchangedStep step =
                  new ExchangedStep(
                      worker,
                      exchange,
                      1,
                      "",
                      () -> {
                        calls.incrementAndGet();
                        stopped.add(worker.steps());
                      });
              while (calls.get() == 0 && worker.steps() < 5) {
                if (worker.steps() == 2 && exchange.rank() == 1) {
                  step.requestStop();
                }
                step.run(batch(0).split(3).get(exchange.rank()), RATE);
              }
              return stopped;
            });
    assertEquals(List.of(List.of(3L), List.of(3L), List.of(3L)), stops);
  }
}
