package dev.eman.spark;

import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Image;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A folder of small images with training, test and unlabelled part, and DataFrames of it. */
public final class Photos {
  private static final List<String> CLASSES = List.of("Bag", "ankle boot", "coat");

  private Photos() {}

  /** Spark in this JVM. */
  public static SparkSession spark() {
    SparkSession spark =
        SparkSession.builder()
            .master("local[3]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.executor.heartbeatInterval", "1s")
            .getOrCreate();
    TestFileSystem.configure(spark.sparkContext().hadoopConfiguration());
    return spark;
  }

  /** Writes the folder. */
  public static Path write(Path root) throws IOException {
    try (ImageDataset images =
        Datasets.named("fashion-mnist-mini").open(Part.TEST, DataDirectories.of(null))) {
      int next = 0;
      for (String name : CLASSES) {
        next = write(images, next, root.resolve("train").resolve(name), 8);
        next = write(images, next, root.resolve("test").resolve(name), 3);
      }
      write(images, next, root.resolve("unlabeled"), 12);
    }
    return root;
  }

  private static int write(ImageDataset images, int first, Path folder, int count)
      throws IOException {
    Files.createDirectories(folder);
    for (int i = first; i < first + count; i++) {
      Image image = images.image(i);
      BufferedImage picture =
          new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_BYTE_GRAY);
      picture.getRaster().setDataElements(0, 0, image.width(), image.height(), image.toByteArray());
      ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
    }
    return first + count;
  }

  /** All files, in some order. */
  public static List<Path> files(Path root) throws IOException {
    try (Stream<Path> found = Files.walk(root)) {
      List<Path> files = new ArrayList<>(found.filter(Files::isRegularFile).sorted().toList());
      Collections.shuffle(files, new Random(7));
      return files;
    }
  }

  /**
   * A row an image: path, label, split, and the content where it is asked for.
   *
   * @param scheme of the paths, with a colon
   */
  public static Dataset<Row> frame(
      SparkSession spark, Path root, String scheme, boolean content, int partitions)
      throws IOException {
    StructType schema =
        new StructType()
            .add("path", DataTypes.StringType)
            .add("label", DataTypes.StringType)
            .add("split", DataTypes.StringType);
    if (content) {
      schema = schema.add("content", DataTypes.BinaryType);
    }
    List<Row> rows = new ArrayList<>();
    for (Path file : files(root)) {
      Path name = root.relativize(file);
      String part = name.getName(0).toString();
      String label = part.equals("unlabeled") ? null : name.getName(1).toString();
      String path = scheme + file.toAbsolutePath();
      rows.add(
          content
              ? RowFactory.create(path, label, part, bytes(file))
              : RowFactory.create(path, label, part));
    }
    return spark.createDataFrame(rows, schema).repartition(partitions);
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
