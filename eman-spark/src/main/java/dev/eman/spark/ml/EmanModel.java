package dev.eman.spark.ml;

import com.google.common.base.Ascii;
import dev.eman.core.UsageException;
import dev.eman.spark.internal.TaskThreads;
import dev.eman.train.EncodedImages;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.Network;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * A trained network as a transformer of DataFrames. Images are decoded, resized and normalised as
 * {@code eman predict} does, and a network with stored statistics answers each as if it were alone:
 * the result depends neither on partitions nor on batches. An image that cannot be read leaves its
 * row with nulls and the reason in the error column.
 *
 * @param <M> the class itself
 * @param <T> what computes on the executors
 */
public abstract class EmanModel<M extends EmanModel<M, T>, T> extends Model<M>
    implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final long MAX_IMAGE_BYTES = 128L << 20;

  private final String uid;
  private final Param<String> inputCol;
  private final Param<String> errorCol;
  private final Param<String> network;
  private final IntParam batchSize;
  private final LongParam maxImageBytes;

  private @Nullable CheckpointFile checkpoint;
  private transient @Nullable Broadcast<SharedNetwork<T>> broadcast;
  private transient @Nullable SparkContext broadcastBy;

  EmanModel(String uid) {
    this.uid = uid; // Parameters ask for it.
    inputCol =
        new Param<>(
            this, "inputCol", "column of images: paths (string) or encoded content (binary)");
    errorCol =
        new Param<>(
            this, "errorCol", "column for the reason why an image has no answer; empty for none");
    network =
        new Param<>(
            this,
            "network",
            "teacher or student; unset, the teacher if it has statistics of its own");
    batchSize =
        new IntParam(
            this,
            "batchSize",
            "images at a time, at least 1; changes memory and speed, no answer",
            ParamValidators.gtEq(1));
    maxImageBytes =
        new LongParam(
            this,
            "maxImageBytes",
            "the largest encoded image that is read, in bytes",
            ParamValidators.inRange(1, Integer.MAX_VALUE));

    setDefault(inputCol, "path");
    setDefault(errorCol, "error");
    setDefault(maxImageBytes, MAX_IMAGE_BYTES);
  }

  @Override
  public String uid() {
    return uid;
  }

  abstract Class<M> type();

  /** The network, for a broadcast. */
  abstract SharedNetwork<T> shared(CheckpointFile file, Network which);

  /** The columns of answers, in order. */
  abstract List<StructField> answerColumns();

  /** What makes their cells; serialised to the executors. */
  abstract Answering<T> answering();

  /** Computes cells on the executors. */
  interface Answering<T> extends Serializable {
    /** Of a network, for the calling thread. */
    ImageRows.Answers by(T network);
  }

  final M asModel() {
    return type().cast(this);
  }

  /** See {@link #setInputCol}. */
  public Param<String> inputCol() {
    return inputCol;
  }

  /** The column of images: {@code path} unless set. */
  public String getInputCol() {
    return getOrDefault(inputCol);
  }

  /**
   * Sets the column of images: strings are paths or addresses of any of Hadoop's file systems,
   * binary cells are encoded images, as in the column {@code content} of the source {@code
   * binaryFile}.
   */
  public M setInputCol(String name) {
    set(inputCol, name);
    return asModel();
  }

  /** See {@link #setErrorCol}. */
  public Param<String> errorCol() {
    return errorCol;
  }

  /** The column of errors: {@code error} unless set. */
  public String getErrorCol() {
    return getOrDefault(errorCol);
  }

  /** Sets the column for the reason, in one line, why an image has no answer; empty for none. */
  public M setErrorCol(String name) {
    set(errorCol, name);
    return asModel();
  }

  /** See {@link #setNetwork}. */
  public Param<String> network() {
    return network;
  }

  /** {@code teacher} or {@code student}. */
  public String getNetwork() {
    return which().label();
  }

  /**
   * Chooses the network: {@code teacher} or {@code student}. Unset, it is the teacher if it has
   * statistics of its own. An EMA teacher, which normalises with its batch, would give other
   * answers for other partitions and is refused.
   */
  public M setNetwork(String name) {
    set(network, name);
    return asModel();
  }

  /** See {@link #setBatchSize}. */
  public IntParam batchSize() {
    return batchSize;
  }

  /** Images at a time. */
  public int getBatchSize() {
    return (Integer) getOrDefault(batchSize);
  }

  /** Sets how many images go through the network at a time; changes no answer. */
  public M setBatchSize(int images) {
    set(batchSize, images);
    return asModel();
  }

  /** See {@link #setMaxImageBytes}. */
  public LongParam maxImageBytes() {
    return maxImageBytes;
  }

  /** The largest encoded image that is read, in bytes; 128 MiB unless set. */
  public long getMaxImageBytes() {
    return (Long) getOrDefault(maxImageBytes);
  }

  /** Sets the largest encoded image that is read, in bytes; a larger one is an error of its row. */
  public M setMaxImageBytes(long bytes) {
    set(maxImageBytes, bytes);
    return asModel();
  }

  final CheckpointFile checkpoint() {
    if (checkpoint == null) {
      throw new UsageException(
          "expected a model with a checkpoint, found none; make it by ofCheckpoint or load");
    }
    return checkpoint;
  }

  /** Takes a checkpoint, which must have what the model needs. */
  M with(CheckpointFile file) {
    RunCheckpoint opened = file.open();
    checkpoint = file;
    setDefault(batchSize, opened.preparation().batchSize());
    setDefault(network, opened.deployed().label());
    check(opened);
    return asModel();
  }

  /** Whether the network that is asked for is in the checkpoint and usable. */
  private void check(RunCheckpoint opened) {
    checkNeeds(opened);
    opened.checkUsable(which());
  }

  /** Whether a checkpoint has what the model needs. */
  abstract void checkNeeds(RunCheckpoint opened);

  private Network which() {
    String name = getOrDefault(network);
    for (Network one : Network.values()) {
      if (one.label().equals(Ascii.toLowerCase(name))) {
        return one;
      }
    }
    throw new UsageException("network: expected teacher or student, got " + name);
  }

  @Override
  public M copy(ParamMap extra) {
    M copy = defaultCopy(extra);
    EmanModel<M, T> fields = copy;
    fields.checkpoint = checkpoint;
    fields.broadcast = broadcast;
    fields.broadcastBy = broadcastBy;
    return copyParent(copy);
  }

  private M copyParent(M copy) {
    return hasParent() ? copy.setParent(parent()) : copy;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    inputIsPath(schema);
    StructType all = schema;
    for (StructField column : columns()) {
      if (Arrays.asList(schema.fieldNames()).contains(column.name())) {
        throw new UsageException(
            String.format(
                Locale.ROOT,
                "expected no column %s, which is for the answers, found one; drop it or choose"
                    + " another name",
                column.name()));
      }
      all = all.add(column);
    }
    return all;
  }

  private boolean inputIsPath(StructType schema) {
    if (!Arrays.asList(schema.fieldNames()).contains(getInputCol())) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "inputCol: expected a column %s, found %s",
              getInputCol(),
              String.join(", ", schema.fieldNames())));
    }
    DataType type = schema.apply(getInputCol()).dataType();
    if (!type.equals(DataTypes.StringType) && !type.equals(DataTypes.BinaryType)) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "inputCol: expected %s to be of strings (paths) or binary (encoded images), found %s",
              getInputCol(),
              type.simpleString()));
    }
    return type.equals(DataTypes.StringType);
  }

  private List<StructField> columns() {
    List<StructField> columns = new ArrayList<>(answerColumns());
    if (!getErrorCol().isEmpty()) {
      columns.add(column(getErrorCol(), DataTypes.StringType));
    }
    return columns;
  }

  static StructField column(String name, DataType type) {
    return DataTypes.createStructField(name, type, true);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    SparkContext spark = dataset.sparkSession().sparkContext();
    ImageSource source =
        new ImageSource(
            dataset.schema().fieldIndex(getInputCol()),
            inputIsPath(dataset.schema())
                ? new SerializableConfiguration(spark.hadoopConfiguration())
                : null,
            getMaxImageBytes());
    Job<T> job =
        new Job<>(
            broadcast(spark),
            source,
            getBatchSize(),
            answering(),
            answerColumns().size(),
            !getErrorCol().isEmpty());
    return dataset.toDF().mapPartitions(job, Encoders.row(schema));
  }

  /** What a task needs, without the model. */
  private record Job<T>(
      Broadcast<SharedNetwork<T>> shared,
      ImageSource source,
      int batchSize,
      Answering<T> answering,
      int width,
      boolean withError)
      implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
      return rows.hasNext() ? TaskThreads.within(() -> answers(rows)) : rows;
    }

    private Iterator<Row> answers(Iterator<Row> rows) {
      SharedNetwork<T> network = shared.value();
      EncodedImages images = new EncodedImages(network.preparation(), batchSize);
      ImageRows.Answers answers = answering.by(network.forThisThread());
      return new ImageRows(rows, source, images, batchSize, answers, width, withError);
    }
  }

  /** The same for all transformations, as long as Spark runs. */
  private synchronized Broadcast<SharedNetwork<T>> broadcast(SparkContext spark) {
    Broadcast<SharedNetwork<T>> made = broadcast;
    if (made == null || broadcastBy != spark || made.value().network() != which()) {
      check(checkpoint().open());
      made = JavaSparkContext.fromSparkContext(spark).broadcast(shared(checkpoint(), which()));
      broadcast = made;
      broadcastBy = spark;
    }
    return made;
  }

  @Override
  public MLWriter write() {
    MLWriter params = DefaultParamsWritable.super.write();
    return new ModelFiles.Writer(params, checkpoint());
  }

  /** Hadoop's configuration of the running session, else the default one. */
  static Configuration hadoop() {
    scala.Option<SparkSession> session = SparkSession.getActiveSession();
    if (session.isEmpty()) {
      session = SparkSession.getDefaultSession();
    }
    return session.isEmpty()
        ? new Configuration()
        : session.get().sparkContext().hadoopConfiguration();
  }

  /** What {@code ofCheckpoint} of a model does. */
  static <M extends EmanModel<M, T>, T> M ofCheckpoint(M model, String place) {
    return model.with(CheckpointFile.read(place, hadoop()));
  }
}
