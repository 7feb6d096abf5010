package dev.eman.train.errors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.Part;
import dev.eman.datasets.check.DuplicateImages;
import dev.eman.train.DataParts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Which images are named: of 41, number 0 is alone in its class, 1 to 20 are even and 21 to 40 odd.
 * Those that cannot be read and that are not judged move all that follow.
 */
class DataErrorsTest {
  private static final int EVEN = 1;
  private static final int ODD = 2;

  @TempDir private Path photos;
  private DataParts data;
  private LabeledImages images;

  @BeforeEach
  void open() throws IOException {
    image("train/alone", 0);
    for (int i = 0; i < 20; i++) {
      image("train/even", i);
      image("train/odd", i);
    }
    image("test/even", 0);
    data = DataParts.open(TrainingOptions.builder("supervised").dataset(photos.toString()).build());
    images = LabeledImages.of(data, Set.of(Part.TRAIN));
    assertEquals(41, images.size());
  }

  @AfterEach
  void close() {
    data.close();
  }

  private void image(String name, int i) throws IOException {
    Path file = photos.resolve(name).resolve(String.format(Locale.ROOT, "%02d.png", i));
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {1}); // No image is decoded.
  }

  private static ImmutableIntArray without(int... unread) {
    Set<Integer> missing = Set.copyOf(IntStream.of(unread).boxed().toList());
    return ImmutableIntArray.copyOf(IntStream.range(0, 41).filter(i -> !missing.contains(i)));
  }

  /** Probabilities that agree with the labels, but for one image of each class. */
  private INDArray probabilities(ImmutableIntArray read, int wrongEven, int wrongOdd) {
    double[][] rows = new double[read.length()][];
    for (int row = 0; row < rows.length; row++) {
      int image = read.get(row);
      boolean isWrong = image == wrongEven || image == wrongOdd;
      boolean odd = (images.label(image) == ODD) != isWrong;
      double wrong = isWrong ? 0.05 : 0.03;
      rows[row] = odd ? new double[] {0.02, wrong, 1} : new double[] {0.02, 1, wrong};
      rows[row][odd ? ODD : EVEN] -= 0.02 + wrong;
    }
    return Nd4j.createFromArray(rows);
  }

  /** Features of about one direction, but for one image's. */
  private static INDArray features(ImmutableIntArray read, int unlike) {
    float[][] rows = new float[read.length()][9];
    for (int row = 0; row < rows.length; row++) {
      Random random = new Random(read.get(row));
      for (int i = 1; i < 9; i++) {
        rows[row][i] = 0.1f * random.nextFloat();
      }
      rows[row][0] = read.get(row) == unlike ? 0 : 1;
    }
    return Nd4j.createFromArray(rows);
  }

  private DataErrors find(
      ImmutableIntArray read, PruningRule rule, int wrongEven, int wrongOdd, int unlike) {
    return DataErrors.of(
        images,
        new LabeledImages.Rows(read, ImmutableList.of(features(read, unlike))),
        probabilities(read, wrongEven, wrongOdd),
        rule,
        ImmutableList.of());
  }

  private void assertNamed(DataErrors errors, int wrongEven, int wrongOdd, int unlike) {
    assertEquals(
        List.of(wrongEven + ": even is odd", wrongOdd + ": odd is even"),
        errors.labels().stream()
            .sorted((one, other) -> Integer.compare(one.image(), other.image()))
            .map(
                issue ->
                    issue.image()
                        + ": "
                        + images.classNames().get(issue.given())
                        + " is "
                        + images.classNames().get(issue.suggested()))
            .toList());
    assertTrue(
        errors.labels().stream().allMatch(i -> Math.abs(i.givenProbability() - 0.05) < 1e-6));
    assertEquals(List.of(unlike), errors.outliers().stream().map(Outliers.Outlier::image).toList());
  }

  @ParameterizedTest
  @EnumSource
  void of_imageAloneInItsClass_namesTheWrongOnes(PruningRule rule) {
    DataErrors errors = find(without(), rule, 5, 30, 33);
    assertEquals(41, errors.searched());
    assertEquals(1, errors.alone());
    assertEquals(38 / 40.0, errors.accuracy());
    assertNamed(errors, 5, 30, 33);
  }

  @ParameterizedTest
  @EnumSource
  void of_imagesThatCannotBeRead_namesTheWrongOnes(PruningRule rule) {
    DataErrors errors = find(without(1, 2, 25), rule, 5, 30, 33);
    assertEquals(38, errors.searched());
    assertEquals(1, errors.alone());
    assertNamed(errors, 5, 30, 33);
    DataErrors none = find(without(0, 1), rule, 20, 21, 40);
    assertEquals(0, none.alone());
    assertEquals(37 / 39.0, none.accuracy());
    assertNamed(none, 20, 21, 40);
  }

  @Test
  void of_pairs_thoseWithTwoLabelsFirst() {
    ImmutableIntArray read = without();
    DuplicateImages.Pair near = new DuplicateImages.Pair(3, 2, false);
    DuplicateImages.Pair exact = new DuplicateImages.Pair(5, 4, true);
    DuplicateImages.Pair conflict = new DuplicateImages.Pair(21, 20, false);
    DataErrors errors =
        DataErrors.of(
            images,
            new LabeledImages.Rows(read, ImmutableList.of(features(read, 33))),
            probabilities(read, 5, 30),
            PruningRule.MIXTURE,
            ImmutableList.of(near, exact, conflict));
    assertEquals(List.of(conflict, exact, near), errors.duplicates());
  }

  @Test
  void labels_eachOfItsOwnClass_saysWhatIsNeeded() {
    LabeledImages.Rows rows =
        new LabeledImages.Rows(ImmutableIntArray.of(0, 1, 21), ImmutableList.of());
    String message =
        assertThrows(DatasetException.class, () -> DataErrors.labels(images, rows)).getMessage();
    assertTrue(message.contains("found 3 image(s), each of its own class"), message);
  }
}
