package dev.eman.train;

import dev.eman.core.UsageException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.datasets.ChannelStatistics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerSerializer;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Writes a trained network as a DL4J model of stock layers, which {@code
 * ModelSerializer.restoreComputationGraph} loads without this library. The archive also has the
 * normaliser, for {@code ModelSerializer.restoreNormalizerFromFile}; the classes' names in {@value
 * #LABELS}, one a line in the order of the outputs; and {@link ExportFacts} in {@value #FACTS}.
 */
public final class Dl4jExport {
  static final String LABELS = "labels.txt";
  static final String FACTS = "eman.json";
  private static final double WHITE = 255;

  private Dl4jExport() {}

  /**
   * Writes a file, whole or not at all.
   *
   * @throws UsageException for a layer or vertex that is neither this library's nor DL4J's own
   * @throws dev.eman.core.EmanException if the file cannot be written
   */
  public static void write(TrainedClassifier model, ExportFacts facts, Path file) {
    ChannelStatistics statistics = facts.statistics();
    ComputationGraph stock =
        StockNetwork.trained(model.graph(), facts.imageSize(), statistics.channels());
    AtomicFiles.save(file, to -> write(stock, facts, to));
  }

  private static void write(ComputationGraph stock, ExportFacts facts, OutputStream to)
      throws IOException {
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    ModelSerializer.writeModel(stock, model, false);
    ZipOutputStream zip = new ZipOutputStream(to);
    try (ZipInputStream entries =
        new ZipInputStream(new ByteArrayInputStream(model.toByteArray()))) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        zip.putNextEntry(new ZipEntry(entry.getName()));
        entries.transferTo(zip);
      }
    }
    // ModelSerializer would flush its closed stream, which commons-io refuses from 2.6 on.
    zip.putNextEntry(new ZipEntry(ModelSerializer.NORMALIZER_BIN));
    zip.write(bytes(normalizer(facts.statistics())));
    add(zip, LABELS, String.join("\n", facts.classes()) + "\n");
    add(zip, FACTS, facts.toJson().toPrettyString() + "\n");
    zip.finish();
  }

  private static void add(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] bytes(NormalizerStandardize normalizer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    NormalizerSerializer.getDefault().write(normalizer, bytes);
    return bytes.toByteArray();
  }

  /** Of pixels from 0 to 255, float {@code [N, C, H, W]}: each channel less its mean, scaled. */
  private static NormalizerStandardize normalizer(ChannelStatistics statistics) {
    return new NormalizerStandardize(
        row(statistics.mean().stream().map(mean -> mean * WHITE).toArray()),
        row(statistics.deviation().stream().map(deviation -> deviation * WHITE).toArray()));
  }

  private static INDArray row(double[] values) {
    return Nd4j.createFromArray(values).castTo(DataType.FLOAT).reshape(1, values.length);
  }
}
