package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ClassNames;
import dev.eman.datasets.DatasetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.jspecify.annotations.Nullable;

/** Finds where in tar archives, and in archives within them, the images lie. */
final class TarScan {
  private static final int RECORD = TarConstants.DEFAULT_RCDSIZE;
  private static final String TAR = ".tar";

  private TarScan() {}

  /** The entries of a whole archive. */
  static ImmutableList<TarArchiveEntry> entries(PositionalFile file) {
    try {
      return entries(file, 0, file.size(), file.path().toString());
    } catch (IOException e) {
      throw new DatasetException("cannot read " + file.path() + ": " + e, e);
    }
  }

  /** The classes of an archive that holds an archive for each, by code point. */
  static ImmutableList<String> classNames(PositionalFile file, List<TarArchiveEntry> outer) {
    List<String> names =
        outer.stream()
            .map(entry -> className(file, entry))
            .sorted(ImageFiles.BY_CODE_POINT)
            .toList();
    for (int i = 1; i < names.size(); i++) {
      if (names.get(i).equals(names.get(i - 1))) {
        throw new DatasetException(
            file.path()
                + ": expected one archive for each class, found several named "
                + names.get(i)
                + TAR);
      }
    }
    return ClassNames.check(ImmutableList.copyOf(names), file.path());
  }

  /** Indexes an archive that holds an archive of images for each class. */
  static ImageIndex nested(PositionalFile file) {
    ImmutableList<TarArchiveEntry> outer = entries(file);
    ClassLabels labels = new ClassLabels(classNames(file, outer));
    ImageIndexBuilder builder = new ImageIndexBuilder();
    for (TarArchiveEntry archive : outer) {
      String what = file.path() + ":" + archive.getName();
      int label = labels.label(className(file, archive), what);
      long start = archive.getDataOffset();
      int before = builder.size();
      for (TarArchiveEntry entry : entries(file, start, archive.getSize(), what)) {
        String name = ImageFiles.lastPart(entry.getName());
        if (ImageFiles.isImage(name)) {
          builder.add(label, name, entry.getSize(), start + entry.getDataOffset());
        }
      }
      if (builder.size() == before) {
        throw new DatasetException(
            what + ": expected at least one image (" + ImageFiles.KINDS + "), found none");
      }
    }
    return builder.build(labels.names(), true, true);
  }

  private static String className(PositionalFile file, TarArchiveEntry entry) {
    String name = ImageFiles.lastPart(entry.getName());
    if (!name.endsWith(TAR) || name.length() == TAR.length()) {
      throw new DatasetException(
          file.path()
              + ": expected only archives named after their class, such as n01440764.tar, found "
              + entry.getName()
              + "; see that it is the archive of images to train on");
    }
    return name.substring(0, name.length() - TAR.length());
  }

  /**
   * The plain files in an archive that is a part of a file.
   *
   * @param start of the archive within the file
   * @param length of the archive
   * @param what to call it in messages
   */
  private static ImmutableList<TarArchiveEntry> entries(
      PositionalFile file, long start, long length, String what) {
    ImmutableList.Builder<TarArchiveEntry> files = ImmutableList.builder();
    long end = 0;
    int count = 0;
    // The whole archive, header by header.
    try (TarFile tar =
        new TarFile(
            new RangeChannel(file, start, length),
            TarConstants.DEFAULT_BLKSIZE,
            TarConstants.DEFAULT_RCDSIZE,
            StandardCharsets.UTF_8.name(),
            false)) {
      for (TarArchiveEntry entry : tar.getEntries()) {
        if (!entry.isCheckSumOK()) {
          throw notTar(what, "the header of file " + count + " is damaged", null);
        }
        if (entry.isSparse()) {
          // What lies in the archive is not what the file holds.
          throw notTar(what, entry.getName() + " is stored as a sparse file", null);
        }
        count++;
        end = entry.getDataOffset() + (entry.getSize() + RECORD - 1) / RECORD * RECORD;
        if (entry.isFile()) {
          files.add(entry);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw notTar(what, String.valueOf(e.getMessage()), e);
    }
    if (!hasEndMark(file, start, length, end)) {
      // Where a header is cut off, the library takes that for the end.
      throw notTar(
          what,
          "after " + count + " files and " + end + " bytes it stops without an end mark",
          null);
    }
    ImmutableList<TarArchiveEntry> found = files.build();
    if (found.isEmpty()) {
      throw new DatasetException(what + ": expected files in the archive, found none");
    }
    return found;
  }

  private static boolean hasEndMark(PositionalFile file, long start, long length, long end) {
    if (end + RECORD > length) {
      return false;
    }
    byte[] mark = new byte[RECORD];
    try {
      file.readFully(mark, RECORD, start + end);
    } catch (IOException e) {
      return false;
    }
    return ByteBuffer.wrap(mark).equals(ByteBuffer.allocate(RECORD));
  }

  private static DatasetException notTar(String what, String why, @Nullable Exception cause) {
    String message =
        what
            + ": expected a whole tar archive, but it is truncated, damaged or no tar archive: "
            + why
            + "; download it again and compare its checksum";
    return cause == null ? new DatasetException(message) : new DatasetException(message, cause);
  }
}
