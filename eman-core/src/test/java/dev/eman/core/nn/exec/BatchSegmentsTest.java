package dev.eman.core.nn.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.kernel.onednn.OneDnn;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which nodes see how many images at once. */
class BatchSegmentsTest {
  @BeforeEach
  void needsOneDnn() {
    assumeTrue(OneDnn.isAvailable(), "folding is oneDNN's");
  }

  private static List<BatchSegments.Segment> segments(int batch, int size, long cached) {
    FoldedNetwork network = FoldedNetwork.of(Backbones.named("resnet8-w4").classifier(10, 1));
    assertNotNull(network);
    return BatchSegments.of(network, new long[] {batch, 3, size, size}, cached);
  }

  @Test
  void of_smallMaps_isOneSegmentForTheWholeBatch() {
    List<BatchSegments.Segment> segments = segments(64, 8, BatchSegments.CACHED);
    assertEquals(1, segments.size());
    assertEquals(64, segments.get(0).images());
  }

  @Test
  void of_largeMaps_givesLaterNodesMoreImages() {
    // 16x16 maps of 4 channels are 4 KiB an image, in and out 8; the last maps a quarter.
    List<BatchSegments.Segment> segments = segments(60, 16, 1 << 14);
    assertTrue(segments.size() > 1, segments.toString());
    int node = 0;
    int images = 1;
    for (BatchSegments.Segment segment : segments) {
      assertEquals(node, segment.from());
      assertTrue(segment.images() >= images, segments.toString());
      assertEquals(0, 60 % segment.images());
      node = segment.to();
      images = segment.images();
    }
    assertEquals(2, segments.get(0).images());
  }

  @Test
  void of_primeBatch_isNotTakenApart() {
    for (BatchSegments.Segment segment : segments(61, 16, 1 << 16)) {
      assertEquals(61, segment.images());
    }
  }

  @Test
  void of_oneImageTooLarge_goesAlone() {
    assertEquals(1, segments(7, 16, 1).get(0).images());
  }
}
