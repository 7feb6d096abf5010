package dev.eman.core.model;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.common.annotations.VisibleForTesting;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.eman.core.nn.kernel.Kernels;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps OpenMP's waiting threads from spinning while other work wants their cores.
 *
 * <p>GNU's OpenMP, which oneDNN and ND4J bring, lets a thread that waits for its team spin for
 * milliseconds before it sleeps. On a quiet machine nothing is faster, beside another busy process
 * nothing slower: threads that wait then take the cores of those that have work. The setting for
 * this is read once, when the library loads. But it spins hardly at all while it has made more
 * threads than there are cores. So as long as this process's threads wait for cores, one more
 * thread is kept that has a team of its own, asleep. Kernels run by the same number of threads as
 * before, so results stay the same to the bit.
 *
 * <p>Nothing happens where the user set {@code OMP_WAIT_POLICY} or {@code GOMP_SPINCOUNT}, with one
 * thread, on GPUs, and where the system does not count how long threads wait (other than Linux).
 */
public final class SpinGuard implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(SpinGuard.class);
  private static final AtomicBoolean STARTED = new AtomicBoolean();
  private static final long INTERVAL = MILLISECONDS.toNanos(250);

  private final SpinPolicy policy = new SpinPolicy();
  private @Nullable ExtraTeam extra;

  private SpinGuard() {}

  /**
   * Watches from now on, by a daemon thread; calls after the first do nothing. For training with
   * loaders: where only the kernels' threads share the cores with one busy process, threads that
   * spin are the quicker ones.
   */
  public static void start() {
    boolean cpu = Nd4j.getEnvironment().isCPU();
    if (cpu
        && isOurs(System.getenv())
        && Nd4j.getEnvironment().maxMasterThreads() > 1
        && STARTED.compareAndSet(false, true)) {
      daemon(new SpinGuard(), "eman-spin-guard").start();
    }
  }

  /** Whether the user leaves to us how threads wait. */
  @VisibleForTesting
  static boolean isOurs(Map<String, String> environment) {
    return !environment.containsKey("OMP_WAIT_POLICY")
        && !environment.containsKey("GOMP_SPINCOUNT");
  }

  @Override
  public void run() {
    try {
      ThreadTimes last = ThreadTimes.read(ThreadTimes.OWN);
      long at = System.nanoTime();
      long reading = 0;
      while (true) {
        // With very many threads a reading takes long; it should stay a hundredth of the time.
        Uninterruptibles.sleepUninterruptibly(Math.max(INTERVAL, 100 * reading), NANOSECONDS);
        long before = at;
        at = System.nanoTime();
        ThreadTimes now = ThreadTimes.read(ThreadTimes.OWN);
        reading = System.nanoTime() - at;
        ThreadTimes between = now.since(last);
        LOG.trace("within {} ns: {}, {}", at - before, between, extra == null ? "spin" : "yield");
        yieldCores(policy.update(between, at - before));
        last = now;
      }
    } catch (IOException e) {
      LOG.debug("no readings of threads' waiting times: {}", e.toString());
    }
  }

  private void yieldCores(boolean yield) {
    if (yield && extra == null) {
      extra = new ExtraTeam();
    } else if (!yield && extra != null) {
      extra.close();
      extra = null;
    }
  }

  /** A thread that has an OpenMP team of its own until it is closed. */
  @VisibleForTesting
  static final class ExtraTeam implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    ExtraTeam() {
      CountDownLatch ready = new CountDownLatch(1);
      thread =
          daemon(
              () -> {
                try {
                  makeTeam();
                } finally {
                  ready.countDown();
                }
                Uninterruptibles.awaitUninterruptibly(closed);
              },
              "eman-openmp-team");
      thread.start();
      Uninterruptibles.awaitUninterruptibly(ready);
    }

    /** Any work that oneDNN divides among threads. */
    private static void makeTeam() {
      INDArray from = Nd4j.create(DataType.FLOAT, 8, 16, 32, 32);
      INDArray to = Nd4j.create(DataType.FLOAT, 8, 32, 32, 16);
      Kernels.of(DataType.FLOAT).copy(from, to.permute(0, 3, 1, 2));
      from.close();
      to.close();
    }

    /** Ends the thread, and its team with it. */
    @Override
    public void close() {
      closed.countDown();
      Uninterruptibles.joinUninterruptibly(thread);
    }
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
