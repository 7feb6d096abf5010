package dev.eman.datasets.pipeline;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import java.nio.FloatBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time and, with {@code -prof gc}, allocation for one view of one image. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class ViewBenchmark {
  private static final int SIZE = 28;

  @Param({"NONE", "FIXMATCH_WEAK", "FIXMATCH_STRONG", "EMAN_STRONG", "MOCO_V2"})
  private AugmentationPreset preset = AugmentationPreset.NONE;

  private final FloatBuffer[] targets = {FloatBuffer.allocate(SIZE * SIZE)};
  private final ViewMaker maker =
      new ViewMaker(0, new Normalizer(ChannelStatistics.gray(0.5, 0.5), SIZE, SIZE));
  private ImageStream stream;
  private int next;

  /** Opens the data. */
  @Setup
  public void open() {
    ImageDataset data = FashionMnistMiniProvider.open(Part.TRAIN);
    stream =
        new ImageStream(
            data,
            ImmutableIntArray.of(0),
            1,
            ImmutableList.of(preset.create(SIZE)),
            EpochEnd.CONTINUE);
  }

  /** Makes the next image's view. */
  @Benchmark
  public float view() {
    maker.make(stream, next++ % 6000, 0, 0, targets, 0);
    return targets[0].get(0);
  }
}
