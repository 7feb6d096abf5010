package dev.eman.train.tune;

/**
 * The speed of a batch size.
 *
 * @param batch labelled images per step, or what stands for them without labels
 * @param images per step, those without labels included
 * @param stepSeconds of a step, reading and augmenting included
 */
public record BatchTrial(int batch, int images, double stepSeconds) {
  /** Images per second. */
  public double imagesPerSecond() {
    return images / stepSeconds;
  }
}
