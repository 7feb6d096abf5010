package dev.eman.spark.ml;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.spark.internal.HadoopFiles;
import dev.eman.spark.internal.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;

/**
 * The confident answers of an {@link EmanClassifierModel} as labels: rows of a path, a label and
 * its confidence, which is at least a threshold. Images without an answer have no label, nor have
 * those whose confidence is NaN, which Spark orders above all numbers.
 */
public final class PseudoLabels {
  private static final ObjectWriter CSV = new CsvMapper().writer();

  private final Dataset<Row> rows;

  private PseudoLabels(Dataset<Row> rows) {
    this.rows = rows;
  }

  /**
   * The confident ones of answers in the columns {@code path}, {@code class} and {@code
   * confidence}.
   *
   * @param threshold the least confidence, 0 to 1
   */
  public static PseudoLabels of(Dataset<Row> answers, double threshold) {
    return of(answers, "path", "class", "confidence", threshold);
  }

  /**
   * The confident ones of answers.
   *
   * @param pathCol column of the images' paths
   * @param threshold the least confidence, 0 to 1
   */
  public static PseudoLabels of(
      Dataset<Row> answers,
      String pathCol,
      String classCol,
      String confidenceCol,
      double threshold) {
    checkArgument(
        threshold >= 0 && threshold <= 1, "threshold: expected 0 to 1, got %s", threshold);
    Column confidence = functions.col(confidenceCol);
    return new PseudoLabels(
        answers
            .where(confidence.geq(threshold).and(functions.not(functions.isnan(confidence))))
            .select(
                functions.col(pathCol).as("path"),
                functions.col(classCol).as("label"),
                confidence.as("confidence")));
  }

  /** Columns {@code path}, {@code label} and {@code confidence}. */
  public Dataset<Row> rows() {
    return rows;
  }

  /**
   * How many images each label has, by label: {@code label}, {@code count}, {@code
   * mean_confidence}. A label that confidence favours shows here.
   */
  public Dataset<Row> distribution() {
    return rows.groupBy("label")
        .agg(functions.count("*").as("count"), functions.avg("confidence").as("mean_confidence"))
        .orderBy("label");
  }

  /**
   * Writes one CSV file, by path, that {@code --labels-file} and {@code --dataset} take; whole or
   * not at all. Rows are kept on executors' disks for it, and pass through the driver a partition
   * at a time.
   *
   * @param target the file, {@code .csv}, in any of Hadoop's file systems; replaced
   * @param root the folder that the images lie in, whose place is left out of their paths
   * @return how many labels it has
   * @throws EmanException if there is none, a path is not below the root, or the file cannot be
   *     written
   */
  public long writeCsv(String target, String root) {
    if (!target.toLowerCase(Locale.ROOT).endsWith(".csv")) {
      throw new UsageException("expected the name of a .csv file, got " + target);
    }
    Configuration hadoop = rows.sparkSession().sparkContext().hadoopConfiguration();
    try {
      Path folder = new Path(root);
      String below = folder.getFileSystem(hadoop).makeQualified(folder).toUri().getPath();
      String prefix = below.endsWith("/") ? below : below + "/"; // The root of a bucket ends so.
      long[] count = new long[1];
      WholeFile.write(
          new Path(target),
          hadoop,
          out -> {
            count[0] = writeOnce(out, prefix);
            if (count[0] == 0) {
              throw new EmanException("expected labels to write, found none; lower the threshold");
            }
          });
      return count[0];
    } catch (IOException | IllegalArgumentException e) {
      throw new EmanException("cannot write " + target + ": " + HadoopFiles.reason(e), e);
    }
  }

  /** Sorting looks at all rows before it takes them; the network should not run for both. */
  private long writeOnce(OutputStream out, String prefix) throws IOException {
    boolean kept = rows.storageLevel().isValid();
    if (!kept) {
      rows.persist(StorageLevel.DISK_ONLY());
    }
    try {
      return write(out, prefix);
    } finally {
      if (!kept) {
        rows.unpersist();
      }
    }
  }

  private long write(OutputStream out, String prefix) throws IOException {
    long count = 0;
    write(out, "path", "label", "confidence");
    Iterator<Row> sorted = rows.orderBy("path").toLocalIterator();
    while (sorted.hasNext()) {
      Row row = sorted.next();
      String path = new Path(row.getString(0)).toUri().getPath();
      if (!path.startsWith(prefix)) {
        throw new EmanException(
            String.format(
                Locale.ROOT, "expected images below %s, found %s", prefix, row.getString(0)));
      }
      write(
          out,
          path.substring(prefix.length()),
          row.getString(1),
          String.format(Locale.ROOT, "%.6f", row.getDouble(2)));
      count++;
    }
    return count;
  }

  private static void write(OutputStream out, String... cells) throws IOException {
    out.write(CSV.writeValueAsString(cells).getBytes(StandardCharsets.UTF_8));
  }
}
