package dev.eman.moco.internal;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Keys of former batches: a ring buffer {@code [size, dimension]} in ND4J's memory, first in, first
 * out. Starts with random directions, as published; for a given size they are the same in every
 * run.
 */
public final class KeyQueue {
  private static final int BLOCK = 1024;

  private final INDArray keys;
  // An array, so that checkpoints store it.
  private final INDArray position = Nd4j.zeros(DataType.DOUBLE, 1);

  /**
   * A queue of random keys.
   *
   * @param size number of keys, at least 1
   * @param dimension of a key, at least 1
   * @param type of the keys, float32 or float64
   * @param seed of the random keys
   */
  public KeyQueue(int size, int dimension, DataType type, long seed) {
    keys = Nd4j.createUninitialized(type, new long[] {size, dimension}, 'c');
    Random random = new Random(seed);
    for (int at = 0; at < size; at += BLOCK) {
      int rows = Math.min(BLOCK, size - at);
      float[][] block = new float[rows][dimension];
      for (float[] row : block) {
        fillDirection(row, random);
      }
      rows(at, at + rows).assign(Nd4j.createFromArray(block).castTo(type));
    }
  }

  private static void fillDirection(float[] row, Random random) {
    double squares = 0;
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) random.nextGaussian();
      squares += row[i] * (double) row[i];
    }
    float scale = (float) (1 / Math.max(Math.sqrt(squares), 1e-12));
    for (int i = 0; i < row.length; i++) {
      row[i] *= scale;
    }
  }

  /** All keys {@code [size, dimension]}: a view of the queue's memory. */
  public INDArray keys() {
    return keys;
  }

  private long size() {
    return keys.size(0);
  }

  /**
   * Overwrites the oldest keys; if there are more keys than the queue holds, the last ones are
   * kept.
   *
   * @param added {@code [N, dimension]}; copied
   */
  public void add(INDArray added) {
    for (long from = 0; from < added.size(0); ) {
      long at = (long) position.getDouble(0);
      long n = Math.min(added.size(0) - from, size() - at);
      rows(at, at + n).assign(added.get(NDArrayIndex.interval(from, from + n), NDArrayIndex.all()));
      position.assign((at + n) % size());
      from += n;
    }
  }

  private INDArray rows(long from, long to) {
    return keys.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  /** For {@code StudentTeacherAlgorithm.state}: the keys, and where the next one goes. */
  public Map<String, INDArray> state() {
    return ImmutableMap.of("queue", keys, "queue_position", position);
  }
}
