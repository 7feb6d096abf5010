package dev.eman.core.nn.exec;

import dev.eman.core.nn.layer.PoolAware;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The memory that the vertices of a graph have taken from the pool, and how long it is theirs. In
 * training an output goes back as soon as its readers have run, unless the backward pass reads it.
 * An output that can be computed again from others that are kept anyway goes back as well, and is
 * computed again when a reader's turn comes in the backward pass: a normalised one from the
 * convolution's, a sum from what was normalised and the sum before.
 *
 * <p>Only outputs of {@link PoolAware} vertices that none but such read go back early.
 */
final class KeptActivations {
  private static final VertexIndices[] NONE = {};

  private final GraphVertex[] vertices;
  private final boolean[] networkOutput;
  private final PooledWorkspaceMgr pool;
  private final boolean computeAgain;

  private final List<List<PooledWorkspaceMgr.Block>> taken = new ArrayList<>();
  private final PooledWorkspaceMgr.@Nullable Block[] output;

  /** Readers of an output that have yet to run in the current pass. */
  private final int[] readers;

  /** Whether an output can be computed again; known when its last reader has run. */
  private final boolean[] restorable;

  /** Whether an output was given back before its vertex's turn in the backward pass. */
  private final boolean[] absent;

  /**
   * @param outputs indices of the network's outputs, which stay
   * @param computeAgain whether outputs that the backward pass reads go back where possible
   */
  KeptActivations(
      GraphVertex[] vertices, int[] outputs, PooledWorkspaceMgr pool, boolean computeAgain) {
    this.vertices = vertices;
    this.pool = pool;
    this.computeAgain = computeAgain;
    this.networkOutput = new boolean[vertices.length];
    for (int index : outputs) {
      networkOutput[index] = true;
    }
    this.output = new PooledWorkspaceMgr.Block[vertices.length];
    this.readers = new int[vertices.length];
    this.restorable = new boolean[vertices.length];
    this.absent = new boolean[vertices.length];
    for (int i = 0; i < vertices.length; i++) {
      taken.add(new ArrayList<>());
    }
  }

  /** Frees everything; a forward pass begins. */
  void begin() {
    pool.releaseEverything();
    taken.forEach(List::clear);
    Arrays.fill(output, null);
    Arrays.fill(restorable, false);
    Arrays.fill(absent, false);
    countReaders();
  }

  private void countReaders() {
    for (int i = 0; i < vertices.length; i++) {
      readers[i] = consumers(i).length;
    }
  }

  /** Blocks handed out since the last call are the vertex's, until its turn in the other pass. */
  List<PooledWorkspaceMgr.Block> collect(int index) {
    List<PooledWorkspaceMgr.Block> mine = taken.get(index);
    mine.addAll(pool.startCollecting());
    return mine;
  }

  /** A vertex has run forward in training. */
  void afterForward(int index, INDArray out) {
    PooledWorkspaceMgr.Block block = pool.blockOf(out);
    output[index] = block != null && taken.get(index).contains(block) ? block : null;
    if (readers[index] == 0) {
      settle(index);
    }
    for (VertexIndices source : sources(index)) {
      int s = source.getVertexIndex();
      if (--readers[s] == 0) {
        settle(s);
      }
    }
  }

  /** All readers have run forward. */
  private void settle(int index) {
    if (vertices[index].isInputVertex()) {
      return;
    }
    restorable[index] = canBeRestored(index);
    if (output[index] != null
        && !isPinned(index)
        && !isPassedOn(index)
        && (!isRead(index) || (computeAgain && restorable[index]))) {
      giveBack(index);
    }
  }

  private boolean canBeRestored(int index) {
    PoolAware vertex = poolAware(vertices[index]);
    if (vertex == null || !vertex.canComputeAgain()) {
      return false;
    }
    for (VertexIndices source : sources(index)) {
      int s = source.getVertexIndex();
      boolean settled = readers[s] == 0;
      if (!vertices[s].isInputVertex() && !(settled && (restorable[s] || !absent[s]))) {
        return false;
      }
    }
    return true;
  }

  /** Whether somebody may read an output of whom it is not known when. */
  private boolean isPinned(int index) {
    if (networkOutput[index] || poolAware(vertices[index]) == null) {
      return true;
    }
    for (VertexIndices consumer : consumers(index)) {
      GraphVertex vertex = vertices[consumer.getVertexIndex()];
      if (poolAware(vertex) == null || changesItsInput(vertex)) {
        return true;
      }
    }
    return false;
  }

  private static boolean changesItsInput(GraphVertex vertex) {
    return vertex instanceof LayerVertex layer
        && (layer.getLayerPreProcessor() != null
            || layer.getLayer().conf().getLayer().getIDropout() != null);
  }

  /** Whether a reader of an output has the same array as its own, for its readers. */
  private boolean isPassedOn(int index) {
    for (VertexIndices consumer : consumers(index)) {
      PoolAware reader = poolAware(vertices[consumer.getVertexIndex()]);
      if (reader != null && reader.passesInputOn()) {
        return true;
      }
    }
    return false;
  }

  /** Whether the backward pass reads an output. */
  private boolean isRead(int index) {
    PoolAware vertex = poolAware(vertices[index]);
    if (vertex == null || vertex.readsOutput()) {
      return true;
    }
    for (VertexIndices consumer : consumers(index)) {
      PoolAware reader = poolAware(vertices[consumer.getVertexIndex()]);
      if (reader == null || reader.readsInput()) {
        return true;
      }
    }
    return false;
  }

  private void giveBack(int index) {
    PooledWorkspaceMgr.Block block = output[index];
    if (block != null) {
      taken.get(index).remove(block);
      pool.releaseAll(block);
      output[index] = null;
      absent[index] = true;
    }
  }

  /** A backward pass begins. */
  void beginBackward() {
    countReaders();
  }

  /** Brings back what a vertex's backward pass reads. */
  void beforeBackward(int index) {
    PoolAware vertex = poolAware(vertices[index]);
    if (vertex == null) {
      return;
    }
    if (vertex.readsOutput()) {
      restore(index);
    }
    if (vertex.readsInput()) {
      for (VertexIndices source : sources(index)) {
        restore(source.getVertexIndex());
      }
    }
  }

  private void restore(int index) {
    PoolAware vertex = poolAware(vertices[index]);
    if (!absent[index] || vertex == null) {
      return;
    }
    List<Integer> broughtBack = new ArrayList<>(2);
    for (VertexIndices source : sources(index)) {
      int s = source.getVertexIndex();
      if (absent[s]) {
        restore(s);
        broughtBack.add(s);
      }
    }
    INDArray out = vertex.computeAgain(pool);
    PooledWorkspaceMgr.Block block = pool.blockOf(out);
    for (PooledWorkspaceMgr.Block fresh : pool.startCollecting()) {
      if (fresh == block) {
        taken.get(index).add(block);
        output[index] = block;
      } else {
        pool.releaseAll(fresh);
      }
    }
    absent[index] = false;
    for (VertexIndices consumer : consumers(index)) {
      vertices[consumer.getVertexIndex()].setInput(consumer.getVertexEdgeNumber(), out, pool);
    }
    for (int s : broughtBack) {
      if (!isRead(s)) {
        giveBack(s);
      }
    }
  }

  /** A vertex's turn in the backward pass is over: its memory goes back, and its last inputs. */
  void afterBackward(int index) {
    for (VertexIndices source : sources(index)) {
      int s = source.getVertexIndex();
      PoolAware vertex = poolAware(vertices[s]);
      if (--readers[s] == 0 && vertex != null && !vertex.readsOutput() && !isPinned(s)) {
        giveBack(s);
      }
    }
    if (!networkOutput[index]) {
      List<PooledWorkspaceMgr.Block> mine = taken.get(index);
      mine.forEach(pool::releaseAll);
      mine.clear();
    }
  }

  /** The vertex, or its layer, as what the executor's memory is made for; null for others. */
  static @Nullable PoolAware poolAware(GraphVertex vertex) {
    if (vertex instanceof PoolAware aware) {
      return aware;
    }
    Layer layer = vertex.hasLayer() ? vertex.getLayer() : null;
    return layer instanceof PoolAware aware ? aware : null;
  }

  private VertexIndices[] sources(int index) {
    VertexIndices[] sources = vertices[index].getInputVertices();
    return sources == null ? NONE : sources;
  }

  private VertexIndices[] consumers(int index) {
    VertexIndices[] consumers = vertices[index].getOutputVertices();
    return consumers == null ? NONE : consumers;
  }
}
