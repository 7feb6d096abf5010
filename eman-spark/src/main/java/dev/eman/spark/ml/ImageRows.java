package dev.eman.spark.ml;

import dev.eman.core.io.Printable;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.spark.internal.TaskThreads;
import dev.eman.train.EncodedImages;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The rows of a partition with a network's answers behind their own columns. They are taken a batch
 * at a time, fewer where they hold large images, so memory is bounded whatever the partition's
 * size.
 */
final class ImageRows implements Iterator<Row> {
  /** Encoded images in the rows of a batch, altogether. */
  private static final long MOST_BYTES = 64L << 20;

  /** What a network says of a batch of images. */
  @FunctionalInterface
  interface Answers {
    /**
     * Cells for each image, but that of the error.
     *
     * @param images float32 {@code [N, C, H, W]}, prepared for the network
     */
    List<@Nullable Object[]> of(INDArray images);
  }

  private final Iterator<Row> rows;
  private final ImageSource source;
  private final EncodedImages images;
  private final int batchSize;
  private final Answers answers;
  private final int width;
  private final boolean withError;
  private final ArrayDeque<Row> finished = new ArrayDeque<>();

  /**
   * Rows to come.
   *
   * @param images memory for a batch, used by nobody else
   * @param batchSize how many images it takes
   * @param width how many cells an answer has
   * @param withError whether a cell for the error follows them
   */
  ImageRows(
      Iterator<Row> rows,
      ImageSource source,
      EncodedImages images,
      int batchSize,
      Answers answers,
      int width,
      boolean withError) {
    this.rows = rows;
    this.source = source;
    this.images = images;
    this.batchSize = batchSize;
    this.answers = answers;
    this.width = width;
    this.withError = withError;
  }

  @Override
  public boolean hasNext() {
    if (finished.isEmpty() && rows.hasNext()) {
      // All rows first: what makes them may use the same network in between.
      List<Row> batch = take();
      TaskThreads.within(
          () -> {
            answer(batch);
            return batch;
          });
    }
    return !finished.isEmpty();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return finished.remove();
  }

  private List<Row> take() {
    List<Row> batch = new ArrayList<>();
    long bytes = 0;
    while (batch.size() < batchSize && bytes < MOST_BYTES && rows.hasNext()) {
      Row row = rows.next();
      batch.add(row);
      bytes += source.bytesHeld(row);
    }
    return batch;
  }

  private void answer(List<Row> batch) {
    @Nullable String[] errors = new String[batch.size()];
    for (int i = 0; i < errors.length; i++) {
      Row row = batch.get(i);
      try {
        images.add(source.read(row), source.name(row));
      } catch (CorruptImageException e) {
        errors[i] = Printable.escape(String.valueOf(e.getMessage()));
      }
    }
    Iterator<@Nullable Object[]> cells =
        images.count() == 0 ? List.<Object[]>of().iterator() : answers.of(images.take()).iterator();
    for (int i = 0; i < errors.length; i++) {
      @Nullable Object[] answer = errors[i] == null ? cells.next() : new Object[width];
      finished.add(with(batch.get(i), answer, errors[i]));
    }
  }

  private Row with(Row row, @Nullable Object[] answer, @Nullable String error) {
    int own = row.size();
    @Nullable Object[] cells = new Object[own + width + (withError ? 1 : 0)];
    for (int i = 0; i < own; i++) {
      cells[i] = row.get(i);
    }
    System.arraycopy(answer, 0, cells, own, width);
    if (withError) {
      cells[own + width] = error;
    }
    return RowFactory.create(cells);
  }
}
