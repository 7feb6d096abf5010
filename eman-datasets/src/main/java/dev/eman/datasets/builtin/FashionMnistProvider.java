package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ChannelStatistics;

/** Articles of clothing (Xiao et al., arXiv 1708.07747). */
public final class FashionMnistProvider extends IdxProvider {
  static final ImmutableList<String> CLASSES =
      ImmutableList.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  /** For {@link java.util.ServiceLoader}. */
  public FashionMnistProvider() {
    super(
        "fashion-mnist",
        "articles of clothing, 28x28 gray",
        CLASSES,
        ChannelStatistics.gray(0.2860, 0.3530),
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ImmutableList.of(
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310"));
  }
}
