package dev.eman.datasets.augment;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.datasets.image.Colors;
import dev.eman.datasets.image.Image;
import java.util.Locale;

/** Brightness, contrast, saturation and hue by random factors, in random order. */
final class ColorJitter implements Transform {
  private final double brightness;
  private final double contrast;
  private final double saturation;
  private final double hue;

  ColorJitter(double brightness, double contrast, double saturation, double hue) {
    checkArgument(
        brightness >= 0 && contrast >= 0 && saturation >= 0,
        "brightness, contrast, saturation: expected at least 0, got %s, %s, %s",
        brightness,
        contrast,
        saturation);
    checkArgument(hue >= 0 && hue <= 0.5, "hue: expected 0 to 0.5, got %s", hue);
    this.brightness = brightness;
    this.contrast = contrast;
    this.saturation = saturation;
    this.hue = hue;
  }

  @Override
  public void apply(Image image, ViewRandom random) {
    // Each draw takes one of the operations that are left.
    int left = 0b1111;
    for (int count = 4; count > 0; count--) {
      int nth = random.nextInt(count);
      int operation = 0;
      for (int bit = 0; bit < 4; bit++) {
        if ((left & 1 << bit) != 0 && nth-- == 0) {
          operation = bit;
        }
      }
      left &= ~(1 << operation);
      apply(operation, image, random);
    }
  }

  private void apply(int operation, Image image, ViewRandom random) {
    double range =
        switch (operation) {
          case 0 -> brightness;
          case 1 -> contrast;
          case 2 -> saturation;
          default -> hue;
        };
    if (range == 0) {
      return;
    }
    double center = operation == 3 ? 0 : 1;
    double low = operation == 3 ? -range : Math.max(0, center - range);
    float factor = (float) random.uniform(low, center + range);
    switch (operation) {
      case 0 -> Colors.brightnessInPlace(image, factor);
      case 1 -> Colors.contrastInPlace(image, factor);
      case 2 -> Colors.colorInPlace(image, factor);
      default -> Colors.hueInPlace(image, factor);
    }
    if (image.isTraced()) {
      String name =
          switch (operation) {
            case 0 -> "brightness";
            case 1 -> "contrast";
            case 2 -> "saturation";
            default -> "hue";
          };
      image.trace(String.format(Locale.ROOT, "%s %.2f", name, factor));
    }
  }
}
