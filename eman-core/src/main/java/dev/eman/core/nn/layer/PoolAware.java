package dev.eman.core.nn.layer;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Marks layers and vertices that are made for pooled memory. Their backward pass only writes into
 * an incoming gradient after asking the pool whether they are its last reader; others, DL4J's own
 * among them, get a copy. And they tell what their backward pass reads, so that nothing else is
 * kept until then; of others everything is kept.
 */
public interface PoolAware {

  /** Whether the backward pass of the last forward pass reads the inputs. */
  boolean readsInput();

  /** Whether the backward pass of the last forward pass reads the output. */
  boolean readsOutput();

  /** Whether the output of the last forward pass is the input itself. */
  default boolean passesInputOn() {
    return false;
  }

  /** Whether {@link #computeAgain} can repeat the last forward pass. */
  default boolean canComputeAgain() {
    return false;
  }

  /**
   * Computes the output of the last forward pass again, to the same bits, from inputs that have not
   * changed since, and changes nothing else.
   */
  default INDArray computeAgain(LayerWorkspaceMgr mgr) {
    throw new UnsupportedOperationException("the output is not computed again");
  }
}
