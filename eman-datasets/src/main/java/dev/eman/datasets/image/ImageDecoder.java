package dev.eman.datasets.image;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decodes JPEG, PNG, BMP, GIF (the first frame), TIFF and lossy WebP files, told by their content,
 * whatever their colors, to red, green and blue: gray is repeated, CMYK converted, transparency
 * dropped. Keeps its buffers, so one instance belongs to one thread ({@link #local}).
 *
 * <p>Files come from anywhere, so what OpenCV decodes is looked through before: JPEGs that are not
 * usual ones, PNG, and of WebP the color's data alone. The other formats are decoded in Java.
 */
public final class ImageDecoder {
  private static final ThreadLocal<ImageDecoder> LOCAL = ThreadLocal.withInitial(ImageDecoder::new);

  /** Pixels from which on a file is looked through before any are made. */
  private static final long LARGE = 1L << 24;

  private final Region region = new Region();
  private final JpegDecoder jpegDecoder = new JpegDecoder();
  private final JpegScans jpegScans = new JpegScans();

  /** Its natives are opened for the first image that needs them: that takes a fifth of a second. */
  private final Supplier<OpenCvDecoder> openCv = Suppliers.memoize(OpenCvDecoder::new);

  private ImageDecoder() {}

  /** The calling thread's own decoder. */
  public static ImageDecoder local() {
    return LOCAL.get();
  }

  /** Decodes an image, whose orientation is not looked at. */
  public void decode(byte[] data, int length, String name, DecodePlan plan, Image into) {
    decode(data, length, name, Orientation.IGNORE, plan, into);
  }

  /**
   * Decodes an image. What is irregular in its file, but no damage to the pixels as libjpeg sees
   * it, is in {@link Image#warnings} afterwards, and the first such file is named in the log.
   *
   * @param data the file's content
   * @param length how many bytes of {@code data} it takes
   * @param name of the image, for messages
   * @param orientation whether the image is turned as its file says
   * @param plan what part of the turned image is needed; a JPEG is decoded at reduced scale where
   *     the plan allows it
   * @param into overwritten, with 3 channels
   * @throws CorruptImageException if the file is none of these formats, damaged or truncated
   */
  public void decode(
      byte[] data, int length, String name, Orientation orientation, DecodePlan plan, Image into) {
    ImageKind kind = ImageKind.of(data, length);
    if (kind == ImageKind.JPEG) {
      decodeJpeg(data, length, name, orientation, plan, into);
      if (!into.warnings().isEmpty()) {
        DecodeWarnings.report(name, into.warnings());
      }
      return;
    }
    ExifOrientation noted =
        checked(name, length, () -> decodeOther(kind, data, length, name, into));
    if (orientation == Orientation.EXIF) {
      noted.apply(into);
    }
  }

  private void decodeJpeg(
      byte[] data, int length, String name, Orientation orientation, DecodePlan plan, Image into) {
    JpegHeader header = checked(name, length, () -> jpegHeader(data, length));
    ExifOrientation noted =
        orientation == Orientation.EXIF ? header.orientation() : ExifOrientation.UPRIGHT;
    noted.plan(plan, header.width(), header.height(), region);
    checked(name, length, () -> decodeRegion(data, length, header, into));
    noted.apply(into);
  }

  private static JpegHeader jpegHeader(byte[] data, int length) {
    JpegHeader header = JpegHeader.read(data, length);
    if (!JpegHeader.isComplete(data, length)) {
      throw new IllegalArgumentException("the file is truncated: it has no end marker");
    }
    return header;
  }

  /** With our own decoder if it knows the kind of JPEG. */
  private boolean decodeRegion(byte[] data, int length, JpegHeader header, Image into) {
    int width = header.width();
    int height = header.height();
    boolean large = (long) width * height > LARGE;
    boolean ours = header.baseline() && region.reduction() == 1;
    ImmutableList<String> warnings = ImmutableList.of();
    if (!ours || large) { // Before memory is taken for pixels.
      warnings = jpegScans.check(data, length);
      if (header.baseline() && !warnings.isEmpty()) {
        region.reduce(1); // OpenCV would print the warnings.
        ours = true;
      }
    }
    if (ours && jpegDecoder.decode(data, length, region, into)) {
      into.setWarnings(jpegDecoder.warnings());
      return true;
    }
    if (ours && !large) {
      warnings = jpegScans.check(data, length);
    }
    int reduction = region.reduction();
    openCv.get().decode(data, length, reduction, into);
    if (reduction > 1) {
      into.setOrigin(0, 0, reduction, width, height);
    }
    into.setWarnings(warnings);
    return false;
  }

  /** Returns the orientation that the file notes. */
  private ExifOrientation decodeOther(
      @Nullable ImageKind kind, byte[] data, int length, String name, Image into) {
    if (kind == null || !kind.isRead()) {
      throw new IllegalArgumentException(ImageKind.refusal(kind, name));
    }
    return switch (kind) {
      case PNG -> {
        PngHeader header = PngHeader.read(data, length);
        openCv.get().decode(data, length, 1, into);
        yield header.orientation();
      }
      case WEBP -> {
        WebpFile file = WebpFile.read(data, length);
        byte[] alone = file.alone(data);
        openCv.get().decode(alone, alone.length, 1, into);
        yield file.orientation();
      }
      case TIFF -> TiffDecoder.decode(data, length, into);
      case GIF -> {
        GifDecoder.decode(data, length, into);
        yield ExifOrientation.UPRIGHT;
      }
      default -> {
        BmpDecoder.decode(data, length, into);
        yield ExifOrientation.UPRIGHT;
      }
    };
  }

  /** Names the image where something is wrong with it. */
  private static <T> T checked(String name, int length, Supplier<T> part) {
    try {
      return part.get();
    } catch (IllegalArgumentException e) {
      throw new CorruptImageException(
          "cannot decode " + name + " (" + length + " bytes): " + e.getMessage(), e);
    }
  }
}
