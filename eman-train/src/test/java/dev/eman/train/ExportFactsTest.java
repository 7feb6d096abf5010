package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.OrientationRule;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.ViewOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExportFactsTest {
  private static ExportFacts facts(Orientation orientation) {
    return new ExportFacts(
        "resnet8-w4",
        Network.TEACHER,
        "moco",
        "photos",
        ImmutableList.of(),
        40,
        ChannelStatistics.of(new double[] {0.5}, new double[] {0.25}),
        "imagenet-val",
        orientation);
  }

  /** All that decides what the network sees. */
  @ParameterizedTest
  @EnumSource
  void options_ofOurTexts_prepareImagesAsInTraining(Orientation orientation) {
    ImmutableMap<String, String> texts = facts(orientation).toTexts();
    OptionTexts options = ExportFacts.options(texts);
    TrainingOptions resolved = options.resolve();
    assertEquals("resnet8-w4", resolved.backbone());
    assertEquals("40", options.text(DataOptions.SIZE).orElseThrow());
    assertEquals("imagenet-val", options.text(ViewOptions.TEST).orElseThrow());
    assertEquals(OrientationRule.valueOf(orientation.name()), resolved.data().orientation());
    assertEquals(
        ImmutableList.of(0.25), ExportFacts.statistics(texts).orElseThrow().deviation().asList());
  }
}
