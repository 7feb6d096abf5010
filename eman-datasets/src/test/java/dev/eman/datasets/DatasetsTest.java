package dev.eman.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.fetch.RemoteFile;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DatasetsTest {
  private static final List<String> NAMES =
      List.of(
          "cifar10",
          "cifar100",
          "fashion-mnist",
          "fashion-mnist-mini",
          "imagenet",
          "kmnist",
          "mnist",
          "stl10",
          "svhn");

  @TempDir Path temporary;
  private Path data;
  private Path variable;
  private Path home;
  private Path system;

  @BeforeEach
  void makeFolders() throws IOException {
    data = Files.createDirectory(temporary.resolve("data"));
    variable = Files.createDirectory(temporary.resolve("variable"));
    home = Files.createDirectory(temporary.resolve("home"));
    system = Files.createDirectory(temporary.resolve("system"));
  }

  @Test
  void all_builtIn_nine() {
    assertEquals(NAMES, Datasets.all().keySet().asList());
    Datasets.all().forEach((name, provider) -> assertEquals(name, provider.name()));
  }

  @Test
  void all_facts_sensible() {
    for (DatasetProvider provider : Datasets.all().values()) {
      assertTrue(provider.parts().contains(Part.TRAIN), provider.name());
      assertTrue(provider.parts().contains(Part.TEST), provider.name());
      assertFalse(provider.description().isBlank(), provider.name());
      assertTrue(provider.imageSize() >= 28, provider.name());
      provider.statistics().mean().forEach(m -> assertTrue(m > 0.1 && m < 0.6, provider.name()));
      provider
          .statistics()
          .deviation()
          .forEach(d -> assertTrue(d > 0.1 && d < 0.5, provider.name()));
    }
  }

  @Test
  void files_all_sensible() {
    for (DatasetProvider provider : Datasets.all().values()) {
      for (RemoteFile file : provider.files()) {
        assertTrue(file.checksum().matches("md5:[0-9a-f]{32}"), file.toString());
        assertTrue(file.uri().getPath().endsWith("/" + file.fileName()), file.toString());
        assertEquals(
            file.fileName().endsWith(".tar.gz"),
            file.unpack() == RemoteFile.Unpack.TAR_GZ,
            file.toString());
      }
      assertEquals(
          provider.files().size(),
          provider.files().stream().map(RemoteFile::checksum).distinct().count(),
          provider.name());
    }
    assertEquals(4, Datasets.named("kmnist").files().size());
    assertEquals(1, Datasets.named("stl10").files().size());
    assertEquals(3, Datasets.named("svhn").files().size());
    assertEquals(List.of(), Datasets.named("fashion-mnist-mini").files());
    assertTrue(Datasets.named("imagenet").howToObtain().orElseThrow().contains("image-net.org"));
  }

  @ParameterizedTest
  @CsvSource({
    "cifar-10, cifar10",
    "cifar1000, cifar100",
    "minst, mnist",
    "MNIST, mnist",
    "CIFAR-10, cifar10",
    "fashion_mnist, fashion-mnist",
    "image-net, imagenet",
  })
  void named_unknown_suggestsNearest(String name, String nearest) {
    assertMessage(
        () -> Datasets.named(name),
        "data set: expected one of cifar10, cifar100, ",
        "got " + name + "; did you mean " + nearest + "?");
  }

  @Test
  void named_farFromAll_suggestsNothing() {
    String message =
        assertThrows(UsageException.class, () -> Datasets.named("photographs")).getMessage();
    assertFalse(message.contains("did you mean"), message);
    // Not the folder that one happens to be in.
    assertMessage(() -> Datasets.named(""), "data set: expected one of");
  }

  @Test
  void named_pathOfNoFolder_error() {
    Path gone = temporary.resolve("gone");
    assertMessage(
        () -> Datasets.named(gone.toString()), "found neither folder nor table at " + gone);
    String name = "/none/" + "x".repeat(10_000);
    assertMessage(() -> Datasets.named(name), "at " + name.substring(0, 197) + "...; check");
  }

  @Test
  void named_folderOfTrainAndVal_parts() throws IOException {
    image(data, "train/cat/1.png");
    image(data, "train/dog/2.png");
    image(data, "val/dog/3.png");
    DatasetProvider provider = Datasets.named(data.toString());
    assertEquals(data.toString(), provider.name());
    assertEquals(ImmutableSet.of(Part.TRAIN, Part.TEST), provider.parts());
    assertEquals(ChannelStatistics.IMAGENET, provider.statistics());
    try (ImageDataset train = provider.open(Part.TRAIN, directories(null, Map.of()))) {
      assertEquals(List.of("cat", "dog"), train.classNames());
      assertEquals(2, train.size());
    }
    assertTrue(provider.isPresent(Part.TEST, directories(null, Map.of())));
    assertFalse(provider.isPresent(Part.UNLABELED, directories(null, Map.of())));
    assertMessage(
        () -> provider.open(Part.UNLABELED, directories(null, Map.of())),
        data + ": expected a folder unlabeled in it, found");
  }

  @Test
  void named_folderOfClasses_isTrainingSet() throws IOException {
    image(data, "cat/1.png");
    image(data, "dog/2.png");
    DatasetProvider provider = Datasets.named(data.toString());
    assertEquals(ImmutableSet.of(Part.TRAIN), provider.parts());
    try (ImageDataset train = provider.open(Part.TRAIN, directories(null, Map.of()))) {
      assertEquals(List.of("cat", "dog"), train.classNames());
    }
  }

  @Test
  void named_classCalledTrain_isAClassBesideOthers() throws IOException {
    image(data, "bus/1.png");
    image(data, "car/2.png");
    image(data, "train/3.png");
    DatasetProvider provider = Datasets.named(data.toString());
    try (ImageDataset train = provider.open(Part.TRAIN, directories(null, Map.of()))) {
      assertEquals(List.of("bus", "car", "train"), train.classNames());
    }
    assertEquals(List.of(), provider.notes());
  }

  @Test
  void named_classesBesideParts_areTheTrainingSet() throws IOException {
    image(data, "cat/1.png");
    image(data, "dog/2.png");
    image(data, "unlabeled/3.png");
    image(data, "validation/dog/4.png");
    DatasetProvider provider = Datasets.named(data.toString());
    assertEquals(ImmutableSet.of(Part.TRAIN, Part.TEST, Part.UNLABELED), provider.parts());
    try (ImageDataset train = provider.open(Part.TRAIN, directories(null, Map.of()))) {
      assertEquals(List.of("cat", "dog"), train.classNames());
    }
    try (ImageDataset test = provider.open(Part.TEST, directories(null, Map.of()))) {
      assertEquals(data.resolve("validation").toString(), test.name());
    }
  }

  @Test
  void named_testAndVal_testServesAndTheOtherIsNamed() throws IOException {
    image(data, "train/cat/1.png");
    image(data, "test/cat/2.png");
    image(data, "valid/cat/3.png");
    image(data, "more/4.png");
    DatasetProvider provider = Datasets.named(data.toString());
    try (ImageDataset test = provider.open(Part.TEST, directories(null, Map.of()))) {
      assertEquals("cat/2.png", test.imageName(0));
    }
    String notes = String.join("\n", provider.notes());
    assertTrue(notes.contains("beside train, which are not used: more"), notes);
    assertTrue(notes.contains(data.resolve("valid") + " is not used: the test set is "), notes);
  }

  @Test
  void named_flatTest_isNoTestSetAndIsNamed() throws IOException {
    image(data, "train/cat/1.png");
    image(data, "test/2.png");
    DatasetProvider provider = Datasets.named(data.toString());
    assertEquals(ImmutableSet.of(Part.TRAIN), provider.parts());
    assertTrue(
        provider.notes().get(0).startsWith(data.resolve("test") + " has no class folders"),
        provider.notes().toString());
  }

  @Test
  void named_emptyTest_refusedByName() throws IOException {
    image(data, "train/cat/1.png");
    Files.createDirectories(data.resolve("test"));
    DatasetProvider provider = Datasets.named(data.toString());
    assertMessage(
        () -> provider.open(Part.TEST, directories(null, Map.of())),
        "in " + data.resolve("test") + ", found none");
  }

  @Test
  void named_flatFolder_hasNoLabels() throws IOException {
    image(data, "1.png");
    image(data, "2.png");
    DatasetProvider provider = Datasets.named(data.toString());
    assertEquals(ImmutableSet.of(Part.UNLABELED), provider.parts());
    assertMessage(
        () -> provider.open(Part.TRAIN, directories(null, Map.of())),
        data + ": expected a folder for each class");
  }

  @Test
  void named_folderWithTestAlone_isNoTrainingSet() throws IOException {
    image(data, "test/cat/1.png");
    image(data, "unlabeled/dog/2.png");
    DatasetProvider provider = Datasets.named(data.toString());
    assertEquals(ImmutableSet.of(Part.TEST, Part.UNLABELED), provider.parts());
    assertMessage(
        () -> provider.open(Part.TRAIN, directories(null, Map.of())),
        data + ": expected a folder train in it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cifar10",
        "cifar100",
        "fashion-mnist",
        "imagenet",
        "kmnist",
        "mnist",
        "stl10",
        "svhn"
      })
  void open_missing_errorSaysWhereItLookedAndWhatToDo(String name) {
    DataDirectories directories =
        directories(data, Map.of("EMAN_DATA", variable.toString(), "XDG_CACHE_HOME", ""));
    DatasetProvider provider = Datasets.named(name);
    for (Part part : provider.parts()) {
      assertFalse(provider.isPresent(part, directories));
      String places =
          String.join(
              ", ",
              List.of(
                  data.resolve(name).toString(),
                  data.toString(),
                  variable.resolve(name).toString(),
                  variable.toString(),
                  home.resolve(".cache/eman/data").resolve(name).toString(),
                  system.resolve(name).toString()));
      assertMessage(
          () -> provider.open(part, directories),
          name + ": expected ",
          "found none in " + places,
          name.equals("imagenet") ? "put ImageNet there" : "./eman data fetch " + name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cifar10",
        "cifar100",
        "fashion-mnist",
        "fashion-mnist-mini",
        "imagenet",
        "kmnist",
        "mnist"
      })
  void open_unlabeledPartOfLabelledSet_neverPresent(String name) throws IOException {
    mnist(data, 1);
    Files.createDirectory(data.resolve("val"));
    Files.createFile(data.resolve("data_batch_1.bin"));
    Files.createFile(data.resolve("test_batch.bin"));
    Files.createFile(data.resolve("unlabeled.bin"));
    DataDirectories directories = directories(data, Map.of());
    assertFalse(Datasets.named(name).isPresent(Part.UNLABELED, directories));
    assertMessage(
        () -> Datasets.named(name).open(Part.UNLABELED, directories),
        name + ": expected part train or test, got unlabeled");
  }

  @Test
  void open_severalPlaces_namedFolderFirst() throws IOException {
    Map<String, String> environment = Map.of("EMAN_DATA", variable.toString());
    mnist(system.resolve("mnist"), 5);
    assertEquals(5, trainSize(data, environment));
    mnist(home.resolve(".cache/eman/data/mnist"), 4);
    assertEquals(4, trainSize(data, environment));
    mnist(variable.resolve("mnist"), 3);
    assertEquals(3, trainSize(data, environment));
    assertEquals(4, trainSize(data, Map.of("EMAN_DATA", " ")));
    // Also where the files lie in it directly.
    mnist(data, 2);
    assertEquals(2, trainSize(data, environment));
    mnist(data.resolve("mnist"), 1);
    assertEquals(1, trainSize(data, environment));
    assertEquals(3, trainSize(null, environment));
  }

  @Test
  void open_filesDirectlyInRoot_onlyWhereNamed() throws IOException {
    Path fetched = home.resolve(".cache/eman/data");
    mnist(system, 1);
    mnist(fetched, 1);
    // Those of fashion-mnist are called the same.
    mnist(fetched.resolve("fashion-mnist"), 1);
    DatasetProvider mnist = Datasets.named("mnist");
    assertFalse(mnist.isPresent(Part.TRAIN, directories(null, Map.of())));
    assertMessage(
        () -> mnist.open(Part.TRAIN, directories(null, Map.of())), "mnist: expected", "found none");
    assertTrue(mnist.isPresent(Part.TRAIN, directories(system, Map.of())));
    assertTrue(mnist.isPresent(Part.TRAIN, directories(null, Map.of("EMAN_DATA", "" + fetched))));
  }

  @Test
  void open_labelsMissing_errorNamesThem() throws IOException {
    mnist(data, 2);
    Path labels = data.resolve("train-labels-idx1-ubyte");
    Files.delete(labels);
    assertMessage(
        () -> Datasets.named("mnist").open(Part.TRAIN, directories(data, Map.of())),
        "expected the file " + labels + ".gz, found nothing");
  }

  @Test
  void directories_xdgCacheHome_holdsFetchedAndIndexes() throws IOException {
    Path cache = temporary.resolve("xdg");
    DataDirectories directories = directories(null, Map.of("XDG_CACHE_HOME", cache.toString()));
    assertEquals(cache.resolve("eman/data"), directories.fetched());
    assertEquals(cache.resolve("eman/index"), directories.indexes());
    assertEquals(cache.resolve("eman/unpacked"), directories.unpacked());
    mnist(directories.fetched().resolve("mnist"), 6);
    mnist(home.resolve(".cache/eman/data/mnist"), 4);
    assertEquals(6, trainSize(null, Map.of("XDG_CACHE_HOME", cache.toString())));

    for (String unusable : List.of("", " ", "relative/cache")) {
      assertEquals(
          home.resolve(".cache/eman/data"),
          directories(null, Map.of("XDG_CACHE_HOME", unusable)).fetched());
    }
  }

  @Test
  void directories_namedFolderMissingOrFile_error() throws IOException {
    Path gone = temporary.resolve("gone");
    assertMessage(
        () -> DataDirectories.of(gone), "expected a folder of data at " + gone + ", found nothing");
    Path file = Files.createFile(temporary.resolve("file"));
    assertMessage(() -> DataDirectories.of(file), "at " + file + ", found a file");
  }

  private DataDirectories directories(Path named, Map<String, String> environment) {
    return DataDirectories.of(named, environment, home, system);
  }

  private int trainSize(Path named, Map<String, String> environment) {
    return Datasets.named("mnist").open(Part.TRAIN, directories(named, environment)).size();
  }

  /** So many black images of one pixel, of class 0. */
  private static void mnist(Path folder, int count) throws IOException {
    Files.createDirectories(folder);
    for (String part : List.of("train", "t10k")) {
      ByteBuffer images = ByteBuffer.allocate(16 + count);
      images.putInt(0x803).putInt(count).putInt(1).putInt(1);
      Files.write(folder.resolve(part + "-images-idx3-ubyte"), images.array());
      ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
      Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }
  }

  private static void image(Path root, String name) throws IOException {
    File file = root.resolve(name).toFile();
    Files.createDirectories(file.toPath().getParent());
    ImageIO.write(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), "png", file);
  }

  private static void assertMessage(Executable action, String... parts) {
    String message = assertThrows(EmanException.class, action).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
