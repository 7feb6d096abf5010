package dev.eman.spark.ml;

import dev.eman.train.ImageClassifier.Prediction;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.options.Network;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import scala.collection.immutable.ArraySeq;

/**
 * Classifies the images of a DataFrame, with the answers of {@code eman predict}. Adds columns:
 *
 * <ul>
 *   <li>{@code class}: the name of the most probable class, string
 *   <li>{@code confidence}: its probability, double
 *   <li>{@code topK}: the most probable classes, array of {@code struct<class: string, confidence:
 *       double>}
 *   <li>{@code error}: why there is no answer, string; null where there is one
 * </ul>
 */
public final class EmanClassifierModel extends EmanModel<EmanClassifierModel, TrainedClassifier> {
  private static final long serialVersionUID = 1L;
  private static final int TOP = 5;

  private final Param<String> classCol =
      new Param<>(this, "classCol", "column for the most probable class; empty for none");
  private final Param<String> confidenceCol =
      new Param<>(this, "confidenceCol", "column for its probability; empty for none");
  private final Param<String> topKCol =
      new Param<>(this, "topKCol", "column for the most probable classes; empty for none");
  private final IntParam topK =
      new IntParam(
          this,
          "topK",
          "number of classes in topKCol, at least 1; all of them if there are fewer",
          ParamValidators.gtEq(1));

  /** A model without a checkpoint, for Spark's loader; use {@link #ofCheckpoint}. */
  public EmanClassifierModel(String uid) {
    super(uid);
    setDefault(classCol, "class");
    setDefault(confidenceCol, "confidence");
    setDefault(topKCol, "topK");
    setDefault(topK, TOP);
  }

  /**
   * A model of a trained network.
   *
   * @param place a checkpoint, or a run's folder, of which the one is taken that its results are
   *     of: the last, or the best with early stopping; in any of Hadoop's file systems
   * @throws dev.eman.core.EmanException if it cannot be read, or has no classifier
   */
  public static EmanClassifierModel ofCheckpoint(String place) {
    String uid = Identifiable$.MODULE$.randomUID("eman-classifier");
    return ofCheckpoint(new EmanClassifierModel(uid), place);
  }

  /** Reads saved models. */
  public static MLReader<EmanClassifierModel> read() {
    return new ModelFiles.Reader<>(EmanClassifierModel.class);
  }

  /**
   * Reads a saved model.
   *
   * @throws dev.eman.core.EmanException if there is none
   */
  public static EmanClassifierModel load(String path) {
    return read().load(path);
  }

  /** See {@link #setClassCol}. */
  public Param<String> classCol() {
    return classCol;
  }

  /** The column for the most probable class: {@code class} unless set. */
  public String getClassCol() {
    return getOrDefault(classCol);
  }

  /** Sets the column for the most probable class; empty for none. */
  public EmanClassifierModel setClassCol(String name) {
    set(classCol, name);
    return this;
  }

  /** See {@link #setConfidenceCol}. */
  public Param<String> confidenceCol() {
    return confidenceCol;
  }

  /** The column for its probability: {@code confidence} unless set. */
  public String getConfidenceCol() {
    return getOrDefault(confidenceCol);
  }

  /** Sets the column for its probability; empty for none. */
  public EmanClassifierModel setConfidenceCol(String name) {
    set(confidenceCol, name);
    return this;
  }

  /** See {@link #setTopKCol}. */
  public Param<String> topKCol() {
    return topKCol;
  }

  /** The column for the most probable classes: {@code topK} unless set. */
  public String getTopKCol() {
    return getOrDefault(topKCol);
  }

  /** Sets the column for the most probable classes; empty for none. */
  public EmanClassifierModel setTopKCol(String name) {
    set(topKCol, name);
    return this;
  }

  /** See {@link #setTopK}. */
  public IntParam topK() {
    return topK;
  }

  /** Number of classes in {@link #getTopKCol}; 5 unless set. */
  public int getTopK() {
    return (Integer) getOrDefault(topK);
  }

  /** Sets the number of classes in {@link #getTopKCol}; all of them if there are fewer. */
  public EmanClassifierModel setTopK(int classes) {
    set(topK, classes);
    return this;
  }

  @Override
  Class<EmanClassifierModel> type() {
    return EmanClassifierModel.class;
  }

  @Override
  void checkNeeds(RunCheckpoint opened) {
    opened.checkClassifies();
  }

  @Override
  SharedNetwork<TrainedClassifier> shared(CheckpointFile file, Network which) {
    return new SharedClassifier(file, which);
  }

  @Override
  List<StructField> answerColumns() {
    List<StructField> columns = new ArrayList<>();
    if (!getClassCol().isEmpty()) {
      columns.add(column(getClassCol(), DataTypes.StringType));
    }
    if (!getConfidenceCol().isEmpty()) {
      columns.add(column(getConfidenceCol(), DataTypes.DoubleType));
    }
    if (!getTopKCol().isEmpty()) {
      columns.add(
          column(
              getTopKCol(),
              DataTypes.createArrayType(
                  DataTypes.createStructType(
                      List.of(
                          DataTypes.createStructField("class", DataTypes.StringType, false),
                          DataTypes.createStructField("confidence", DataTypes.DoubleType, false))),
                  false)));
    }
    return columns;
  }

  @Override
  Answering<TrainedClassifier> answering() {
    return new Classification(
        !getClassCol().isEmpty(),
        !getConfidenceCol().isEmpty(),
        getTopKCol().isEmpty() ? 0 : getTopK());
  }

  /** Which cells are asked for. */
  private record Classification(boolean name, boolean confidence, int top)
      implements Answering<TrainedClassifier> {
    @Override
    public ImageRows.Answers by(TrainedClassifier network) {
      return images -> cells(network, images);
    }

    private List<@Nullable Object[]> cells(TrainedClassifier network, INDArray images) {
      List<@Nullable Object[]> all = new ArrayList<>();
      for (List<Prediction> classes : network.classify(images)) {
        List<Object> cells = new ArrayList<>();
        if (name) {
          cells.add(classes.get(0).className());
        }
        if (confidence) {
          cells.add(classes.get(0).probability());
        }
        if (top > 0) {
          cells.add(
              ArraySeq.unsafeWrapArray(
                  classes.stream()
                      .limit(top)
                      .map(guess -> RowFactory.create(guess.className(), guess.probability()))
                      .toArray(Row[]::new)));
        }
        all.add(cells.toArray());
      }
      return all;
    }
  }

  /** A classifier in a broadcast. */
  private static final class SharedClassifier extends SharedNetwork<TrainedClassifier> {
    private static final long serialVersionUID = 1L;

    SharedClassifier(CheckpointFile file, Network which) {
      super(file, which);
    }

    @Override
    TrainedClassifier load(RunCheckpoint opened, Network which) {
      return opened.network(which);
    }

    @Override
    TrainedClassifier another(TrainedClassifier first) {
      return first.forAnotherThread();
    }
  }
}
