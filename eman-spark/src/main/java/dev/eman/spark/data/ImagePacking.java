package dev.eman.spark.data;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingOutputStream;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.packed.PackIndex;
import dev.eman.spark.internal.HadoopFiles;
import dev.eman.spark.internal.TaggedJobs;
import dev.eman.spark.internal.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the images of a DataFrame as a packed set, which trains like any other data set: from any
 * of Hadoop's file systems on a cluster, and by its path wherever it has one.
 *
 * <pre>{@code
 * ImagePacking.of(photos).label("species").pack("hdfs:///data/photos-packed");
 * }</pre>
 *
 * <p>Rows are taken in the order of their names, so that the set's bytes do not depend on the
 * DataFrame's partitions. A row without a label (null or empty) is an image to learn from without
 * one; parts are those of a table of images.
 *
 * <p>Columns, unless they are chosen: the image is {@code content} (encoded, binary) if there is
 * such a column, else {@code path} (paths or addresses, string); the label is {@code label}, the
 * part {@code split} (train, val, test or unlabeled), if there are such; the name is the image's
 * path, or {@code path} beside a binary column, without the folders that all have in common, or
 * else the content's SHA-256.
 */
public final class ImagePacking {
  private static final Logger LOG = LoggerFactory.getLogger(ImagePacking.class);
  private static final int IMAGES_PER_FILE = 2048;
  private static final long MAX_IMAGE_BYTES = 128L << 20;

  private final Dataset<Row> images;
  private @Nullable String image;
  private @Nullable String label;
  private @Nullable String part;
  private @Nullable String name;
  private boolean keepCorrupt;
  private boolean numbers = true;
  private long maxImageBytes = MAX_IMAGE_BYTES;

  /**
   * What was written.
   *
   * @param place of the set
   * @param images how many there are
   * @param files how many archives
   * @param bytes of the archives
   * @param corrupt how many images cannot be decoded
   */
  public record Packed(String place, int images, int files, long bytes, long corrupt) {}

  private ImagePacking(Dataset<Row> images) {
    this.images = images;
  }

  /** The images of a DataFrame. */
  public static ImagePacking of(Dataset<Row> images) {
    return new ImagePacking(images);
  }

  /** The column of images: encoded content (binary), or paths and addresses (string). */
  @CanIgnoreReturnValue
  public ImagePacking image(String column) {
    image = column;
    return this;
  }

  /** The column of labels: strings or whole numbers. */
  @CanIgnoreReturnValue
  public ImagePacking label(String column) {
    label = column;
    return this;
  }

  /** The column that says which part an image belongs to. */
  @CanIgnoreReturnValue
  public ImagePacking part(String column) {
    part = column;
    return this;
  }

  /** The column of names (string), each of one image alone. */
  @CanIgnoreReturnValue
  public ImagePacking name(String column) {
    name = column;
    return this;
  }

  /**
   * Whether images that cannot be decoded are packed like the others, for training to do about them
   * what its options say ({@code corrupt-images}). Otherwise they are an error.
   */
  @CanIgnoreReturnValue
  public ImagePacking keepCorrupt(boolean keep) {
    keepCorrupt = keep;
    return this;
  }

  /** Whether classes that are all numbers come by number: true unless set. Folders' do not. */
  @CanIgnoreReturnValue
  ImagePacking numbers(boolean byNumber) {
    numbers = byNumber;
    return this;
  }

  /** The largest encoded image that is taken, in bytes: 128 MiB unless set. */
  @CanIgnoreReturnValue
  public ImagePacking maxImageBytes(long bytes) {
    maxImageBytes = bytes;
    return this;
  }

  /**
   * Packs the images, by one job of Spark.
   *
   * @param place a folder for the set alone: a path that is the same on all machines, or an address
   * @throws EmanException if it cannot be written, or this thread is interrupted
   * @throws UsageException if the DataFrame has no such columns
   * @throws DatasetException if there is a set already, there are no images, or rows cannot be
   *     used; names the first ones and counts the others
   */
  public Packed pack(String place) {
    return pack(place, false);
  }

  /**
   * As {@link #pack(String)}.
   *
   * @param replace whether a set that is there is replaced
   */
  public Packed pack(String place, boolean replace) {
    Configuration hadoop = images.sparkSession().sparkContext().hadoopConfiguration();
    Dataset<Row> rows = rows();
    Path folder = HadoopFiles.path(place);
    try {
      FileSystem files = folder.getFileSystem(hadoop);
      Path index = new Path(folder, PackIndex.NAME);
      if (!replace && files.exists(index)) {
        throw new DatasetException(
            place + " already holds packed images: delete it, or choose another folder");
      }
      files.delete(index, false);
      List<PackResult> results = results(rows, place, hadoop);
      try {
        check(place, results);
      } catch (EmanException e) {
        try {
          delete(files, folder, List.of());
        } catch (IOException left) { // Such as no folder, because nobody may write there.
          e.addSuppressed(left);
        }
        throw e;
      }
      Packed packed = writeIndex(place, folder, hadoop, results);
      delete(files, folder, results);
      deleteDrafts(files.makeQualified(folder), hadoop);
      LOG.info("{}", packed);
      return packed;
    } catch (IOException e) {
      throw new EmanException("cannot write " + place + ": " + HadoopFiles.reason(e), e);
    }
  }

  private List<PackResult> results(Dataset<Row> rows, String place, Configuration hadoop) {
    try (TaggedJobs jobs = TaggedJobs.open(rows.sparkSession().sparkContext())) {
      try {
        return write(rows, place, hadoop);
      } catch (Exception e) { // Scala does not declare what it throws.
        Throwables.throwIfUnchecked(e);
        if (e instanceof InterruptedException interrupted) {
          throw jobs.interrupted(interrupted, "packing images at " + place);
        }
        throw new EmanException(
            "cannot pack images at "
                + place
                + ": "
                + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
            e);
      }
    }
  }

  private List<PackResult> write(Dataset<Row> rows, String place, Configuration hadoop) {
    boolean known = name != null || nameColumn() == null;
    Column names = functions.col("name");
    Row found =
        rows.agg(
                functions.count(functions.lit(1)),
                known ? functions.lit("") : functions.min(names),
                known ? functions.lit("") : functions.max(names))
            .first();
    long count = found.getLong(0);
    if (count == 0) {
      throw new DatasetException("the DataFrame of images: expected at least one row, found none");
    }
    if (count > Integer.MAX_VALUE) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "the DataFrame of images: expected at most %,d rows, found %,d",
              Integer.MAX_VALUE,
              count));
    }
    PackTask task =
        new PackTask(
            place,
            new SerializableConfiguration(hadoop),
            commonFolder(text(found, 1), text(found, 2)),
            partColumn() != null,
            maxImageBytes);
    int files = (int) ((count + IMAGES_PER_FILE - 1) / IMAGES_PER_FILE);
    return rows.repartition(files, names)
        .sortWithinPartitions(names, functions.col("label"), functions.col("part"))
        .toJavaRDD()
        .mapPartitions(
            (FlatMapFunction<Iterator<Row>, PackResult>)
                partition -> List.of(task.run(partition)).iterator())
        .collect();
  }

  private static String text(Row row, int column) {
    return row.isNullAt(column) ? "" : row.getString(column);
  }

  /** The folders that the first and the last of sorted names begin with, and so all between. */
  static String commonFolder(String first, String last) {
    int common = 0;
    int length = Math.min(first.lastIndexOf('/'), last.lastIndexOf('/')) + 1;
    for (int i = 0; i < length && first.charAt(i) == last.charAt(i); i++) {
      if (first.charAt(i) == '/') {
        common = i + 1;
      }
    }
    return first.substring(0, common);
  }

  private void check(String place, List<PackResult> results) {
    for (PackResult result : results) {
      if (result.failure() != null) {
        throw new EmanException(result.failure());
      }
    }
    throwIfAny(results.stream().map(PackResult::problems).toList(), "rows that cannot be used", "");
    List<PackResult.Findings> corrupt = results.stream().map(PackResult::corrupt).toList();
    if (!keepCorrupt) {
      throwIfAny(
          corrupt,
          "corrupt images",
          "; remove them, or train with --corrupt-images skip, which packs them and takes others");
    } else if (count(corrupt) > 0) {
      LOG.warn("{}: {} corrupt images: {}", place, count(corrupt), first(corrupt));
    }
    if (results.stream().allMatch(result -> result.images() == 0)) {
      throw new DatasetException(
          "the DataFrame of images: expected at least one image, found none");
    }
    long repeated = results.stream().mapToLong(PackResult::repeated).sum();
    if (repeated > 0) {
      LOG.info(
          "{}: {} rows are of an image that another row has too; it counts once", place, repeated);
    }
  }

  private static void throwIfAny(List<PackResult.Findings> found, String what, String advice) {
    if (count(found) > 0) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "the DataFrame of images: %,d %s: %s%s",
              count(found),
              what,
              first(found),
              advice));
    }
  }

  private static long count(List<PackResult.Findings> found) {
    return found.stream().mapToLong(PackResult.Findings::count).sum();
  }

  /** The first ones of all by name, whatever archive they were for. */
  private static String first(List<PackResult.Findings> found) {
    List<String> first =
        found.stream()
            .flatMap(one -> one.first().stream())
            .sorted(Comparator.naturalOrder())
            .limit(PackResult.Findings.NAMED)
            .toList();
    long more = count(found) - first.size();
    return String.join("; ", first)
        + (more > 0 ? String.format(Locale.ROOT, "; and %,d more", more) : "");
  }

  private Packed writeIndex(
      String place, Path folder, Configuration hadoop, List<PackResult> results)
      throws IOException {
    String[] sha256 = {""};
    WholeFile.write(
        new Path(folder, PackIndex.LIST),
        hadoop,
        out -> {
          HashingOutputStream hashed = new HashingOutputStream(Hashing.sha256(), out);
          writeList(hashed, results);
          sha256[0] = hashed.hash().toString();
        });
    PackIndex index =
        new PackIndex(
            results.stream().mapToInt(PackResult::images).sum(),
            numbers,
            sha256[0],
            results.stream().map(PackResult::asFile).collect(ImmutableList.toImmutableList()));
    WholeFile.write(new Path(folder, PackIndex.NAME), hadoop, index::write);
    return new Packed(
        place,
        index.images(),
        results.size(),
        results.stream().mapToLong(PackResult::bytes).sum(),
        count(results.stream().map(PackResult::corrupt).toList()));
  }

  private static void writeList(OutputStream out, List<PackResult> results) throws IOException {
    out.write(PackIndex.header().getBytes(StandardCharsets.UTF_8));
    for (PackResult result : results) {
      out.write(result.lines().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Archives that no index names, such as those of a former set. */
  private static void delete(FileSystem files, Path folder, List<PackResult> kept)
      throws IOException {
    for (FileStatus file : files.listStatus(folder)) {
      String name = file.getPath().getName();
      if (isArchive(name) && kept.stream().noneMatch(result -> name.equals(result.file()))) {
        files.delete(file.getPath(), false);
      }
    }
  }

  private static void deleteDrafts(Path folder, Configuration hadoop) {
    try {
      WholeFile.deleteDrafts(
          FileContext.getFileContext(folder.toUri(), hadoop), folder, ImagePacking::isPacked);
    } catch (IOException e) { // They only take space.
      LOG.warn("cannot delete leftover drafts in {}: {}", folder, HadoopFiles.reason(e));
    }
  }

  private static boolean isArchive(String name) {
    return name.matches("images-\\d{5}\\.tar");
  }

  private static boolean isPacked(String name) {
    return isArchive(name) || name.equals(PackIndex.LIST) || name.equals(PackIndex.NAME);
  }

  private Dataset<Row> rows() {
    Column content = column(imageColumn(), "image", true);
    String names = nameColumn();
    String labels = labelColumn();
    String parts = partColumn();
    return images.select(
        content.as("image"),
        (names == null ? functions.sha2(content, 256) : column(names, "name", false)).as("name"),
        (labels == null ? functions.lit("") : column(labels, "label", false)).as("label"),
        (parts == null ? functions.lit("") : column(parts, "part", false)).as("part"));
  }

  private String imageColumn() {
    return Objects.requireNonNullElse(image, has("content") ? "content" : "path");
  }

  private @Nullable String labelColumn() {
    return label != null ? label : has("label") ? "label" : null;
  }

  private @Nullable String partColumn() {
    return part != null ? part : has("split") ? "split" : null;
  }

  private @Nullable String nameColumn() {
    if (name != null) {
      return name;
    }
    String column = imageColumn();
    boolean binary = has(column) && type(column) instanceof BinaryType;
    return !binary ? column : has("path") ? "path" : null;
  }

  private boolean has(String column) {
    return Arrays.asList(images.columns()).contains(column);
  }

  private DataType type(String column) {
    return images.schema().apply(column).dataType();
  }

  private Column column(String column, String what, boolean binary) {
    if (!has(column)) {
      throw new UsageException(
          what
              + ": expected a column "
              + column
              + " of the DataFrame of images, found "
              + String.join(", ", images.columns()));
    }
    Column found = images.col('`' + column.replace("`", "``") + '`');
    DataType type = type(column);
    if (type instanceof StringType || (binary && type instanceof BinaryType)) {
      return found;
    }
    boolean whole =
        type instanceof IntegerType
            || type instanceof LongType
            || type instanceof ShortType
            || type instanceof ByteType;
    if (!binary && whole) {
      return found.cast("string");
    }
    throw new UsageException(
        String.format(
            Locale.ROOT,
            "%s: expected the column %s to be of %s, found %s",
            what,
            column,
            binary ? "string or binary" : "string or whole numbers",
            type.simpleString()));
  }
}
