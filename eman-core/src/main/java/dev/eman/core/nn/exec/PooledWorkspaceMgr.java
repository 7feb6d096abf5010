package dev.eman.core.nn.exec;

import com.google.common.primitives.ImmutableLongArray;
import dev.eman.core.nn.kernel.ChannelsLast;
import dev.eman.core.nn.layer.ActivationPool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Hands layers their arrays from a pool of reused blocks, so that a step in steady state allocates
 * nothing off the heap and the pool's size is the step's true peak. DL4J's own workspaces keep
 * every activation until the end and every gradient in a workspace of its own; here a block returns
 * as soon as its last reader has run.
 *
 * <p>References are counted per block: a block that several vertices still have to read is shared,
 * and nobody may write in it.
 */
final class PooledWorkspaceMgr extends LayerWorkspaceMgr implements ActivationPool {
  /** Places with arrays over them; more come together only where shapes keep changing. */
  private static final int MAX_PLACES = 8192;

  /** The same of views of groups, of which ResNet-50 in 8 has about a thousand. */
  private static final int MAX_VIEWS = 65_536;

  /** Memory from one place on, with the arrays that were ever laid over it. */
  static final class Block {
    private final long address;
    private final Map<Shape, INDArray> arrays = new HashMap<>();

    /** Views of these arrays. ND4J takes two buffers and microseconds to make one. */
    private final IdentityHashMap<INDArray, INDArray[]> groups = new IdentityHashMap<>();

    private long bytes;
    private int references;
    private boolean free = true;

    private Block(long address) {
      this.address = address;
    }

    boolean isReferenced() {
      return references > 0;
    }

    boolean isShared() {
      return references > 1;
    }

    /** Whether it is the very object. */
    boolean has(INDArray array) {
      for (INDArray own : arrays.values()) {
        if (own == array) {
          return true;
        }
      }
      return false;
    }
  }

  private record Shape(DataType type, char order, boolean channelsLast, ImmutableLongArray sizes) {}

  private final Arena arena = new Arena();
  private final Map<Long, Block> byAddress = new HashMap<>();
  private List<Block> handedOut = new ArrayList<>();
  private int views;

  /** The pool is the host's; on other backends ND4J's own allocator caches. */
  private final boolean onHost = Nd4j.getEnvironment().isCPU();

  PooledWorkspaceMgr() {
    super(EnumSet.allOf(ArrayType.class), Collections.emptyMap(), Collections.emptyMap());
  }

  /** The most bytes that blocks in use have had at one time. */
  long pooledBytes() {
    return arena.mostLent();
  }

  /** Collects the blocks handed out from now on; returns those handed out since the last call. */
  List<Block> startCollecting() {
    List<Block> collected = handedOut;
    handedOut = new ArrayList<>();
    return collected;
  }

  /** The block under an array, or null for memory that is not the pool's. */
  @Nullable Block blockOf(INDArray array) {
    if (byAddress.isEmpty()) {
      return null; // always so where memory is a device's, which has no address to ask for
    }
    return byAddress.get(array.data().pointer().address());
  }

  @Override
  public boolean isExclusive(INDArray array) {
    Block block = blockOf(array);
    return block != null && block.references <= 1;
  }

  void retain(Block block) {
    block.references++;
  }

  /** Gives a reference back; the last one frees the block. */
  void release(Block block) {
    block.references--;
    if (block.references <= 0) {
      releaseAll(block);
    }
  }

  /** Frees a block whatever its references. */
  void releaseAll(Block block) {
    if (!block.free) {
      block.free = true;
      block.references = 0;
      arena.giveBack(block.address, block.bytes);
    }
  }

  /** Frees every block. */
  void releaseEverything() {
    handedOut.clear();
    byAddress.values().forEach(this::releaseAll);
    if (byAddress.size() > MAX_PLACES || views > MAX_VIEWS) {
      forgetArrays();
    }
  }

  private void forgetArrays() {
    byAddress.clear();
    views = 0;
  }

  private Block take(long wanted) {
    long bytes = Arena.rounded(wanted);
    Block block = byAddress.computeIfAbsent(arena.take(bytes), Block::new);
    block.bytes = bytes;
    block.free = false;
    return block;
  }

  private INDArray array(DataType type, char order, boolean channelsLast, long... sizes) {
    long length = 1;
    for (long s : sizes) {
      length *= s;
    }
    if (length == 0 || !onHost) {
      INDArray array = Nd4j.createUninitialized(type, sizes, order);
      return channelsLast ? ChannelsLast.view(array) : array;
    }
    Block block = take(length * type.width());
    handedOut.add(block);
    Shape shape = new Shape(type, order, channelsLast, ImmutableLongArray.copyOf(sizes));
    INDArray found = block.arrays.get(shape);
    if (found == null) {
      found = arena.memoryOf(block.address).asArrayAt(block.address, type, order, sizes);
      if (channelsLast) {
        found = ChannelsLast.view(found);
      }
      block.arrays.put(shape, found);
    }
    return found;
  }

  @Override
  public INDArray channelsLast(DataType type, long n, long c, long h, long w) {
    return array(type, 'c', true, n, h, w, c);
  }

  @Override
  public INDArray[] groups(INDArray all, int count) {
    Block block = blockOf(all);
    if (block == null || !block.has(all)) {
      return ActivationPool.viewsOfGroups(all, count);
    }
    INDArray[] known = block.groups.get(all);
    if (known == null || known.length != count) {
      known = ActivationPool.viewsOfGroups(all, count);
      block.groups.put(all, known);
      views += count;
    }
    return known;
  }

  @Override
  public INDArray create(ArrayType arrayType, DataType dataType, long... shape) {
    return create(arrayType, dataType, shape, Nd4j.order());
  }

  @Override
  public INDArray create(ArrayType arrayType, DataType dataType, long[] shape, char order) {
    return array(dataType, order, false, shape).assign(0);
  }

  @Override
  public INDArray createUninitialized(ArrayType arrayType, DataType dataType, long... shape) {
    return createUninitialized(arrayType, dataType, shape, Nd4j.order());
  }

  @Override
  public INDArray createUninitialized(
      ArrayType arrayType, DataType dataType, long[] shape, char order) {
    return array(dataType, order, false, shape);
  }

  @Override
  public INDArray dup(ArrayType arrayType, INDArray toDup, char order) {
    return array(toDup.dataType(), order, false, toDup.shape()).assign(toDup);
  }

  @Override
  public INDArray dup(ArrayType arrayType, INDArray toDup) {
    return dup(arrayType, toDup, toDup.ordering());
  }

  @Override
  public INDArray castTo(
      ArrayType arrayType, DataType dataType, INDArray toCast, boolean dupIfCorrectType) {
    if (toCast.dataType() == dataType && !dupIfCorrectType) {
      return toCast;
    }
    return array(dataType, toCast.ordering(), false, toCast.shape()).assign(toCast);
  }

  /** Frees every block, and all memory. */
  void trim() {
    releaseEverything();
    forgetArrays();
    arena.close();
  }
}
