package dev.eman.spark.ml;

import dev.eman.core.EmanException;
import dev.eman.spark.internal.HadoopFiles;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;

/** A saved model: a folder with parameters, as Spark writes them, and the checkpoint. */
final class ModelFiles {
  private static final String CHECKPOINT = "model.ckpt";

  private ModelFiles() {}

  /** Writes a model. */
  static final class Writer extends MLWriter {
    private final MLWriter params;
    private final CheckpointFile checkpoint;

    Writer(MLWriter params, CheckpointFile checkpoint) {
      this.params = params;
      this.checkpoint = checkpoint;
    }

    @Override
    public void saveImpl(String path) {
      try {
        params.session(sparkSession()).save(path);
      } catch (IOException e) {
        throw new EmanException("cannot write " + path + ": " + HadoopFiles.reason(e), e);
      }
      // Last: a folder without it is no model.
      checkpoint.write(new Path(path, CHECKPOINT), sc().hadoopConfiguration());
    }
  }

  /** Reads a model. */
  static final class Reader<M extends EmanModel<M, ?>> extends MLReader<M> {
    private final Class<M> type;

    Reader(Class<M> type) {
      this.type = type;
    }

    @Override
    public M load(String path) {
      Configuration hadoop = sc().hadoopConfiguration();
      checkExists(path, hadoop);
      Object model =
          new DefaultParamsReadable<Object>() {}.read().session(sparkSession()).load(path);
      if (!type.isInstance(model)) {
        throw new EmanException(
            "expected a "
                + type.getSimpleName()
                + " at "
                + path
                + ", found a "
                + model.getClass().getSimpleName());
      }
      return type.cast(model).with(CheckpointFile.read(path + "/" + CHECKPOINT, hadoop));
    }

    private static void checkExists(String place, Configuration hadoop) {
      try {
        Path path = new Path(place, CHECKPOINT);
        FileSystem files = path.getFileSystem(hadoop);
        if (!files.exists(path)) {
          throw new EmanException(
              "expected a saved model at "
                  + place
                  + ", found "
                  + (files.exists(path.getParent())
                      ? "a folder without "
                          + CHECKPOINT
                          + "; a run or a checkpoint is opened by ofCheckpoint"
                      : "nothing"));
        }
      } catch (IOException | IllegalArgumentException e) {
        throw new EmanException("cannot read " + place + ": " + HadoopFiles.reason(e), e);
      }
    }
  }
}
