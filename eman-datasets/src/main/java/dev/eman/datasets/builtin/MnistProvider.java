package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ChannelStatistics;

/** Handwritten digits (LeCun et al., 1998). */
public final class MnistProvider extends IdxProvider {
  /** For {@link java.util.ServiceLoader}. */
  public MnistProvider() {
    super(
        "mnist",
        "handwritten digits, 28x28 gray",
        ImmutableList.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
        ChannelStatistics.gray(0.1307, 0.3081),
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ImmutableList.of(
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c"));
  }
}
