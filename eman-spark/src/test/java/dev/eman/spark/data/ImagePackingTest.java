package dev.eman.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import com.google.common.io.ByteSource;
import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.spark.Photos;
import dev.eman.spark.TestFileSystem;
import dev.eman.spark.internal.HadoopFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImagePackingTest {
  private static SparkSession spark;

  private static Path photos;

  @TempDir static Path folder;

  @BeforeAll
  static void start() throws IOException {
    spark = Photos.spark();
    photos = Photos.write(folder.resolve("photos"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> frame() throws IOException {
    return Photos.frame(spark, photos, "file:", true, 2);
  }

  private static Dataset<Row> rows(Row... rows) {
    StructType schema =
        new StructType()
            .add("path", DataTypes.StringType)
            .add("content", DataTypes.BinaryType)
            .add("label", DataTypes.StringType);
    return spark.createDataFrame(List.of(rows), schema);
  }

  private static byte[] png() throws IOException {
    return Files.readAllBytes(Photos.files(photos).get(0));
  }

  private static String refused(Dataset<Row> images) {
    Path place = folder.resolve("refused");
    DatasetException failure =
        assertThrows(DatasetException.class, () -> ImagePacking.of(images).pack(place.toString()));
    assertFalse(Files.exists(place.resolve("packed.json")));
    assertFalse(Files.exists(place.resolve("images-00000.tar")));
    return failure.getMessage();
  }

  @Test
  void pack_frameOfAFolder_isTheFoldersDataSet() throws IOException {
    Path place = folder.resolve("set");
    ImagePacking.Packed packed = ImagePacking.of(frame()).pack(place.toString());
    assertEquals(45, packed.images());
    assertEquals(0, packed.corrupt());
    HadoopFiles.use(spark.sparkContext().hadoopConfiguration());
    DataDirectories directories = DataDirectories.of(null);

    for (String name : List.of(place.toString(), TestFileSystem.uri(place))) {
      assertEquals(
          ImmutableSet.of(Part.TRAIN, Part.TEST, Part.UNLABELED), Datasets.named(name).parts());
      for (Part part : Part.values()) {
        try (ImageDataset expected = Datasets.named(photos.toString()).open(part, directories);
            ImageDataset actual = Datasets.named(name).open(part, directories)) {
          assertEquals(expected.classNames(), actual.classNames());
          assertEquals(expected.size(), actual.size());
          for (int twice = 0; twice < 2; twice++) { // The second time from this machine's disk.
            for (int i = 0; i < expected.size(); i++) {
              assertEquals(expected.label(i), actual.label(i));
              assertEquals(part.label() + "/" + expected.imageName(i), actual.imageName(i));
              assertTrue(
                  Arrays.equals(expected.image(i).toByteArray(), actual.image(i).toByteArray()));
              ByteSource file = actual.encoded(i).orElseThrow(); // As copies are found by.
              byte[] bytes = expected.encoded(i).orElseThrow().read();
              assertTrue(Arrays.equals(bytes, file.read()));
              assertTrue(Arrays.equals(Arrays.copyOfRange(bytes, 3, 20), file.slice(3, 17).read()));
            }
          }
        }
      }
    }
  }

  @Test
  void pack_folderWithCharactersThatUrisEscape_isThatFolder() throws IOException {
    Path place = folder.resolve("a b ü%");

    ImagePacking.of(frame()).pack(place.toString());

    try (ImageDataset images =
        Datasets.named(place.toString()).open(Part.TEST, DataDirectories.of(null))) {
      assertEquals(9, images.size());
    }
  }

  /** What executors left that were killed while they wrote. */
  @Test
  void pack_draftsOfFormerTasks_areGone() throws IOException {
    Path place = Files.createDirectories(folder.resolve("drafts"));
    String id = "." + UUID.randomUUID();
    Files.writeString(place.resolve(".images-00007.tar" + id), "a part");
    Files.writeString(place.resolve(".mine" + id), "a part");
    ImagePacking.of(frame()).pack(TestFileSystem.uri(place));
    assertFalse(Files.exists(place.resolve(".images-00007.tar" + id)));
    assertTrue(Files.exists(place.resolve(".mine" + id)), "no draft of ours");
  }

  @Test
  void pack_archive_isATarOfTheFiles() throws IOException {
    Path place = folder.resolve("tar");
    String name = "ein sehr langer Name/".repeat(12) + "größe.png";
    ImagePacking.of(
            rows(RowFactory.create("/x/" + name, png(), "a"), RowFactory.create("/x/b", png(), "")))
        .pack(place.toString());

    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            Files.newInputStream(place.resolve("images-00000.tar")),
            StandardCharsets.UTF_8.name())) {
      assertEquals("b", tar.getNextEntry().getName());
      assertEquals(name, tar.getNextEntry().getName());
      assertTrue(Arrays.equals(png(), tar.readAllBytes()));
    }
  }

  @Test
  void pack_withoutNames_namesByContent() throws IOException {
    Path place = folder.resolve("nameless");
    ImagePacking.Packed packed =
        ImagePacking.of(frame().drop("path").union(frame().drop("path"))).pack(place.toString());

    assertEquals(45, packed.images());
    assertTrue(
        Files.readAllLines(place.resolve("images.csv")).get(1).matches("\"[0-9a-f]{64}\",.*"));
  }

  @Test
  void pack_whereASetIs_refusesUnlessItIsReplaced() throws IOException {
    String place = folder.resolve("twice").toString();
    ImagePacking.of(frame()).pack(place);

    DatasetException failure =
        assertThrows(DatasetException.class, () -> ImagePacking.of(frame()).pack(place));

    assertEquals(
        place + " already holds packed images: delete it, or choose another folder",
        failure.getMessage());
    String before = Files.readString(Path.of(place, "packed.json"));
    ImagePacking.of(frame().where("label = 'coat'")).pack(place, true);
    assertNotEquals(before, Files.readString(Path.of(place, "packed.json")));
  }

  @Test
  void pack_corruptImages_namesTheFirstOnesAndCountsAll() throws IOException {
    Row[] bad = new Row[8];
    for (int i = 0; i < bad.length; i++) {
      bad[i] = RowFactory.create("/data/p" + i + ".png", new byte[] {1, 2, 3}, "a");
    }
    bad[7] = RowFactory.create("/data/a.png", new byte[0], "a");

    String message = refused(rows(bad));

    assertTrue(
        message.startsWith("the DataFrame of images: 8 corrupt images: a.png: the file is empty; "),
        message);
    assertTrue(message.contains("p3.png"), message);
    assertTrue(message.contains("; and 3 more; remove them, or train with"), message);
    Path kept = folder.resolve("kept");
    assertEquals(8, ImagePacking.of(rows(bad)).keepCorrupt(true).pack(kept.toString()).corrupt());
  }

  @Test
  void pack_rowsThatCannotBeUsed_areNamed() throws IOException {
    assertEquals(
        "the DataFrame of images: 1 rows that cannot be used: b.png: expected one label and part,"
            + " found 'cat' and 'dog'; decide on one",
        refused(
            rows(
                RowFactory.create("/x/b.png", png(), "dog"),
                RowFactory.create("/x/b.png", png(), "cat"),
                RowFactory.create("/x/c.png", png(), "cat"))));
    assertTrue(
        refused(rows(RowFactory.create("/x/b.png", null, "dog")))
            .endsWith("b.png: expected an image, found null"));
    assertTrue(
        refused(rows(RowFactory.create(null, png(), "dog"))).contains("a row: expected a name"));
    assertTrue(
        refused(rows(RowFactory.create("/x/none.png", null, "")).select("path", "label"))
            .endsWith("none.png: cannot read /x/none.png: no such file"));
    assertTrue(
        refused(frame().withColumn("split", functions.lit("trian")))
            .contains(
                "expected a part (train, val, valid, validation, test or unlabeled), found"
                    + " trian"));
  }

  @Test
  void pack_noRows_isRefused() {
    assertEquals("the DataFrame of images: expected at least one row, found none", refused(rows()));
  }

  @Test
  void pack_columnsThatAreNotThere_isAMistake() throws IOException {
    UsageException missing =
        assertThrows(
            UsageException.class,
            () -> ImagePacking.of(frame()).label("species").pack(folder.resolve("x").toString()));
    assertEquals(
        "label: expected a column species of the DataFrame of images, found path, label, split,"
            + " content",
        missing.getMessage());
    UsageException type =
        assertThrows(
            UsageException.class,
            () -> ImagePacking.of(frame()).label("content").pack(folder.resolve("x").toString()));
    assertEquals(
        "label: expected the column content to be of string or whole numbers, found binary",
        type.getMessage());
  }

  @Test
  void named_listOrArchiveChanged_isRefused() throws IOException {
    Path place = folder.resolve("changed");
    ImagePacking.of(frame()).pack(place.toString());
    Path list = place.resolve("images.csv");
    String lines = Files.readString(list);
    Files.writeString(list, lines.replaceFirst("\"coat\"", "\"Bag\""));
    DatasetException changed =
        assertThrows(DatasetException.class, () -> Datasets.named(place.toString()).parts());
    assertEquals(
        place
            + ": expected images.csv as it was written, found other content; pack the images"
            + " again",
        changed.getMessage());
    Files.writeString(list, lines);
    Files.writeString(place.resolve("images-00000.tar"), "short");

    DatasetException cut =
        assertThrows(DatasetException.class, () -> Datasets.named(place.toString()).parts());

    assertTrue(cut.getMessage().contains("expected images-00000.tar of "), cut::getMessage);
    assertTrue(cut.getMessage().endsWith("bytes, found 5; pack the images again"), cut::getMessage);
  }

  @Test
  void read_archiveWithOtherBytes_isRefused() throws IOException {
    Path place = folder.resolve("damaged");
    ImagePacking.of(frame()).pack(place.toString());
    Path archive = place.resolve("images-00000.tar");
    byte[] bytes = Files.readAllBytes(archive);
    for (int i = 600; i < bytes.length; i += 512) {
      bytes[i] ^= 1;
    }
    Files.write(archive, bytes);
    HadoopFiles.use(spark.sparkContext().hadoopConfiguration());

    for (String name : List.of(place.toString(), TestFileSystem.uri(place))) {
      try (ImageDataset images = Datasets.named(name).open(Part.TRAIN, DataDirectories.of(null))) {
        CorruptImageException failure =
            assertThrows(CorruptImageException.class, () -> images.image(0));
        assertEquals(
            name
                + ": "
                + images.imageName(0)
                + ": expected the bytes that were packed, found others in images-00000.tar; pack"
                + " the images again",
            failure.getMessage());
      }
    }
  }

  @Test
  void commonFolder_ofNames_endsAtAFolder() {
    assertEquals("file:/a/", ImagePacking.commonFolder("file:/a/b1.png", "file:/a/b2/c.png"));
    assertEquals("/a/b/", ImagePacking.commonFolder("/a/b/x.png", "/a/b/x.png"));
    assertEquals("", ImagePacking.commonFolder("x.png", "y.png"));
    assertEquals("", ImagePacking.commonFolder("hdfs://a/x", "s3a://a/x"));
  }
}
