package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ChannelStatistics;

/** Cursive Japanese characters (Clanuwat et al., arXiv 1812.01718). */
public final class KmnistProvider extends IdxProvider {
  /** For {@link java.util.ServiceLoader}. */
  public KmnistProvider() {
    super(
        "kmnist",
        "cursive Japanese characters, 28x28 gray",
        ImmutableList.of("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        ChannelStatistics.gray(0.1918, 0.3483),
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        ImmutableList.of(
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134"));
  }
}
