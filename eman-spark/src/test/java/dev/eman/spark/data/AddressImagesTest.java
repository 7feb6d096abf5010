package dev.eman.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.spark.Photos;
import dev.eman.spark.TestFileSystem;
import dev.eman.spark.internal.HadoopFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AddressImagesTest {
  private static SparkSession spark;

  @TempDir static Path folder;

  @BeforeAll
  static void start() {
    spark = Photos.spark();
    HadoopFiles.use(spark.sparkContext().hadoopConfiguration());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static List<String> contents(String name) {
    List<String> found = new ArrayList<>();
    DatasetProvider provider = Datasets.named(name);
    for (Part part : provider.parts()) {
      try (ImageDataset images = provider.open(part, DataDirectories.of(null))) {
        found.add(part + " " + images.classNames());
        for (int i = 0; i < images.size(); i++) {
          String file = images.imageName(i).replaceFirst(".*/", "");
          found.add(file + " " + images.label(i));
        }
      }
    }
    return found;
  }

  private static List<String> packed(Path data) {
    String place = TestFileSystem.uri(data.resolveSibling(data.getFileName() + "-packed"));
    AddressImages.at(TestFileSystem.uri(data)).pack(place);
    return contents(place);
  }

  @Test
  void at_folder_isTheSameDataSetAsOnThisMachine() throws IOException {
    Path photos = Photos.write(folder.resolve("photos"));
    Files.move(photos.resolve("test"), photos.resolve("valid"));
    Files.createDirectories(photos.resolve("train/.thumbnails"));
    Files.writeString(photos.resolve("train/.thumbnails/x.png"), "");
    Files.writeString(photos.resolve("train/coat/notes.txt"), "");

    assertEquals(contents(photos.toString()), packed(photos));
  }

  @Test
  void at_classFoldersWithNumbers_keepTheFoldersOrder() throws IOException {
    Path root = Photos.write(folder.resolve("numbers")).resolve("train");
    Files.move(root.resolve("Bag"), root.resolve("10"));
    Files.move(root.resolve("coat"), root.resolve("9 #%a"));
    Files.move(root.resolve("ankle boot"), root.resolve("9"));

    assertEquals(contents(root.toString()), packed(root));
  }

  @Test
  void at_table_isTheSameDataSetAsOnThisMachine() throws IOException {
    Path photos = Photos.write(folder.resolve("listed"));
    StringBuilder lines = new StringBuilder("file;class;split\n");
    for (Path file : Photos.files(photos)) {
      String name = photos.relativize(file).toString();
      String number = name.replaceFirst(".*/(\\d+).png", "$1");
      String label = name.startsWith("unlabeled") ? "" : Integer.parseInt(number) % 11 + "";
      lines.append(name).append(';').append(label).append(";");
      lines.append(name.startsWith("test") ? "val" : "train").append('\n');
    }
    Path table = photos.resolve("list.csv");
    Files.writeString(table, lines);

    assertEquals(contents(table.toString()), packed(table));
  }

  @Test
  void at_tableWithFaults_namesItsAddress() throws IOException {
    Path table = folder.resolve("bad.csv");
    Files.writeString(table, "file,species\n1.png,a\n");
    String address = TestFileSystem.uri(table);

    DatasetException failure =
        assertThrows(DatasetException.class, () -> AddressImages.at(address));

    assertEquals(
        address + ": expected a header", failure.getMessage().substring(0, address.length() + 19));
  }

  @Test
  void at_folderWithoutImages_namesItsAddress() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    String address = TestFileSystem.uri(empty);

    DatasetException failure =
        assertThrows(DatasetException.class, () -> AddressImages.at(address));

    assertEquals(
        "expected a folder for each class with at least one image",
        failure.getMessage().substring(0, 56));
    UsageException nothing =
        assertThrows(UsageException.class, () -> AddressImages.at(address + "/none"));
    assertEquals(
        "expected a folder of images, a table of images (.csv, .tsv) or packed images at "
            + address
            + "/none, found nothing; check the address",
        nothing.getMessage());
  }
}
