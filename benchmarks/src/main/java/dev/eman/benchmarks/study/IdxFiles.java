package dev.eman.benchmarks.study;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.Image;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Writes training images and labels as MNIST is distributed. */
final class IdxFiles {
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;

  private IdxFiles() {}

  /**
   * Writes the images and the labels that they are given.
   *
   * @param folder to be made
   * @throws UsageException if the images are not gray and of one size, which the format has once
   *     for all; nothing is written then
   */
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
        Image image = data.image(flip.image());
        checkFits(image, first, data, flip.image());
        pixels.write(image.toByteArray());
        classes.write(flip.given());
      }
      Files.createDirectories(folder);
      Files.write(folder.resolve("train-images-idx3-ubyte"), images.toByteArray());
      Files.write(folder.resolve("train-labels-idx1-ubyte"), labels.toByteArray());
    } catch (IOException e) {
      throw new EmanException("cannot write to " + folder + ": " + IoFailures.reason(e), e);
    }
  }

  private static void checkFits(Image image, Image first, ImageDataset data, int index) {
    if (image.channels() != 1
        || image.width() != first.width()
        || image.height() != first.height()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--idx: expected gray images of one size, found %s of %d x %d with %d channels, where"
                  + " the first is of %d x %d with %d; omit --idx",
              data.imageName(index),
              image.width(),
              image.height(),
              image.channels(),
              first.width(),
              first.height(),
              first.channels()));
    }
  }
}
