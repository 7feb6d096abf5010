package dev.eman.train.published;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.fetch.RemoteFile;
import java.net.URI;

/**
 * The weights that torchvision publishes for the networks that are backbones here, under its names
 * for networks; its second weights of a network end in {@code -v2}. A file's name has the first
 * digits of its SHA-256.
 */
public final class TorchvisionWeights implements PublishedWeightsProvider {
  private static final String ADDRESS = "https://download.pytorch.org/models/";
  private static final String TERMS =
      "torchvision's licence is BSD-3-Clause; trained on ImageNet, whose terms allow non-commercial"
          + " research only";

  /** For {@link java.util.ServiceLoader}. */
  public TorchvisionWeights() {}

  @Override
  public ImmutableList<PublishedWeights> all() {
    return ImmutableList.of(
        of("resnet18", "resnet18", "resnet18", "f37072fd", 44.7),
        of("resnet34", "resnet34", "resnet34", "b627a593", 83.3),
        of("resnet50", "resnet50", "resnet50", "0676ba61", 97.8),
        of("resnet50-v2", "resnet50", "resnet50", "11ad3fa6", 97.8),
        of("wide_resnet50_2", "wide-resnet50-2", "wide_resnet50_2", "95faca4d", 131.8),
        of("wide_resnet50_2-v2", "wide-resnet50-2", "wide_resnet50_2", "9ba9bcbe", 263.1));
  }

  private static PublishedWeights of(
      String name, String backbone, String file, String sha256, double mebibytes) {
    String fileName = file + "-" + sha256 + ".pth";
    return new PublishedWeights(
        "torchvision:" + name,
        backbone,
        new RemoteFile(
            URI.create(ADDRESS + fileName),
            fileName,
            "sha256-prefix:" + sha256,
            RemoteFile.UNKNOWN,
            RemoteFile.Unpack.NONE),
        mebibytes,
        PublishedWeights.Input.IMAGENET,
        TERMS);
  }
}
