package com.example;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.util.Objects;
import java.util.Random;

/** Discs, squares and crosses of 28x28 gray pixels, drawn when they are read. */
final class Shapes implements ImageDataset {
  static final int SIDE = 28;

  private final Part part;

  Shapes(Part part) {
    this.part = part;
  }

  @Override
  public String name() {
    return "shapes/" + part.label();
  }

  @Override
  public int size() {
    return part == Part.TRAIN ? 900 : 300;
  }

  @Override
  public ImmutableList<String> classNames() {
    return ImmutableList.of("disc", "square", "cross");
  }

  @Override
  public int channels() {
    return 1;
  }

  @Override
  public int label(int index) {
    return Objects.checkIndex(index, size()) % 3;
  }

  @Override
  public String imageName(int index) {
    return name() + "#" + index;
  }

  /** The same image at every call, from any thread. */
  @Override
  public void read(int index, DecodePlan plan, Image into) {
    Random random = new Random(part.ordinal() * 100_000L + index);
    int radius = 4 + random.nextInt(6);
    int x = radius + random.nextInt(SIDE - 2 * radius);
    int y = radius + random.nextInt(SIDE - 2 * radius);
    into.reset(SIDE, SIDE, 1);
    for (int i = 0; i < SIDE * SIDE; i++) {
      int dx = Math.abs(i % SIDE - x);
      int dy = Math.abs(i / SIDE - y);
      boolean inside =
          switch (label(index)) {
            case 0 -> dx * dx + dy * dy <= radius * radius;
            case 1 -> Math.max(dx, dy) <= radius;
            default -> Math.min(dx, dy) <= 1 && Math.max(dx, dy) <= radius;
          };
      into.pixels()[i] = (byte) ((inside ? 200 : 40) + random.nextInt(40));
    }
  }

  @Override
  public String fingerprint() {
    return name() + " 1";
  }
}
