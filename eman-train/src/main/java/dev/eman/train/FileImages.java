package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.Colors;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.ImageDecoder;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.reader.ImageFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A data set of named image files, without labels. */
public final class FileImages implements ImageDataset {
  private final ImmutableList<Path> files;
  private final ImmutableList<String> classNames;
  private final int channels;
  private final Orientation orientation;

  private FileImages(
      ImmutableList<Path> files,
      ImmutableList<String> classNames,
      int channels,
      Orientation orientation) {
    this.files = files;
    this.classNames = classNames;
    this.channels = channels;
    this.orientation = orientation;
  }

  /**
   * Opens files, and all image files in folders and their subfolders, by the rules of training
   * data.
   *
   * @throws EmanException as {@link #list} does
   */
  public static FileImages of(
      List<Path> paths, ImmutableList<String> classNames, int channels, Orientation orientation) {
    ImmutableList.Builder<Path> files = ImmutableList.builder();
    paths.forEach(path -> files.addAll(list(path, note -> {})));
    return ofFiles(files.build(), classNames, channels, orientation);
  }

  /** Opens files, which need not exist: reading one that does not is a failure of that image. */
  public static FileImages ofFiles(
      ImmutableList<Path> files,
      ImmutableList<String> classNames,
      int channels,
      Orientation orientation) {
    return new FileImages(files, classNames, channels, orientation);
  }

  /**
   * A file itself, or all image files in a folder and its subfolders, by the rules of training
   * data.
   *
   * @param notes takes lines on what was passed over in a folder
   * @throws EmanException if there is no such file, a folder has no images or cannot be listed
   */
  static ImmutableList<Path> list(Path path, Consumer<String> notes) {
    if (Files.isDirectory(path)) {
      ImmutableList<Path> images = ImageFolder.list(path, notes);
      if (images.isEmpty()) {
        throw new EmanException(
            "expected images (" + ImageFolder.EXTENSIONS + ") in " + path + ", found none");
      }
      return images;
    }
    if (!Files.exists(path)) {
      throw new EmanException(
          "expected an image at "
              + path
              + ", found "
              + (Files.isSymbolicLink(path) ? "a link to a file that does not exist" : "nothing"));
    }
    return ImmutableList.of(path);
  }

  @Override
  public String name() {
    return "images";
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public ImmutableList<String> classNames() {
    return classNames;
  }

  @Override
  public int channels() {
    return channels;
  }

  @Override
  public int label(int index) {
    return UNLABELED;
  }

  @Override
  public String imageName(int index) {
    return files.get(index).toString();
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    byte[] file = content(files.get(index));
    decode(file, imageName(index), orientation, channels, plan, into);
  }

  /**
   * What a file contains.
   *
   * @throws CorruptImageException if it cannot be read
   */
  static byte[] content(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CorruptImageException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /**
   * Decodes a file's content to an image of a network's channels.
   *
   * @param name of the file, for messages
   * @throws CorruptImageException if it cannot be decoded
   */
  static void decode(
      byte[] file,
      String name,
      Orientation orientation,
      int channels,
      DecodePlan plan,
      Image into) {
    ImageDecoder.local().decode(file, file.length, name, orientation, plan, into);
    if (channels == 1) {
      Colors.toGrayInPlace(into);
    }
  }

  @Override
  public String fingerprint() {
    return "files";
  }
}
