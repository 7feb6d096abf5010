package dev.eman.train;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.core.UsageException;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.WeightSource;
import dev.eman.train.published.PublishedWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that begin with published weights. */
class PublishedRunTest {
  @TempDir private Path folder;
  private Path run;
  private Path weights;
  private ComputationGraph network;

  @BeforeEach
  void make() throws IOException {
    Marsupials.make(folder.resolve("photos"));
    run = folder.resolve("run");
    weights = folder.resolve("weights");
    network = TestWeights.make(weights);
  }

  private TrainingOptions options() {
    return Texts.parse(
        List.of(
            "--dataset=" + folder.resolve("photos"),
            "--data=" + weights,
            "--algorithm=supervised",
            "--labels=4/class",
            "--init=" + TestWeights.NAME,
            "--size=16",
            "--batch=2",
            "--steps=2",
            "--workers=1"));
  }

  @Test
  void start_publishedWeights_networkAndNormalizationAreTheirs() throws IOException {
    try (TrainingRun training = TrainingRun.start(options(), run)) {
      ComputationGraph student = training.state().algorithm().student().graph();
      assertSameValues(network.getParam("conv1_W"), student.getParam("conv1_W"));
      assertEquals(TestWeights.BACKBONE, training.state().options().backbone());
      String notes = String.join("\n", training.notes());
      assertTrue(notes.contains("tests:tiny: free to use in tests"), notes);
      assertTrue(notes.contains("images are normalised as tests:tiny expects them"), notes);
      assertTrue(training.train());
      training.finish();
    }
    assertEquals(TestWeights.STATISTICS, RunCheckpoint.open(run, Which.LAST).statistics());
    String config = Files.readString(run.resolve("config.yaml"));
    assertTrue(config.contains("init: tests:tiny"), config);
    assertTrue(config.contains("backbone: resnet8-w4"), config);
  }

  /** Everything that is learnt from the weights is in the checkpoint. */
  @Test
  void resume_weightsGone_goesOnAndSaysNoTerms() throws IOException {
    try (TrainingRun training = TrainingRun.start(options(), run)) {
      training.train();
    }
    MoreFiles.deleteDirectoryContents(weights, RecursiveDeleteOption.ALLOW_INSECURE);
    OptionTexts longer = OptionTexts.empty().with("steps", "3");
    try (TrainingRun training = TrainingRun.resume(run, false, longer)) {
      assertEquals(TestWeights.STATISTICS, training.state().provider().statistics());
      assertFalse(String.join("\n", training.notes()).contains("free to use"));
      assertTrue(training.train());
    }
  }

  @Test
  void open_grayImages_refused() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () ->
                DataParts.open(
                    TrainingOptions.builder("supervised")
                        .initialWeights(TestWeights.NAME)
                        .dataset("fashion-mnist-mini")
                        .build()));
    assertEquals(
        "tests:tiny: expected images of 3 channels, found 1 in fashion-mnist-mini", e.getMessage());
  }

  /** Photos are normalised by ImageNet's already. */
  @Test
  void open_sameStatistics_noNote() {
    TrainingOptions options =
        TrainingOptions.builder("supervised")
            .initialWeights("torchvision:resnet18")
            .dataset(folder.resolve("photos").toString())
            .build();
    try (DataParts parts = DataParts.open(options)) {
      assertEquals(ChannelStatistics.IMAGENET, parts.provider().statistics());
      assertTrue(parts.notes().stream().noneMatch(note -> note.contains("normalised")));
    }
  }

  @Test
  void options_published_inputFollowsWithoutAFile() {
    InitialWeights initial =
        new InitialWeights(WeightSource.parse("torchvision:resnet50-v2"), null, null, null);
    TrainingOptions options = initial.options().resolve();
    assertEquals("resnet50", options.backbone());
    assertEquals(224, options.data().size());
    assertEquals("imagenet-val", options.views().test().toString());
    assertEquals(ChannelStatistics.IMAGENET, initial.statistics().orElseThrow());
  }

  @Test
  void build_otherBackbone_refused() {
    OptionTexts texts =
        OptionTexts.empty().with("init", "torchvision:resnet18").with("backbone", "resnet50");
    UsageException e = assertThrows(UsageException.class, texts::resolve);
    assertEquals(
        "backbone: expected resnet18, the network of --init torchvision:resnet18, got resnet50;"
            + " omit --backbone",
        e.getMessage());
  }

  @Test
  void parse_unknownName_suggests() {
    OptionTexts texts = OptionTexts.empty().with(InitialOptions.INIT, "torchvision:resnet19");
    UsageException e = assertThrows(UsageException.class, texts::resolve);
    assertTrue(e.getMessage().startsWith("init: weights: expected one of "), e::toString);
    assertTrue(e.getMessage().endsWith("did you mean torchvision:resnet18?"), e::toString);
  }

  @Test
  void parse_fileCalledLikeAName_isTheFile() throws IOException {
    Path file = Files.createFile(folder.resolve("my.pth"));
    assertEquals(new WeightSource.Local(file), WeightSource.parse(file.toString()));
    assertEquals(
        new WeightSource.Published(PublishedWeights.named("torchvision:resnet34")),
        WeightSource.parse("torchvision:resnet34"));
  }
}
