package dev.eman.benchmarks.study;

import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.Image;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes training images and labels as MNIST is distributed. */
final class IdxFiles {
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;

  private IdxFiles() {}

  static void write(Path folder, ImageDataset data, List<FlipsCommand.Flip> flips) {
    ByteArrayOutputStream images = new ByteArrayOutputStream();
    ByteArrayOutputStream labels = new ByteArrayOutputStream();
    try (DataOutputStream pixels = new DataOutputStream(images);
        DataOutputStream classes = new DataOutputStream(labels)) {
      Image first = data.image(flips.get(0).image());
      pixels.writeInt(IMAGES);
      pixels.writeInt(flips.size());
      pixels.writeInt(first.height());
      pixels.writeInt(first.width());
      classes.writeInt(LABELS);
      classes.writeInt(flips.size());
      for (FlipsCommand.Flip flip : flips) {
        pixels.write(data.image(flip.image()).toByteArray());
        classes.write(flip.given());
      }
      Files.createDirectories(folder);
      Files.write(folder.resolve("train-images-idx3-ubyte"), images.toByteArray());
      Files.write(folder.resolve("train-labels-idx1-ubyte"), labels.toByteArray());
    } catch (IOException e) {
      throw new EmanException("cannot write to " + folder + ": " + IoFailures.reason(e), e);
    }
  }
}
