package dev.eman.cli;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * JPEGs in ImageNet's layout: three classes of some colour each, and the published kind of list.
 */
public final class GeneratedImageNet {
  private static final List<String> WNIDS = List.of("n01440764", "n01443537", "n02123045");
  private static final int TRAIN_EACH = 6;
  private static final int VAL_EACH = 2;

  private GeneratedImageNet() {}

  /** {@code train/<wnid>} and {@code val/<wnid>}. */
  public static void folders(Path root) {
    for (int c = 0; c < WNIDS.size(); c++) {
      for (int i = 0; i < TRAIN_EACH; i++) {
        write(root.resolve("train/" + WNIDS.get(c) + "/" + trainName(c, i)), jpeg(c, i));
      }
      for (int i = 0; i < VAL_EACH; i++) {
        write(root.resolve("val/" + WNIDS.get(c) + "/" + valName(c, i)), jpeg(c, 100 + i));
      }
    }
    list(root);
  }

  /**
   * The archives as they are distributed: a tar of tars, a flat tar, the development kit's truth.
   */
  public static void archives(Path root) {
    Map<String, byte[]> inner = new LinkedHashMap<>();
    Map<String, byte[]> val = new LinkedHashMap<>();
    List<String> truth = new ArrayList<>();
    for (int c = 0; c < WNIDS.size(); c++) {
      Map<String, byte[]> images = new LinkedHashMap<>();
      for (int i = 0; i < TRAIN_EACH; i++) {
        images.put(trainName(c, i), jpeg(c, i));
      }
      inner.put(WNIDS.get(c) + ".tar", tar(images));
      for (int i = 0; i < VAL_EACH; i++) {
        val.put(valName(c, i), jpeg(c, 100 + i));
        truth.add(Integer.toString(c + 1));
      }
    }
    write(root.resolve("ILSVRC2012_img_train.tar"), tar(inner));
    write(root.resolve("ILSVRC2012_img_val.tar"), tar(val));
    Path kit = root.resolve("ILSVRC2012_devkit_t12/data");
    write(
        kit.resolve("ILSVRC2012_validation_ground_truth.txt"),
        (String.join("\n", truth) + "\n").getBytes(StandardCharsets.UTF_8));
    write(
        kit.resolve("meta.txt"),
        (String.join("\n", WNIDS) + "\n").getBytes(StandardCharsets.UTF_8));
    list(root);
  }

  /** One image of each class. */
  private static void list(Path root) {
    List<String> names = new ArrayList<>();
    for (int c = 0; c < WNIDS.size(); c++) {
      names.add(trainName(c, 1));
    }
    write(
        root.resolve("imagenet_subsets/1percent.txt"),
        (String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String trainName(int label, int image) {
    return WNIDS.get(label) + "_" + (10 + image) + ".JPEG";
  }

  private static String valName(int label, int image) {
    return String.format(Locale.ROOT, "ILSVRC2012_val_%08d.JPEG", 1 + label * VAL_EACH + image);
  }

  private static byte[] jpeg(int label, int seed) {
    Random random = new Random(seed);
    int width = 260 + random.nextInt(60);
    int height = 230 + random.nextInt(60);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    Color from = Color.getHSBColor(label / 3f, 0.9f, 0.4f + random.nextFloat() * 0.5f);
    pen.setPaint(new GradientPaint(0, 0, from, width, height, Color.GRAY));
    pen.fillRect(0, 0, width, height);
    pen.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpg", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] tar(Map<String, byte[]> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        out.putArchiveEntry(entry);
        out.write(file.getValue());
        out.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
