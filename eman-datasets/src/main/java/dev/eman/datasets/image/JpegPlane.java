package dev.eman.datasets.image;

/** A component of a JPEG: its tables, and the samples of a region. */
final class JpegPlane {
  byte[] samples = new byte[0];
  int stride;

  /** The position of the first sample in the whole component. */
  int left;

  int top;

  /** The component's whole size in samples. */
  int width;

  int height;
  int id;

  /** Blocks of it in a unit. */
  int across;

  int down;

  /** The numbers of its tables. */
  int quantization;

  int dc;
  int ac;
}
