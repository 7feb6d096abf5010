package dev.eman.datasets.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LoaderThreadsTest {
  @Test
  void within_shareOfTheMachine_isWhatPipelinesKeepTo() {
    int usual = BatchPipeline.builder().workers;

    assertEquals(1, LoaderThreads.within(1, () -> BatchPipeline.builder().workers));
    assertEquals(3, LoaderThreads.within(6, () -> BatchPipeline.builder().workers));
    assertEquals(16, LoaderThreads.within(100, () -> BatchPipeline.builder().workers));
    assertEquals(5, LoaderThreads.within(6, () -> BatchPipeline.builder().workers(5).workers));
    assertEquals(usual, BatchPipeline.builder().workers);
  }
}
