package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ReaderSamples.image;
import static dev.eman.datasets.reader.ReaderSamples.lines;
import static dev.eman.datasets.reader.ReaderSamples.png;
import static dev.eman.datasets.reader.ReaderSamples.tar;
import static dev.eman.datasets.reader.ReaderSamples.write;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** ImageNet in small: three classes, in the forms that it is kept in. */
final class ImageNetSamples {
  static final String TRAIN_TAR = "ILSVRC2012_img_train.tar";
  static final String VAL_TAR = "ILSVRC2012_img_val.tar";
  static final String DEVKIT = "ILSVRC2012_devkit_t12/data/";

  /** The class of each validation image, from the first. */
  static final List<String> VAL_WNIDS = List.of("n03", "n01", "n03", "n02");

  private ImageNetSamples() {}

  static void makeTrainFolders(Path root) throws IOException {
    for (String wnid : List.of("n01", "n02", "n03")) {
      for (Map.Entry<String, byte[]> file : trainImages(wnid).entrySet()) {
        write(root, "train/" + wnid + "/" + file.getKey(), file.getValue());
      }
    }
  }

  static void makeTrainArchive(Path root) throws IOException {
    write(root, TRAIN_TAR, trainTar());
  }

  /** Not in alphabetical order, as the archive published is not. */
  static byte[] trainTar() throws IOException {
    Map<String, byte[]> archives = new LinkedHashMap<>();
    for (String wnid : List.of("n03", "n01", "n02")) {
      archives.put(wnid + ".tar", tar(trainImages(wnid)));
    }
    return tar(archives);
  }

  static Map<String, byte[]> trainImages(String wnid) {
    Map<String, byte[]> images = new LinkedHashMap<>();
    for (int i = 2; i >= 0; i--) {
      byte[] content = i == 1 ? image("jpg", i * 77777) : png(wnid.hashCode() * (i + 1));
      images.put(wnid + "_" + i + ".JPEG", content);
    }
    return images;
  }

  static void makeFlatVal(Path root) throws IOException {
    for (int i = 1; i <= VAL_WNIDS.size(); i++) {
      write(root, "val/" + valName(i), png(i * 999));
    }
  }

  static void makeTruth(Path root) throws IOException {
    lines(root, DEVKIT + "ILSVRC2012_validation_ground_truth.txt", "2", "3", "2", "1");
    lines(root, DEVKIT + "meta.txt", "n02 shark", "n03", "n01");
  }

  static String valName(int image) {
    return String.format(Locale.ROOT, "ILSVRC2012_val_%08d.JPEG", image);
  }
}
