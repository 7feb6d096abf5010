package dev.eman.datasets.pipeline;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import com.sun.management.ThreadMXBean;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In steady state, making a view allocates next to nothing: what does is a defect. */
class AllocationTest {
  private static final int SIZE = 28;
  private static final int WARM_UP = 3000;
  private static final int MEASURED = 2000;

  @ParameterizedTest
  @EnumSource(AugmentationPreset.class)
  void aView_inSteadyState_allocatesLittle(AugmentationPreset preset) {
    ImageDataset data = FashionMnistMiniProvider.open(Part.TRAIN);
    ImageStream stream =
        new ImageStream(
            data,
            ImmutableIntArray.of(0),
            1,
            ImmutableList.of(preset.create(SIZE), preset.create(SIZE)),
            EpochEnd.CONTINUE);
    FloatBuffer[] targets = {FloatBuffer.allocate(SIZE * SIZE), FloatBuffer.allocate(SIZE * SIZE)};
    ViewMaker maker =
        new ViewMaker(0, new Normalizer(ChannelStatistics.gray(0.5, 0.5), SIZE, SIZE));
    make(maker, stream, targets, 0, WARM_UP);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    make(maker, stream, targets, WARM_UP, MEASURED);
    long each = (threads.getCurrentThreadAllocatedBytes() - before) / MEASURED;
    assertTrue(each <= 4096, preset.label() + ": expected at most 4096 bytes, got " + each);
  }

  private static void make(
      ViewMaker maker, ImageStream stream, FloatBuffer[] targets, int first, int count) {
    for (int i = first; i < first + count; i++) {
      maker.make(stream, i, 0, 0, targets, 0);
    }
  }
}
