package dev.eman.cli;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.LinearLayer;
import dev.eman.core.io.OutputFiles;
import dev.eman.train.ClassifierFacts;
import dev.eman.train.ModelCard;
import dev.eman.train.OnnxClassifier;
import dev.eman.train.TestImages;
import dev.eman.train.encoder.OnnxEncoder;
import dev.eman.weights.onnx.OnnxCheck;
import dev.eman.weights.onnx.OnnxEngine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Saves a classifier of an encoder's features, with the encoder, as one model. */
final class SavedHead {
  /** Test images that the model is compared on. */
  private static final int COMPARED = 8;

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description =
          "With --encoder: write the encoder with the classifier behind it as one ONNX model; with"
              + " --algorithm, that algorithm's classifier.")
  private @Nullable Path file;

  /**
   * Checks that there is one classifier to save.
   *
   * @throws UsageException if there is none, or there are several
   */
  void check(boolean encoder, int amounts, int draws, int algorithms) {
    if (file == null) {
      return;
    }
    if (!encoder) {
      throw new UsageException(
          "--save: expected --encoder; for features of a run without classifier, such as one of"
              + " moco, export it (--format onnx) and take that model as the encoder; other runs"
              + " classify as they are");
    }
    if (!OnnxClassifier.isModel(file)) {
      throw new UsageException(
          "--save: expected a name that ends in .onnx, by which predict and serve know a model, got"
              + " "
              + file);
    }
    if (amounts != 1 || draws != 1 || algorithms > 1) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--save: expected one classifier, and so one amount of --labels, one draw and at most"
                  + " one --algorithm, got %d, %d and %d",
              amounts,
              draws,
              algorithms));
    }
  }

  /**
   * Checks before all work that this encoder can be saved with a classifier.
   *
   * @throws UsageException if it cannot
   */
  void begin(Pretrained.Opened opened) {
    OnnxEncoder encoder = opened.model();
    if (file != null && encoder != null) {
      OutputFiles.makeFolder(file);
      encoder.checkContinuable(file);
    }
  }

  /** Writes it, if this was asked for. */
  void write(CommandSpec command, Pretrained.Opened opened, LinearCommand.Trained trained) {
    Path to = file;
    OnnxEncoder encoder = opened.model();
    if (to == null || encoder == null) {
      return;
    }
    LinearLayer classifier = trained.classifier();
    if (classifier == null) {
      throw new UsageException(
          "--save: expected a linear classifier of the features, but the network of "
              + trained.method()
              + " has more layers; leave out --save");
    }
    Evaluation test;
    INDArray some;
    try (BatchSource images = opened.testInOrder()) {
      test = classifier.evaluate(Features.of(images, List.of(encoder)).get(0));
    }
    try (BatchSource images = opened.testInOrder()) {
      INDArray first = images.next().requireLabeled();
      some = first.get(NDArrayIndex.interval(0, Math.min(COMPARED, first.size(0)))).dup('c');
    }
    ClassifierFacts facts =
        new ClassifierFacts(
            opened.encoderName(),
            trained.method(),
            opened.datasetName(),
            opened.train().fingerprint(),
            trained.labels(),
            ImmutableList.copyOf(opened.data().classes().names()),
            encoder.inputFacts(),
            opened.options().views().test().label(),
            opened.options().data().ofFiles(opened.data().provider()),
            trained.options(),
            test,
            opened.data().holdOut() == null ? TestImages.TEST_SET : TestImages.HELD_OUT);
    OnnxEngine engine = OnnxEngine.require("--save", "");
    OnnxCheck check = encoder.writeClassifier(to, classifier, facts.toTexts(), engine, some);
    Path card = ModelCard.of(facts, to, CardText.commandLine(command)).write(to);
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%n%s and its classifier (%s, top-1 %.2f%%) written to %s%nverified by %s: %d test images,"
            + " largest difference %.1e (allowed %.1e)%n",
        opened.encoderName(),
        trained.method(),
        100 * test.top1(),
        to,
        engine.name(),
        check.images(),
        check.largestDifference(),
        check.tolerance());
    CardText.print(out, card);
    out.flush();
  }
}
