package dev.eman.datasets.image;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Kinds of files, told by how they begin, whatever their names say. */
enum ImageKind {
  JPEG("a JPEG", "jpg", "jpeg", "jfif"),
  PNG("a PNG", "png"),
  BMP("a BMP", "bmp"),
  GIF("a GIF", "gif"),
  TIFF("a TIFF", "tif", "tiff"),
  WEBP("a WebP", "webp"),
  // Named in messages alone.
  HEIC("an HEIC"),
  AVIF("an AVIF"),
  JPEG_2000("a JPEG 2000"),
  JPEG_XL("a JPEG XL"),
  ICON("an icon"),
  PHOTOSHOP("a Photoshop"),
  SVG("an SVG"),
  HTML("an HTML"),
  PDF("a PDF"),
  VIDEO("a video");

  private static final String READ = "a JPEG, PNG, BMP, GIF, TIFF or WebP file";

  /** With an article. */
  private final String label;

  private final ImmutableList<String> extensions;

  ImageKind(String label, String... extensions) {
    this.label = label;
    this.extensions = ImmutableList.copyOf(extensions);
  }

  boolean isRead() {
    return !extensions.isEmpty();
  }

  String label() {
    return label;
  }

  /** The kind of a file by its content; null if it is not known. */
  static @Nullable ImageKind of(byte[] data, int length) {
    if (JpegHeader.isJpeg(data, length)) {
      return JPEG;
    }
    if (PngHeader.isPng(data, length)) {
      return PNG;
    }
    if (BmpHeader.isBmp(data, length)) {
      return BMP;
    }
    String begin = new String(data, 0, Math.min(length, 256), StandardCharsets.ISO_8859_1);
    if (begin.startsWith("GIF87a") || begin.startsWith("GIF89a")) {
      return GIF;
    }
    if (begin.startsWith("II*\0")
        || begin.startsWith("MM\0*")
        || begin.startsWith("II+\0")
        || begin.startsWith("MM\0+")) {
      return TIFF;
    }
    if (begin.startsWith("RIFF") && begin.startsWith("WEBP", 8)) {
      return WEBP;
    }
    return named(begin);
  }

  private static @Nullable ImageKind named(String begin) {
    if (begin.startsWith("ftyp", 4)) {
      String brand = begin.length() < 12 ? "" : begin.substring(8, 12);
      return switch (brand) {
        case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1" -> HEIC;
        case "avif", "avis" -> AVIF;
        default -> VIDEO;
      };
    }
    if (begin.startsWith("jP  ", 4) || begin.startsWith("\u00ffO\u00ffQ")) {
      return JPEG_2000;
    }
    if (begin.startsWith("\u00ff\n") || begin.startsWith("JXL ", 4)) {
      return JPEG_XL;
    }
    if (begin.startsWith("\0\0\1\0")) {
      return ICON;
    }
    if (begin.startsWith("8BPS")) {
      return PHOTOSHOP;
    }
    if (begin.startsWith("%PDF")) {
      return PDF;
    }
    String text = begin.strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("<svg") || (text.startsWith("<?xml") && text.contains("<svg"))) {
      return SVG;
    }
    return text.startsWith("<!doctype html") || text.startsWith("<html") ? HTML : null;
  }

  /** Says what a file is that is not read, and what its name promises. */
  static String refusal(@Nullable ImageKind kind, String name) {
    ImageKind promised = promised(name);
    String expected = promised == null ? READ : promised.label + " file, as its name says";
    return kind == null
        ? "expected " + expected + ", found something else"
        : "expected " + expected + ", found " + kind.label + " file; convert it to JPEG or PNG";
  }

  /** The kind that a file's name promises; null if it promises none. */
  private static @Nullable ImageKind promised(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (ImageKind kind : values()) {
      for (String extension : kind.extensions) {
        if (lower.endsWith("." + extension)) {
          return kind;
        }
      }
    }
    return null;
  }
}
