package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import org.junit.jupiter.api.Test;

class RunKnnMonitorTest {
  @Test
  void bank_withValidation_leavesOutWhatIsMeasured() {
    try (ImageDataset train = FashionMnistMiniProvider.open(Part.TRAIN)) {
      ImmutableIntArray measured = ImmutableIntArray.of(3, 5, 8, 13, 21);
      ImmutableIntArray bank = RunKnnMonitor.bank(train, 0, measured);
      assertEquals(train.size() - 5, bank.length());
      measured.forEach(image -> assertFalse(bank.contains(image)));
    }
  }

  @Test
  void bank_ofAPart_hasAsManyOfEachClass() {
    try (ImageDataset train = FashionMnistMiniProvider.open(Part.TRAIN)) {
      int[] counts = new int[10];
      RunKnnMonitor.bank(train, 500, ImmutableIntArray.of())
          .forEach(image -> counts[train.label(image)]++);
      for (int count : counts) {
        assertEquals(50, count);
      }
    }
  }
}
