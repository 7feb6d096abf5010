package dev.eman.spark.ml;

import dev.eman.core.eval.FeatureExtractor;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.Network;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import scala.collection.immutable.ArraySeq;

/**
 * Computes the features of the images of a DataFrame: a network's output before its head, not
 * normalised, of any run, with a classifier or without. Adds columns:
 *
 * <ul>
 *   <li>{@code features}: {@code array<float>}, the network's own numbers in half the bytes of
 *       Spark ML's vectors of doubles, and legible wherever Parquet is; {@code array_to_vector}
 *       makes vectors of them
 *   <li>{@code error}: why there are none, string; null where there are
 * </ul>
 */
public final class EmanFeatureModel extends EmanModel<EmanFeatureModel, FeatureExtractor> {
  private static final long serialVersionUID = 1L;

  private final Param<String> featuresCol =
      new Param<>(this, "featuresCol", "column for the features");

  /** A model without a checkpoint, for Spark's loader; use {@link #ofCheckpoint}. */
  public EmanFeatureModel(String uid) {
    super(uid);
    setDefault(featuresCol, "features");
  }

  /**
   * A model of a trained network.
   *
   * @param place a checkpoint, or a run's folder, of which the one is taken that its results are
   *     of: the last, or the best with early stopping; in any of Hadoop's file systems
   * @throws dev.eman.core.EmanException if it cannot be read
   */
  public static EmanFeatureModel ofCheckpoint(String place) {
    return ofCheckpoint(
        new EmanFeatureModel(Identifiable$.MODULE$.randomUID("eman-features")), place);
  }

  /** Reads saved models. */
  public static MLReader<EmanFeatureModel> read() {
    return new ModelFiles.Reader<>(EmanFeatureModel.class);
  }

  /**
   * Reads a saved model.
   *
   * @throws dev.eman.core.EmanException if there is none
   */
  public static EmanFeatureModel load(String path) {
    return read().load(path);
  }

  /** See {@link #setFeaturesCol}. */
  public Param<String> featuresCol() {
    return featuresCol;
  }

  /** The column for the features: {@code features} unless set. */
  public String getFeaturesCol() {
    return getOrDefault(featuresCol);
  }

  /** Sets the column for the features. */
  public EmanFeatureModel setFeaturesCol(String name) {
    set(featuresCol, name);
    return this;
  }

  @Override
  Class<EmanFeatureModel> type() {
    return EmanFeatureModel.class;
  }

  @Override
  void checkNeeds(RunCheckpoint opened) {}

  @Override
  SharedNetwork<FeatureExtractor> shared(CheckpointFile file, Network which) {
    return new SharedExtractor(file, which);
  }

  @Override
  List<StructField> answerColumns() {
    return List.of(column(getFeaturesCol(), DataTypes.createArrayType(DataTypes.FloatType, false)));
  }

  @Override
  Answering<FeatureExtractor> answering() {
    return extractor -> images -> cells(extractor, images);
  }

  private static List<@Nullable Object[]> cells(FeatureExtractor extractor, INDArray images) {
    List<@Nullable Object[]> all = new ArrayList<>();
    for (float[] features : extractor.features(images).toFloatMatrix()) {
      all.add(new Object[] {ArraySeq.unsafeWrapArray(features)});
    }
    return all;
  }

  /** An extractor in a broadcast. */
  private static final class SharedExtractor extends SharedNetwork<FeatureExtractor> {
    private static final long serialVersionUID = 1L;

    SharedExtractor(CheckpointFile file, Network which) {
      super(file, which);
    }

    @Override
    FeatureExtractor load(RunCheckpoint opened, Network which) {
      return FeatureExtractor.of(opened.weights(which), opened.backbone().featureVertex());
    }

    @Override
    FeatureExtractor another(FeatureExtractor first) {
      return first.forAnotherThread();
    }
  }
}
