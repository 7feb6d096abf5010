package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.ImageClassifier.Prediction;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@Timeout(60)
class BatchingClassifierTest {
  private static final int SIZE = 4;

  /** Answers by an image's brightness; fails as it is told. */
  private static final class Brightness extends ImageClassifier {
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final List<Integer> batches = new ArrayList<>();
    private volatile Error failure;

    Brightness() {
      super(
          new ImagePreparation(
              ChannelStatistics.of(new double[] {0}, new double[] {1}),
              SIZE,
              AugmentationPreset.NONE.create(SIZE),
              Orientation.EXIF),
          ImmutableList.of("dark", "bright"));
    }

    @Override
    public INDArray logits(INDArray images) {
      begun.countDown();
      try {
        assertTrue(released.await(30, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new EmanException("interrupted", e);
      }
      if (failure != null) {
        throw failure;
      }
      synchronized (batches) {
        batches.add((int) images.size(0));
      }
      INDArray light = images.mean(1, 2, 3).subi(0.5).reshape(images.size(0), 1);
      return Nd4j.concat(1, light.neg(), light);
    }
  }

  private static byte[] image(int gray) throws IOException {
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
    for (int p = 0; p < SIZE * SIZE; p++) {
      image.getRaster().setSample(p % SIZE, p / SIZE, 0, gray);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  private static String likeliest(CompletableFuture<ImmutableList<Prediction>> answer)
      throws InterruptedException, ExecutionException {
    return answer.get().get(0).className();
  }

  @Test
  void classify_whatWaits_isOneBatchAndEachGetsItsOwn() throws Exception {
    Brightness network = new Brightness();
    try (BatchingClassifier classifier = new BatchingClassifier(network)) {
      CompletableFuture<ImmutableList<Prediction>> first = classifier.classify(image(0), "a");
      assertTrue(network.begun.await(30, TimeUnit.SECONDS));
      List<CompletableFuture<ImmutableList<Prediction>>> others = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        others.add(classifier.classify(image(i % 2 == 0 ? 255 : 0), "b" + i));
      }
      CompletableFuture<ImmutableList<Prediction>> broken =
          classifier.classify(new byte[] {1, 2, 3}, "broken");
      network.released.countDown();
      assertEquals("dark", likeliest(first));
      for (int i = 0; i < 5; i++) {
        assertEquals(i % 2 == 0 ? "bright" : "dark", likeliest(others.get(i)));
      }
      ExecutionException e = assertThrows(ExecutionException.class, broken::get);
      assertInstanceOf(CorruptImageException.class, e.getCause());
      synchronized (network.batches) {
        assertEquals(List.of(1, 5), network.batches);
      }
    }
  }

  /** Native memory runs out as an Error: it is the batch's answer, and the next is answered. */
  @Test
  void classify_networkFailsWithAnError_isAnsweredAndGoesOn() throws Exception {
    Brightness network = new Brightness();
    network.released.countDown();
    network.failure = new OutOfMemoryError("of the test");
    try (BatchingClassifier classifier = new BatchingClassifier(network)) {
      CompletableFuture<ImmutableList<Prediction>> lost = classifier.classify(image(0), "a");
      ExecutionException e = assertThrows(ExecutionException.class, lost::get);
      assertInstanceOf(OutOfMemoryError.class, e.getCause());
      network.failure = null;
      assertEquals("bright", likeliest(classifier.classify(image(255), "b")));
      synchronized (network.batches) {
        assertEquals(List.of(1), network.batches);
      }
    }
  }

  /** On the classifier's own thread, which cannot wait for itself. */
  @Test
  void close_onceAnswered_endsTheThreadAfterTheBatch() throws Exception {
    Brightness network = new Brightness();
    BatchingClassifier classifier = new BatchingClassifier(network);
    CompletableFuture<Void> closed =
        classifier.classify(image(0), "a").thenAccept(answer -> classifier.close());
    network.released.countDown();
    closed.get(20, TimeUnit.SECONDS);
    assertThrows(RejectedExecutionException.class, () -> classifier.classify(image(0), "b"));
    classifier.close();
  }

  @Test
  void classify_closed_isRefused() throws Exception {
    Brightness network = new Brightness();
    network.released.countDown();
    BatchingClassifier classifier = new BatchingClassifier(network);
    classifier.close();
    assertThrows(RejectedExecutionException.class, () -> classifier.classify(image(0), "a"));
  }
}
