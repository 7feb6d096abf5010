package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Walks folders of images. Links are followed. */
final class FolderScan {
  /** More than a machine has cores, since a network's or a disk's answers are waited for. */
  private static final int THREADS = 8;

  private record Found(ImageIndexBuilder images, List<Stamp.Entry> folders, PassedOver passedOver) {
    Found() {
      this(new ImageIndexBuilder(), new ArrayList<>(), new PassedOver());
    }
  }

  private FolderScan() {}

  /** The names of the folders in a folder that may be classes, by code point. */
  static ImmutableList<String> classNames(Path root) {
    return classNames(root, new Found());
  }

  private static ImmutableList<String> classNames(Path root, Found all) {
    PassedOver passedOver = all.passedOver();
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        String name = ImageFiles.text(entry.getFileName());
        if (!Files.isDirectory(entry)) {
          passOverFile(entry, name, all);
        } else if (ImageFiles.isLeftover(name)) {
          passedOver.folder(name);
        } else {
          names.add(name);
        }
      }
    } catch (IOException e) {
      throw new DatasetException("cannot list the folder " + root + ": " + e, e);
    }
    names.sort(ImageFiles.BY_CODE_POINT);
    return ClassNames.check(ImmutableList.copyOf(names), root);
  }

  private static void passOverFile(Path file, String name, Found all) throws IOException {
    PassedOver passedOver = all.passedOver();
    if (Files.isSymbolicLink(file) && !Files.exists(file)) {
      passedOver.brokenLink();
      all.folders().add(Stamp.Entry.of(file)); // Repaired, it makes a difference.
    } else if (ImageFiles.isImage(name)) {
      passedOver.outside();
    } else {
      passedOver.file(name);
    }
  }

  /**
   * Indexes a folder with one folder for each class. A folder without images is no class.
   *
   * @param root with at least one folder of images in it
   * @param allClasses the classes to label by, in order; null to take those found
   * @param others folders in the root that are no classes
   */
  static IndexCache.Stamped classFolders(
      Path root,
      String about,
      @Nullable ImmutableList<String> allClasses,
      ImmutableSet<String> others) {
    Found all = new Found();
    all.folders().add(entry(root));
    List<String> present =
        classNames(root, all).stream().filter(name -> !others.contains(name)).toList();
    Map<String, ImageIndexBuilder> filled = new LinkedHashMap<>();
    ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Found>> results = new ArrayList<>();
      for (String name : present) {
        results.add(executor.submit(() -> walk(root.resolve(name))));
      }
      for (int i = 0; i < results.size(); i++) {
        Found found = get(results.get(i));
        all.folders().addAll(found.folders());
        all.passedOver().addAll(found.passedOver());
        if (found.images().size() == 0) {
          all.passedOver().emptyClass(present.get(i));
        } else {
          filled.put(present.get(i), found.images());
        }
      }
    } finally {
      executor.shutdownNow();
    }
    if (filled.isEmpty()) {
      throw noImages(root, "a folder for each class with", all.passedOver());
    }
    ClassLabels labels =
        new ClassLabels(allClasses == null ? ImmutableList.copyOf(filled.keySet()) : allClasses);
    filled.forEach(
        (name, images) ->
            all.images().addAll(images, labels.label(name, root.resolve(name).toString())));
    return stamped(all, labels.names(), true, about);
  }

  /**
   * Indexes the images in a folder and below it, whatever the folders are called; all of class 0.
   *
   * @param others folders in the root that are left out
   */
  static IndexCache.Stamped unlabeled(Path root, String about, ImmutableSet<String> others) {
    Found found = walk(root, others, ImmutableSet.of());
    if (found.images().size() == 0) {
      throw noImages(root, "", found.passedOver());
    }
    return stamped(found, ImmutableList.of(""), false, about);
  }

  private static IndexCache.Stamped stamped(
      Found found, ImmutableList<String> classes, boolean classFolders, String about) {
    return new IndexCache.Stamped(
        found.images().build(classes, classFolders, false).withNotes(found.passedOver().notes()),
        new Stamp(about, ImmutableList.copyOf(found.folders())));
  }

  private static DatasetException noImages(Path folder, String what, PassedOver passedOver) {
    String found = passedOver.kinds();
    return new DatasetException(
        "expected "
            + (what.isEmpty() ? "" : what + " ")
            + "at least one image ("
            + ImageFiles.KINDS
            + ") in "
            + folder
            + ", found none"
            + (found.isEmpty() ? "" : " but " + found)
            + "; check the path");
  }

  /** What a folder or file is now, for the stamp. */
  static Stamp.Entry entry(Path path) {
    try {
      return Stamp.Entry.of(path);
    } catch (IOException e) {
      throw new DatasetException("cannot read " + path + ": " + e, e);
    }
  }

  /**
   * All images in a folder and below it, in the order of a class, as paths that begin with it.
   *
   * @param own files that are not counted among those passed over
   */
  static ImmutableList<Path> images(Path folder, Set<Path> own, Consumer<String> notes) {
    Path root = folder.toAbsolutePath().normalize();
    ImmutableSet<Path> ignored =
        own.stream()
            .map(file -> file.toAbsolutePath().normalize())
            .filter(file -> file.startsWith(root))
            .map(file -> folder.resolve(root.relativize(file))) // As the walk has it.
            .collect(ImmutableSet.toImmutableSet());
    Found found = walk(folder, ImmutableSet.of(), ignored);
    found.passedOver().notes().forEach(note -> notes.accept(folder + ": " + note));
    ImageIndex index = found.images().build(List.of(""), false, false);
    ImmutableList.Builder<Path> files = ImmutableList.builderWithExpectedSize(index.size());
    for (int i = 0; i < index.size(); i++) {
      files.add(folder.resolve(index.fileName(i)));
    }
    return files.build();
  }

  /**
   * Whether there is an image.
   *
   * @param depth 1 for the folder's own images
   */
  static boolean hasImages(Path folder, int depth) {
    boolean[] found = {false};
    try {
      Files.walkFileTree(
          folder,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          depth,
          new Visitor(folder, new Found()) {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              super.visitFile(file, attributes);
              found[0] = found().images().size() > 0;
              return found[0] ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // Listing the images will tell.
            }
          });
    } catch (IOException e) {
      throw new DatasetException("cannot list the folder " + folder + ": " + e, e);
    }
    return found[0];
  }

  /** The images in a folder and below it, all of class 0. */
  private static Found walk(Path folder) {
    return walk(folder, ImmutableSet.of(), ImmutableSet.of());
  }

  private static Found walk(Path folder, ImmutableSet<String> others, ImmutableSet<Path> ignored) {
    Found found = new Found();
    try {
      Files.walkFileTree(
          folder,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new Visitor(folder, found) {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes of) {
              boolean left =
                  others.contains(String.valueOf(directory.getFileName()))
                      && folder.equals(directory.getParent());
              return left ? FileVisitResult.SKIP_SUBTREE : super.preVisitDirectory(directory, of);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes of) {
              return ignored.contains(file) ? FileVisitResult.CONTINUE : super.visitFile(file, of);
            }
          });
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

  private static class Visitor extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final Found found;

    Visitor(Path folder, Found found) {
      this.folder = folder;
      this.found = found;
    }

    Found found() {
      return found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      String name = String.valueOf(directory.getFileName());
      if (!directory.equals(folder) && ImageFiles.isLeftover(name)) {
        found.passedOver().folder(name);
        return FileVisitResult.SKIP_SUBTREE;
      }
      // The time was looked up before the folder is listed, so a later change is seen.
      found.folders().add(Stamp.Entry.of(directory, attributes));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String name = ImageFiles.text(folder.relativize(file));
      if (attributes.isSymbolicLink()) { // Others are followed.
        found.passedOver().brokenLink();
        found.folders().add(Stamp.Entry.of(file, attributes)); // Repaired, it makes a difference.
      } else if (!ImageFiles.isImage(name)) {
        found.passedOver().file(ImageFiles.lastPart(name));
      } else if (!attributes.isRegularFile()) {
        found.passedOver().special();
      } else {
        found.images().add(0, name, attributes.size(), 0);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
