package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableMap;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.eman.core.EmanException;
import dev.eman.core.data.Batch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Training over the devices of one machine: each worker has a copy of both networks and of the
 * algorithm's state, and a part of every batch, with batch statistics of its own. The gradients are
 * averaged, one optimiser step is made, the running statistics become the workers' mean, which is
 * what the teacher then follows, and the state changes by what all workers have contributed. The
 * same arithmetic as {@link StudentTeacherAlgorithm#step(Batch, int, double)} with as many parts.
 *
 * <p>Without several devices (on a CPU, or one GPU) the workers share it, which serves tests alone.
 * Close it to end its threads.
 */
public final class DataParallel implements TrainingStep, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final StudentTeacherAlgorithm main;
  private final List<ExecutorService> threads = new ArrayList<>();
  private final List<StudentTeacherAlgorithm> replicas = new ArrayList<>();
  private final int parts;

  /**
   * Workers around an algorithm.
   *
   * @param main does the optimiser's step and the teacher's update, and is what is saved
   * @param workers in all, at least 1
   * @param partsEach parts of a batch that each worker takes one after the other, at least 1
   * @param replica makes another algorithm of the same kind and networks; called on the thread and
   *     the device that will use it
   */
  public DataParallel(
      StudentTeacherAlgorithm main,
      int workers,
      int partsEach,
      Supplier<StudentTeacherAlgorithm> replica) {
    checkArgument(workers > 0, "workers: expected at least 1, got %s", workers);
    checkArgument(partsEach > 0, "parts: expected at least 1, got %s", partsEach);
    this.main = main;
    this.parts = partsEach;
    try {
      start(workers, replica);
    } catch (Throwable e) { // No thread stays behind.
      close();
      throw e;
    }
  }

  private void start(int workers, Supplier<StudentTeacherAlgorithm> replica) {
    int devices = Nd4j.getAffinityManager().getNumberOfDevices();
    for (int i = 1; i < workers; i++) {
      int device = i % devices;
      ExecutorService thread =
          Executors.newSingleThreadExecutor(
              work -> {
                Thread made = new Thread(work, "eman-worker-" + device);
                made.setDaemon(true);
                return made;
              });
      threads.add(thread);
      try {
        replicas.add(
            await(
                thread.submit(
                    () -> {
                      if (devices > 1) {
                        Nd4j.getAffinityManager().unsafeSetDevice(device);
                      }
                      return replica.get();
                    })));
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
    }
  }

  @Override
  public ImmutableMap<String, Double> run(Batch batch, double learningRate) {
    List<Batch> all = batch.split((1 + replicas.size()) * parts);
    GradientStep step = GradientStep.begin(main, batch, all.size());
    List<Future<GradientStep>> others = new ArrayList<>();
    try {
      followMain();
      for (int i = 0; i < replicas.size(); i++) {
        StudentTeacherAlgorithm replica = replicas.get(i);
        List<Batch> share = all.subList((i + 1) * parts, (i + 2) * parts);
        PartSeeds seeds = step.seeds().from((i + 1) * parts);
        others.add(threads.get(i).submit(() -> passes(replica, batch, share, all.size(), seeds)));
      }
      all.subList(0, parts).forEach(step::add);
      others.forEach(other -> step.include(await(other).partial()));
      return step.finish(learningRate);
    } finally {
      step.discard(); // If it is not finished.
      others.forEach(DataParallel::discard);
    }
  }

  /** Leaves no worker in the middle of a step, whatever has failed or interrupts this thread. */
  private static void discard(Future<GradientStep> passes) {
    try {
      requireNonNull(Uninterruptibles.getUninterruptibly(passes)).discard();
    } catch (ExecutionException | RuntimeException | Error e) {
      // Its passes have failed, and so ended its step; the first such failure is being thrown.
    }
  }

  private static GradientStep passes(
      StudentTeacherAlgorithm replica, Batch batch, List<Batch> share, int parts, PartSeeds seeds) {
    GradientStep step = GradientStep.begin(replica, batch, parts, seeds);
    share.forEach(step::add);
    return step;
  }

  /** Before any pass, which would move the main student's statistics. */
  private void followMain() {
    List<Future<?>> copies = new ArrayList<>();
    for (int i = 0; i < replicas.size(); i++) {
      StudentTeacherAlgorithm replica = replicas.get(i);
      copies.add(threads.get(i).submit(() -> replica.follow(main)));
    }
    copies.forEach(DataParallel::await);
  }

  private static <T> T await(Future<T> work) {
    try {
      return work.get();
    } catch (ExecutionException e) {
      if (e.getCause() != null) {
        Throwables.throwIfUnchecked(e.getCause());
      }
      throw new EmanException("a worker failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmanException("interrupted while workers were running", e);
    }
  }

  @Override
  public void close() {
    threads.forEach(ExecutorService::shutdown);
    for (ExecutorService thread : threads) { // An interrupt must not leave one behind.
      if (!Uninterruptibles.awaitTerminationUninterruptibly(thread, PATIENCE)) {
        thread.shutdownNow();
      }
    }
  }
}
