package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.ClassNames;
import dev.eman.datasets.DatasetException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Walks folders of images. Links are followed. */
final class FolderScan {
  /** More than a machine has cores, since a network's or a disk's answers are waited for. */
  private static final int THREADS = 8;

  private record Found(ImageIndexBuilder images, List<Stamp.Entry> folders) {}

  private FolderScan() {}

  /** The names of the folders in a folder, by code point. */
  static ImmutableList<String> classNames(Path root) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, Files::isDirectory)) {
      for (Path entry : entries) {
        names.add(ImageFiles.text(entry.getFileName()));
      }
    } catch (IOException e) {
      throw new DatasetException("cannot list the folder " + root + ": " + e, e);
    }
    names.sort(ImageFiles.BY_CODE_POINT);
    return ClassNames.check(ImmutableList.copyOf(names), root);
  }

  /**
   * Indexes a folder with one folder for each class.
   *
   * @param root with at least one folder in it
   * @param allClasses the classes to label by, in order; null to take those found
   */
  static IndexCache.Stamped classFolders(
      Path root, String about, @Nullable ImmutableList<String> allClasses) {
    List<Stamp.Entry> folders = new ArrayList<>();
    folders.add(entry(root));
    ImmutableList<String> present = classNames(root);
    if (present.isEmpty()) {
      throw new DatasetException(
          "expected a folder for each class in " + root + ", found none; see that it is the root");
    }
    ImmutableList<String> classes = allClasses == null ? present : allClasses;
    ClassLabels labels = new ClassLabels(classes);
    ImageIndexBuilder all = new ImageIndexBuilder();
    ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Found>> results = new ArrayList<>();
      for (String name : present) {
        int label = labels.label(name, root.resolve(name).toString());
        results.add(executor.submit(() -> oneClass(root.resolve(name), label)));
      }
      for (Future<Found> result : results) {
        Found found = get(result);
        all.addAll(found.images());
        folders.addAll(found.folders());
      }
    } finally {
      executor.shutdownNow();
    }
    return new IndexCache.Stamped(
        all.build(classes, true, false), new Stamp(about, ImmutableList.copyOf(folders)));
  }

  /**
   * Indexes the images in a folder and below it, whatever the folders are called; all of class 0.
   */
  static IndexCache.Stamped unlabeled(Path root, String about) {
    Found found = oneClass(root, 0);
    return new IndexCache.Stamped(
        found.images().build(List.of(""), false, false),
        new Stamp(about, ImmutableList.copyOf(found.folders())));
  }

  /** What a folder or file is now, for the stamp. */
  static Stamp.Entry entry(Path path) {
    try {
      return Stamp.Entry.of(path);
    } catch (IOException e) {
      throw new DatasetException("cannot read " + path + ": " + e, e);
    }
  }

  /** All images in a folder and below it, in the order of a class, as paths that begin with it. */
  static ImmutableList<Path> images(Path folder) {
    ImageIndex index = walk(folder, 0).images().build(List.of(""), false, false);
    ImmutableList.Builder<Path> files = ImmutableList.builderWithExpectedSize(index.size());
    for (int i = 0; i < index.size(); i++) {
      files.add(folder.resolve(index.fileName(i)));
    }
    return files.build();
  }

  private static Found walk(Path folder, int label) {
    Found found = new Found(new ImageIndexBuilder(), new ArrayList<>());
    try {
      Files.walkFileTree(
          folder,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new Visitor(folder, label, found));
    } catch (FileSystemLoopException e) {
      throw new DatasetException(
          e.getFile()
              + ": expected a folder of images, found a link back to a folder that it lies in;"
              + " remove the link",
          e);
    } catch (IOException e) {
      throw new DatasetException(
          "cannot list the images in " + folder + ": " + IoFailures.reason(e), e);
    }
    return found;
  }

  private static Found oneClass(Path folder, int label) {
    Found found = walk(folder, label);
    if (found.images().size() == 0) {
      throw new DatasetException(
          "expected at least one image ("
              + ImageFiles.KINDS
              + ") in "
              + folder
              + ", found none; add images or remove the folder");
    }
    return found;
  }

  private static Found get(Future<Found> result) {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatasetException("interrupted while listing images", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DatasetException cause) {
        throw cause;
      }
      throw new DatasetException("cannot list images: " + e.getCause(), e);
    }
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final int label;
    private final Found found;

    Visitor(Path folder, int label, Found found) {
      this.folder = folder;
      this.label = label;
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      // The time was looked up before the folder is listed, so a later change is seen.
      found.folders().add(Stamp.Entry.of(directory, attributes));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String name = ImageFiles.text(folder.relativize(file));
      if (ImageFiles.isImage(name)) {
        found.images().add(label, name, attributes.size(), 0);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
