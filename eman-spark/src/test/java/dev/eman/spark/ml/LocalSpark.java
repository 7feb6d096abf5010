package dev.eman.spark.ml;

import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Spark in this JVM, trained networks, and images. */
final class LocalSpark {
  private static final Path GOLDEN = Path.of("../eman-cli/src/test/resources/golden");

  private LocalSpark() {}

  static SparkSession start() {
    return SparkSession.builder()
        .master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "3")
        .getOrCreate();
  }

  /** A run's folder, of images of 28x28. */
  static Path run(String algorithm) {
    return GOLDEN.resolve(algorithm);
  }

  /** Files of the data set that comes with the project, the first test images. */
  static List<Path> images(Path folder, int count) throws IOException {
    try (ImageDataset data =
        Datasets.named("fashion-mnist-mini").open(Part.TEST, DataDirectories.of(null))) {
      return images(data, folder, count);
    }
  }

  /** PNG files of a data set's first images, repeated if it has fewer; only what is not there. */
  static List<Path> images(ImageDataset data, Path folder, int count) throws IOException {
    Files.createDirectories(folder);
    List<Path> files = new ArrayList<>();
    Image image = new Image();
    for (int i = 0; i < count; i++) {
      Path path = folder.resolve(String.format(Locale.ROOT, "%03d.png", i));
      if (!Files.exists(path)) {
        data.read(i % data.size(), DecodePlan.WHOLE, image);
        ImageIO.write(picture(image), "png", path.toFile());
      }
      files.add(path);
    }
    return files;
  }

  private static BufferedImage picture(Image image) {
    BufferedImage picture =
        new BufferedImage(
            image.width(),
            image.height(),
            image.channels() == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
    picture.getRaster().setDataElements(0, 0, image.width(), image.height(), image.toByteArray());
    return picture;
  }

  static Dataset<Row> paths(SparkSession spark, List<Path> files) {
    StructType schema = new StructType().add("path", DataTypes.StringType);
    List<Row> rows =
        files.stream().map(file -> RowFactory.create(file.toUri().toString())).toList();
    return spark.createDataFrame(rows, schema);
  }

  static Dataset<Row> contents(SparkSession spark, List<Path> files) {
    StructType schema =
        new StructType().add("id", DataTypes.IntegerType).add("content", DataTypes.BinaryType);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      try {
        rows.add(RowFactory.create(i, Files.readAllBytes(files.get(i))));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return spark.createDataFrame(rows, schema);
  }

  static List<String> texts(Row[] rows) {
    return Arrays.stream(rows).map(Row::toString).sorted().toList();
  }
}
