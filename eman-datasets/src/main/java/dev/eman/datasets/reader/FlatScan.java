package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ClassNames;
import dev.eman.datasets.DatasetException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.jspecify.annotations.Nullable;

/** Indexes ImageNet's validation images where they lie all together, as published. */
final class FlatScan {
  private final Path where;
  private final String about;
  private final GroundTruth truth;
  private final ClassLabels labels;
  private final List<Stamp.Entry> stamps = new ArrayList<>();
  private final ImageIndexBuilder builder = new ImageIndexBuilder();

  private FlatScan(
      Path where,
      String about,
      ImmutableList<Path> truthFiles,
      @Nullable ImmutableList<String> classes) {
    this.where = where;
    this.about = about;
    stamps.add(FolderScan.entry(where));
    for (Path file : truthFiles) {
      stamps.add(FolderScan.entry(file));
    }
    truth = GroundTruth.read(truthFiles);
    labels =
        new ClassLabels(classes == null ? ClassNames.check(truth.wnids(), truthFiles) : classes);
  }

  /**
   * Indexes a folder.
   *
   * @param truthFiles from {@link GroundTruth#find}
   * @param classes to label by; null for those of the ground truth
   */
  static IndexCache.Stamped folder(
      Path folder,
      String about,
      ImmutableList<Path> truthFiles,
      @Nullable ImmutableList<String> classes) {
    FlatScan scan = new FlatScan(folder, about, truthFiles, classes);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = ImageFiles.text(file.getFileName());
        if (ImageFiles.isImage(name)) {
          scan.add(name, Files.size(file), 0);
        }
      }
    } catch (IOException e) {
      throw new DatasetException("cannot list the images in " + folder + ": " + e, e);
    }
    return scan.finish(false);
  }

  /** Indexes an archive; the parameters are those of {@link #folder}. */
  static IndexCache.Stamped archive(
      PositionalFile file,
      String about,
      ImmutableList<Path> truthFiles,
      @Nullable ImmutableList<String> classes) {
    FlatScan scan = new FlatScan(file.path(), about, truthFiles, classes);
    for (TarArchiveEntry entry : TarScan.entries(file)) {
      scan.add(ImageFiles.lastPart(entry.getName()), entry.getSize(), entry.getDataOffset());
    }
    return scan.finish(true);
  }

  private void add(String name, long bytes, long position) {
    if (ImageFiles.isImage(name)) {
      builder.add(
          labels.label(truth.wnid(name, where), where + ", " + name), name, bytes, position);
    }
  }

  private IndexCache.Stamped finish(boolean archive) {
    truth.checkCount(builder.size(), where);
    return new IndexCache.Stamped(
        builder.build(labels.names(), false, archive),
        new Stamp(about, ImmutableList.copyOf(stamps)));
  }
}
