package dev.eman.web.command;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ascii;
import dev.eman.cli.ModelSource;
import dev.eman.core.UsageException;
import dev.eman.train.BatchingClassifier;
import dev.eman.train.ImageClassifier;
import dev.eman.train.OnnxClassifier;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.Network;
import dev.eman.web.serve.LabelStudio;
import dev.eman.web.serve.PredictionServer;
import dev.eman.web.serve.StudioImages;
import dev.eman.weights.onnx.OnnxEngine;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Classifies images that are sent to it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Classifies images that programs of this machine send: POST an image to /predict.",
      "With --label-studio also as a machine learning backend of Label Studio. Ctrl-C ends it."
    })
final class ServeCommand implements Callable<Integer> {
  private static final String TOKEN = "LABEL_STUDIO_API_KEY";

  @Parameters(
      paramLabel = "RUN",
      description =
          "A run folder, one of its checkpoints, or an ONNX model that export or linear --save"
              + " wrote.")
  private Path run = Path.of(".");

  @Option(
      names = "--which",
      paramLabel = "CHECKPOINT",
      description =
          "Checkpoint of a run folder: best or last (default: last; best of a run with"
              + " --early-stop).")
  private RunCheckpoint.@Nullable Which which;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "student or teacher (default: the teacher if it has statistics of its own).")
  private @Nullable Network network;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port, 0 for any that is free (default: the first free one from 8017 on).")
  private @Nullable Integer port;

  @Option(
      names = "--label-studio",
      description = "Answer Label Studio's /setup, /predict and /health.")
  private boolean labelStudio;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "With --label-studio: the root of its local files.")
  private @Nullable Path images;

  @Option(
      names = "--label-studio-url",
      paramLabel = "URL",
      description = {
        "With --label-studio: its address, such as http://localhost:8080, to fetch uploaded images",
        "from; the token is taken from " + TOKEN + "."
      })
  private @Nullable URI studio;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    check();
    String name = requireNonNull(run.toAbsolutePath().normalize().getFileName()).toString();
    if (OnnxClassifier.isModel(run)) {
      OnnxClassifier.checkWhole(run, which, network);
      OnnxEngine engine = OnnxEngine.require("an ONNX model", "");
      try (OnnxClassifier model = OnnxClassifier.open(run, engine)) {
        serve(model, name + "-" + OnnxClassifier.version(run));
      }
      return 0;
    }
    Served served = open();
    serve(served.network(), name + "-" + served.version());
    return 0;
  }

  /** Not the checkpoint, several times as large, which would be held as long as it is served. */
  private record Served(ImageClassifier network, String version) {}

  private Served open() {
    RunCheckpoint checkpoint = ModelSource.open(run, which);
    checkpoint.checkClassifies();
    Network chosen = network == null ? checkpoint.deployed() : network;
    return new Served(
        checkpoint.network(chosen), Ascii.toLowerCase(chosen.name()) + "-" + checkpoint.steps());
  }

  private void serve(ImageClassifier network, String version) throws InterruptedException {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    try (BatchingClassifier classifier = new BatchingClassifier(network)) {
      @Nullable LabelStudio studioSide =
          labelStudio
              ? new LabelStudio(
                  classifier, new StudioImages(images, studio, System.getenv(TOKEN)), version)
              : null;
      try (PredictionServer server =
          PredictionServer.start(classifier, version, studioSide, port)) {
        out.println("serving " + version + " at " + server.address() + " (Ctrl-C ends it)");
        out.flush();
        new CountDownLatch(1).await(); // Until Ctrl-C.
      }
    }
  }

  private void check() {
    if (!labelStudio && images != null) {
      throw new UsageException("--images: expected with --label-studio");
    }
    if (!labelStudio && studio != null) {
      throw new UsageException("--label-studio-url: expected with --label-studio");
    }
    if (images != null && !Files.isDirectory(images)) {
      throw new UsageException("--images: expected a folder, found none at " + images);
    }
    if (studio != null) {
      checkAddress(studio);
    }
  }

  private static void checkAddress(URI address) {
    String scheme = String.valueOf(address.getScheme());
    if ((!scheme.equals("http") && !scheme.equals("https")) || address.getHost() == null) {
      throw new UsageException(
          "--label-studio-url: expected an address such as http://localhost:8080 (a host's name has"
              + " no underscore: use its IP address), got "
              + address);
    }
  }
}
