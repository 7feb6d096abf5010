package dev.eman.core.internal;

import dev.eman.core.internal.FlatMath.AverageRun;
import dev.eman.core.internal.FlatMath.Run;
import dev.eman.core.internal.FlatMath.SgdStep;

/**
 * What one thread of {@link FlatMath} does to one piece of float32 vectors on the CPU: copy a chunk
 * to the heap, run a loop plain enough for the JVM to vectorise, copy it back.
 */
final class FloatKernels {
  /**
   * Elements copied at once: 2 KiB. Longer copies leave the JVM's inlined vector loop for the
   * processor's string instructions, which ran at half the bandwidth.
   */
  private static final int CHUNK = 512;

  private static final int LOWEST_EXPONENT_BIT = 0x0080_0000;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private FloatKernels() {}

  /** One run of {@link FlatMath#averageInPlace}. */
  static void average(
      OffHeapFloats teacher, OffHeapFloats student, double momentum, AverageRun run) {
    Scratch scratch = SCRATCH.get();
    float keep = (float) momentum;
    float take = (float) (1 - momentum);
    for (long done = 0; done < run.length(); done += CHUNK) {
      int n = (int) Math.min(CHUNK, run.length() - done);
      student.get(run.studentOffset() + done, scratch.b, n);
      if (momentum == 0) {
        teacher.put(run.teacherOffset() + done, scratch.b, n);
      } else {
        teacher.get(run.teacherOffset() + done, scratch.a, n);
        averageLoop(scratch.a, scratch.b, n, keep, take);
        teacher.put(run.teacherOffset() + done, scratch.a, n);
      }
    }
  }

  private static void averageLoop(float[] teacher, float[] student, int n, float keep, float take) {
    for (int i = 0; i < n; i++) {
      teacher[i] = keep * teacher[i] + take * student[i];
    }
  }

  /** One run of {@link FlatMath#sgdStepInPlace}. */
  static void sgd(
      OffHeapFloats parameters, OffHeapFloats gradient, OffHeapFloats buffer, SgdStep s, Run run) {
    Scratch scratch = SCRATCH.get();
    float rate = (float) s.learningRate();
    float momentum = (float) s.momentum();
    float decay = (float) run.weightDecay();
    float scale = (float) run.gradientScale();
    for (long done = 0; done < run.length(); done += CHUNK) {
      int n = (int) Math.min(CHUNK, run.length() - done);
      long from = run.offset() + done;
      parameters.get(from, scratch.a, n);
      gradient.get(from, scratch.b, n);
      if (scale != 1) {
        scaleLoop(scratch.b, n, scale);
      }
      if (momentum == 0) {
        plainLoop(scratch.a, scratch.b, n, rate, decay);
      } else {
        buffer.get(from, scratch.c, n);
        if (s.nesterov()) {
          nesterovLoop(scratch.a, scratch.b, scratch.c, n, rate, momentum, decay);
        } else {
          momentumLoop(scratch.a, scratch.b, scratch.c, n, rate, momentum, decay);
        }
        buffer.put(from, scratch.c, n);
      }
      parameters.put(from, scratch.a, n);
    }
  }

  private static void scaleLoop(float[] g, int n, float scale) {
    for (int i = 0; i < n; i++) {
      g[i] *= scale;
    }
  }

  /** One block of {@link FlatMath#norms}: the sums of squares of p and of g + decay p. */
  static void squares(
      OffHeapFloats parameters,
      OffHeapFloats gradient,
      long from,
      int count,
      double decay,
      double[] sums,
      int at) {
    Scratch scratch = SCRATCH.get();
    double pp = 0;
    double dd = 0;
    for (int done = 0; done < count; done += CHUNK) {
      int n = Math.min(CHUNK, count - done);
      parameters.get(from + done, scratch.a, n);
      gradient.get(from + done, scratch.b, n);
      for (int i = 0; i < n; i++) {
        double p = scratch.a[i];
        double d = scratch.b[i] + decay * p;
        pp += p * p;
        dd += d * d;
      }
    }
    sums[at] = pp;
    sums[at + 1] = dd;
  }

  /** A sum of squares; four at a time, for they need not wait for one another. */
  static double squares(OffHeapFloats values, long from, long count) {
    float[] a = SCRATCH.get().a;
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    for (long done = 0; done < count; done += CHUNK) {
      int n = (int) Math.min(CHUNK, count - done);
      values.get(from + done, a, n);
      int i = 0;
      for (; i + 3 < n; i += 4) {
        s0 += (double) a[i] * a[i];
        s1 += (double) a[i + 1] * a[i + 1];
        s2 += (double) a[i + 2] * a[i + 2];
        s3 += (double) a[i + 3] * a[i + 3];
      }
      for (; i < n; i++) {
        s0 += (double) a[i] * a[i];
      }
    }
    return s0 + s1 + s2 + s3;
  }

  private static void plainLoop(float[] p, float[] g, int n, float rate, float decay) {
    for (int i = 0; i < n; i++) {
      p[i] -= rate * (g[i] + decay * p[i]);
    }
  }

  private static void momentumLoop(
      float[] p, float[] g, float[] v, int n, float rate, float momentum, float decay) {
    for (int i = 0; i < n; i++) {
      float velocity = momentum * v[i] + (g[i] + decay * p[i]);
      v[i] = velocity;
      p[i] -= rate * velocity;
    }
  }

  private static void nesterovLoop(
      float[] p, float[] g, float[] v, int n, float rate, float momentum, float decay) {
    for (int i = 0; i < n; i++) {
      float d = g[i] + decay * p[i];
      float velocity = momentum * v[i] + d;
      v[i] = velocity;
      p[i] -= rate * (d + momentum * velocity);
    }
  }

  /** One block of {@link FlatMath#anyNonFinite}. */
  static boolean anyNonFinite(OffHeapFloats values, long from, int count) {
    int[] bits = SCRATCH.get().bits;
    for (int done = 0; done < count; done += CHUNK) {
      int n = Math.min(CHUNK, count - done);
      values.getBits(from + done, bits, n);
      if (nonFiniteMark(bits, n) < 0) {
        return true;
      }
    }
    return false;
  }

  /** Negative if an exponent has all its bits: one more carries into the sign. */
  private static int nonFiniteMark(int[] bits, int n) {
    int mark = 0;
    for (int i = 0; i < n; i++) {
      mark |= (bits[i] & Integer.MAX_VALUE) + LOWEST_EXPONENT_BIT;
    }
    return mark;
  }

  /** One thread's share of the first-level cache. */
  private static final class Scratch {
    final float[] a = new float[CHUNK];
    final float[] b = new float[CHUNK];
    final float[] c = new float[CHUNK];
    final int[] bits = new int[CHUNK];
  }
}
