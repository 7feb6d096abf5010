package dev.eman.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Streams;
import dev.eman.core.EmanException;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.IoFailures;
import dev.eman.train.metrics.History;
import dev.eman.train.options.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Description and results of a run: the file {@code run.json}, written at its end.
 *
 * @param name of the run, its folder's name
 * @param training what was trained, and how long
 * @param data what it was trained on
 * @param images how many images it was trained on; null in records of early versions
 * @param measurement how its accuracies were measured
 * @param program what trained it
 * @param results accuracies
 * @param missing what could not be made at its end, and why; empty for a finished run
 */
public record RunRecord(
    String name,
    Training training,
    Data data,
    TrainingImages.@Nullable Counts images,
    Measurement measurement,
    Program program,
    Results results,
    ImmutableList<String> missing) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS) // Only record components.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // Each part reads its own.
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addDeserializer(Instant.class, new InstantReader()))
          .build();

  /** The key of {@link #images}, which earlier versions did not write. */
  private static final String IMAGES = "images";

  /** The key of images that were replaced, if there were any. */
  private static final String REPLACED = "replaced";

  /** The key of {@link Data#orientation}. */
  private static final String ORIENTATION = "orientation";

  /** A key that earlier versions did not write. */
  private static final String TESTED_ON = "tested_on";

  /** The key of {@link Measurement#testedStep}, which earlier versions did not write. */
  private static final String TESTED_STEP = "tested_step";

  /** The key of {@link Measurement#testedImages}, which earlier versions did not write. */
  private static final String TESTED_IMAGES = "tested_images";

  /** The key of {@link Measurement#testFingerprint}, which earlier versions did not write. */
  private static final String TEST_FINGERPRINT = "test_fingerprint";

  /** Keys of the results that earlier versions did not write. */
  private static final List<String> SINCE_SCORES = List.of("test_student", "test_teacher");

  private static final String MISSING = "missing";

  /**
   * What was trained, and how long.
   *
   * @param algorithm its name
   * @param seed of split, initial weights and batches
   * @param steps number of completed steps
   * @param teacher what its normalisation uses: eman, ema, student statistics, or none
   * @param trainingSeconds time of all steps, including those before an interruption
   * @param started when the last session began
   * @param lastSessionSeconds time since then, including evaluations
   */
  public record Training(
      String algorithm,
      long seed,
      long steps,
      String teacher,
      double trainingSeconds,
      Instant started,
      double lastSessionSeconds) {}

  /**
   * What the run was trained on.
   *
   * @param dataset name of the training images
   * @param dataFingerprint fingerprint of the training images
   * @param classes their names, in the order of the labels
   * @param split which images have labels, in words
   * @param splitHash hash of the labelled images
   * @param orientation what was done about the orientation that photos' files note: exif (turned)
   *     or ignore; null in records of early versions, which ignored it
   */
  public record Data(
      String dataset,
      String dataFingerprint,
      List<String> classes,
      String split,
      String splitHash,
      @Nullable String orientation) {
    public Data {
      classes = List.copyOf(classes);
    }
  }

  /**
   * How accuracies were measured during training.
   *
   * @param chosenOn the set on which the best checkpoint was chosen: test, held-out, validation or
   *     none
   * @param measuredBy {@link #CLASSIFIER}, or a description of the k-NN evaluation
   * @param testedOn what the final accuracies are of, as {@link TestImages} names it; null in
   *     records of early versions, which always had a test set
   * @param testedStep number of steps of the networks that the final accuracies are of: with early
   *     stopping fewer than the run has; null if nothing is measured, and in records of early
   *     versions
   * @param testedImages number of images that the final accuracies are of; null if nothing is
   *     measured, and in records of early versions
   * @param testFingerprint of the data set's own test images; null if there are none, and in
   *     records of early versions
   */
  public record Measurement(
      String chosenOn,
      String measuredBy,
      @Nullable String testedOn,
      @Nullable Long testedStep,
      @Nullable Long testedImages,
      @Nullable String testFingerprint) {
    /** {@link #measuredBy} of a network that classifies. */
    public static final String CLASSIFIER = "classifier";

    /** Without a number and a fingerprint of test images. */
    public Measurement(
        String chosenOn, String measuredBy, @Nullable String testedOn, @Nullable Long testedStep) {
      this(chosenOn, measuredBy, testedOn, testedStep, null, null);
    }

    /** What the final accuracies are of, for people. */
    public String testImages() {
      return testedOn == null ? TestImages.TEST_SET.toString() : testedOn;
    }

    /** The same with their number, if it is known: {@code 2 held-out images}. */
    public String testImagesCounted() {
      String words = testImages();
      if (testedImages == null) {
        return words;
      }
      String images = testedImages == 1 ? " image" : " images";
      String number = String.format(Locale.ROOT, "%,d", testedImages);
      return words.endsWith(" images")
          ? number + " " + words.substring(0, words.length() - " images".length()) + images
          : words + " of " + number + images;
    }

    /** Whether accuracies are those of the networks' own classifiers. */
    public boolean isOfClassifier() {
      return measuredBy.equals(CLASSIFIER);
    }
  }

  /**
   * What trained the run.
   *
   * @param version of this program
   * @param commit of its sources
   * @param backend description of the ND4J backend
   */
  public record Program(String version, String commit, String backend) {}

  /**
   * Accuracies as fractions.
   *
   * @param student the student's during training; null if it was never evaluated
   * @param teacher the teacher's during training; null if there is none
   * @param chosenOn the set of those two: test, held-out, validation or none
   * @param testStudentTop1 the student's final top-1 on the test set, or what stands for it; null
   *     if nothing is measured, or it is missing
   * @param testTeacherTop1 the teacher's final top-1 on the test set; null if there is none
   * @param testStudent the student's final scores on the same; null if nothing is measured, and in
   *     records of early versions
   * @param testTeacher the teacher's; null if there is none, and in records of early versions
   */
  public record Results(
      History.@Nullable Summary student,
      History.@Nullable Summary teacher,
      String chosenOn,
      @Nullable Double testStudentTop1,
      @Nullable Double testTeacherTop1,
      @Nullable Scores testStudent,
      @Nullable Scores testTeacher) {
    /** The results of a trained run; of a finished one if there is a test. */
    static Results of(History history, String chosenOn, @Nullable EvaluationReport test) {
      Evaluation student = test == null ? null : test.student();
      Evaluation teacher = test == null ? null : test.teacher();
      return new Results(
          history.summary(false),
          history.summary(true),
          chosenOn,
          student == null ? null : student.top1(),
          teacher == null ? null : teacher.top1(),
          student == null ? null : Scores.of(student),
          teacher == null ? null : Scores.of(teacher));
    }

    /** One network's final scores; null if there is no such network, or they were not recorded. */
    public @Nullable Scores test(Network network) {
      return network == Network.STUDENT ? testStudent : testTeacher;
    }

    /** One network's final top-1 on the test set; empty if there is no such network. */
    public OptionalDouble testTop1(Network network) {
      Double top1 = network == Network.STUDENT ? testStudentTop1 : testTeacherTop1;
      return top1 == null ? OptionalDouble.empty() : OptionalDouble.of(top1);
    }
  }

  /**
   * Scores of one network, as fractions.
   *
   * @param top1 the part of the images whose most likely class is correct
   * @param top5 the part of the images whose class is among the five most likely
   * @param balancedAccuracy mean recall of the classes
   * @param macroF1 mean F1 score of the classes
   */
  public record Scores(double top1, double top5, double balancedAccuracy, double macroF1) {
    static Scores of(Evaluation evaluation) {
      return new Scores(
          evaluation.top1(),
          evaluation.top5(),
          evaluation.balancedAccuracy(),
          evaluation.macroF1());
    }
  }

  /**
   * Reads the record of a run.
   *
   * @throws EmanException if it is missing or damaged
   */
  public static RunRecord read(RunFiles run) {
    Path file = run.record();
    try {
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (!root.path("name").isTextual() || !root.path("results").isObject()) {
        throw new EmanException(
            damaged(file, "expected the name of a run and its results, found something else"));
      }
      ((ObjectNode) root).putIfAbsent(ORIENTATION, NullNode.getInstance());
      ((ObjectNode) root).putIfAbsent(TESTED_ON, NullNode.getInstance());
      ((ObjectNode) root).putIfAbsent(TESTED_STEP, NullNode.getInstance());
      ((ObjectNode) root).putIfAbsent(TESTED_IMAGES, NullNode.getInstance());
      ((ObjectNode) root).putIfAbsent(TEST_FINGERPRINT, NullNode.getInstance());
      for (String name : SINCE_SCORES) {
        ((ObjectNode) root.path("results")).putIfAbsent(name, NullNode.getInstance());
      }
      if (root.path(IMAGES) instanceof ObjectNode counts) {
        counts.putIfAbsent(REPLACED, NullNode.getInstance());
      }
      return new RunRecord(
          root.path("name").asText(),
          JSON.treeToValue(root, Training.class),
          JSON.treeToValue(root, Data.class),
          root.hasNonNull(IMAGES)
              ? JSON.treeToValue(root.path(IMAGES), TrainingImages.Counts.class)
              : null,
          JSON.treeToValue(root, Measurement.class),
          JSON.treeToValue(root, Program.class),
          JSON.treeToValue(root.path("results"), Results.class),
          missing(root));
    } catch (NoSuchFileException e) {
      throw new EmanException(
          "expected the record of a finished run at " + file + ", found nothing; finish the run",
          e);
    } catch (JsonProcessingException e) {
      throw new EmanException(damaged(file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /** Number of steps of the networks that the final accuracies are of, if anything is measured. */
  public long testedStep() {
    Long step = measurement.testedStep();
    return step == null ? training.steps() : step;
  }

  private static ImmutableList<String> missing(JsonNode root) {
    return Streams.stream(root.path(MISSING))
        .map(JsonNode::asText)
        .collect(ImmutableList.toImmutableList());
  }

  /** Whether the folder has the record of a run whose results are whole. */
  static boolean isOfFinishedRun(RunFiles run) {
    try {
      return Files.exists(run.record())
          && missing(JSON.readTree(Files.readAllBytes(run.record()))).isEmpty();
    } catch (IOException e) {
      return true; // Reading it says what is wrong.
    }
  }

  private static String damaged(Path file, String why) {
    return file
        + " is damaged: "
        + why
        + "; put back a copy of it, or let "
        + CommandLines.eman("train", "--resume", String.valueOf(file.toAbsolutePath().getParent()))
        + " write it again";
  }

  /** Writes the record of a run. */
  public void write(RunFiles run) {
    ObjectNode root = JSON.createObjectNode();
    root.put("name", name);
    for (Record part : List.of(training, data, measurement, program)) {
      root.setAll(JSON.<ObjectNode>valueToTree(part));
    }
    if (measurement.testedOn() == null) {
      root.remove(TESTED_ON);
    }
    if (measurement.testedStep() == null) {
      root.remove(TESTED_STEP);
    }
    if (measurement.testedImages() == null) {
      root.remove(TESTED_IMAGES);
    }
    if (measurement.testFingerprint() == null) {
      root.remove(TEST_FINGERPRINT);
    }
    if (data.orientation() == null) {
      root.remove(ORIENTATION);
    }
    if (images != null) {
      ObjectNode counts = JSON.valueToTree(images);
      if (images.replaced() == null) {
        counts.remove(REPLACED);
      }
      root.set(IMAGES, counts);
    }
    ObjectNode scores = JSON.valueToTree(results);
    scores.remove(SINCE_SCORES.stream().filter(key -> !scores.hasNonNull(key)).toList());
    root.set("results", scores);
    if (!missing.isEmpty()) {
      root.set(MISSING, JSON.valueToTree(missing));
    }
    RunFolder.writeJson(run.record(), root);
  }

  private static final class InstantReader extends FromStringDeserializer<Instant> {
    private static final long serialVersionUID = 1;

    InstantReader() {
      super(Instant.class);
    }

    @Override
    protected Instant _deserialize(String text, DeserializationContext context) {
      return Instant.parse(text);
    }
  }
}
