package dev.eman.datasets.split;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.ImageSelection;
import java.util.BitSet;

/** Some labelled images of a data set, with the classes that they are of alone. */
final class LabeledOnly {
  private LabeledOnly() {}

  /** A view, not to be closed. */
  static ImageDataset of(ImageDataset data, ImmutableIntArray positions) {
    BitSet used = new BitSet();
    positions.forEach(i -> used.set(data.requireLabel(i)));
    int[] numbers = new int[data.classNames().size()];
    ImmutableList.Builder<String> names = ImmutableList.builder();
    int count = 0;
    for (int c = used.nextSetBit(0); c >= 0; c = used.nextSetBit(c + 1)) {
      numbers[c] = count++;
      names.add(data.classNames().get(c));
    }
    ImmutableIntArray labels =
        ImmutableIntArray.copyOf(positions.stream().map(i -> numbers[data.label(i)]));
    return new ImageSelection(data, data.name(), names.build(), positions, labels, data.notes());
  }
}
