package dev.eman.spark.ml;

import com.google.common.collect.MapMaker;
import dev.eman.train.ImagePreparation;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.Network;
import java.io.Serializable;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * A network of a checkpoint, to be broadcast. Spark keeps one such object for all tasks of a JVM;
 * the network is made in it when the first task asks, and goes when the broadcast does. Parameters
 * and packed weights are there once; what oneDNN binds to a thread (primitives, activations), once
 * for each thread that runs tasks.
 *
 * @param <T> what computes; one thread at a time
 */
abstract class SharedNetwork<T> implements Serializable {
  private static final long serialVersionUID = 1L;

  private final CheckpointFile checkpoint;
  private final Network network;
  private transient volatile @Nullable Loaded<T> loaded;

  SharedNetwork(CheckpointFile checkpoint, Network network) {
    this.checkpoint = checkpoint;
    this.network = network;
  }

  /** What a JVM has of it. */
  private record Loaded<T>(ImagePreparation preparation, T first, ConcurrentMap<Thread, T> all) {}

  /** Makes the network. */
  abstract T load(RunCheckpoint opened, Network which);

  /** The same network for another thread. */
  abstract T another(T first);

  final Network network() {
    return network;
  }

  /** What is done to images before the network sees them. */
  final ImagePreparation preparation() {
    return loaded().preparation();
  }

  /** The calling thread's own. */
  final T forThisThread() {
    Loaded<T> here = loaded();
    return here.all().computeIfAbsent(Thread.currentThread(), thread -> another(here.first()));
  }

  private Loaded<T> loaded() {
    Loaded<T> here = loaded;
    return here == null ? loadOnce() : here;
  }

  private synchronized Loaded<T> loadOnce() {
    Loaded<T> here = loaded;
    if (here == null) {
      RunCheckpoint opened = checkpoint.open();
      T first = load(opened, network);
      // Threads that have ended leave nothing.
      here = new Loaded<>(opened.preparation(), first, new MapMaker().weakKeys().makeMap());
      loaded = here;
    }
    return here;
  }
}
