package dev.eman.train.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.core.nn.Backbones;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedWeightsTest {
  @Test
  void named_torchvisions_haveBackbonesAndTheirChecksumInTheFilesName() {
    for (PublishedWeights weights : new TorchvisionWeights().all()) {
      assertEquals(weights, PublishedWeights.named(weights.name()));
      assertEquals(weights.backbone(), Backbones.named(weights.backbone()).name());
      String digits = weights.file().checksum().substring("sha256-prefix:".length());
      assertTrue(weights.file().fileName().endsWith("-" + digits + ".pth"), weights.name());
      assertTrue(weights.file().uri().getPath().endsWith("/" + weights.file().fileName()));
    }
  }

  @Test
  void named_misspelt_suggestsTheNearest() {
    UsageException e =
        assertThrows(UsageException.class, () -> PublishedWeights.named("torchvison:resnet18"));
    assertTrue(e.getMessage().contains("did you mean torchvision:resnet18?"), e::toString);
    assertTrue(e.getMessage().contains("torchvision:wide_resnet50_2,"), e::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "C:\\weights.pth",
        "C:weights.pth",
        "runs/a:b",
        "hdfs://host/x",
        "last.ckpt",
        "a:"
      })
  void isName_path_no(String text) {
    assertFalse(PublishedWeights.isName(text));
  }
}
