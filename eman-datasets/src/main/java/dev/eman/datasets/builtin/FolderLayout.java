package dev.eman.datasets.builtin;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableSet.toImmutableSet;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.Part;
import dev.eman.datasets.reader.ImageFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Which folders of a user's are which part. A folder of images that is called like a part and is
 * none, such as the class {@code train} among vehicles, is told from one by what it holds.
 *
 * @param folders of each part
 * @param others folders in the training set's folder that are no classes
 * @param notes what a user should know of folders that are not used
 */
record FolderLayout(
    ImmutableMap<Part, Path> folders, ImmutableSet<String> others, ImmutableList<String> notes) {
  private static final String TRAIN = "train";
  private static final String UNLABELED = "unlabeled";

  /** The first of these with class folders is the test set. */
  private static final ImmutableList<String> TESTS =
      ImmutableList.of("test", "val", "valid", "validation");

  /** What a folder holds. */
  private enum Content {
    /** Folders with images. */
    CLASSES,
    /** Images alone. */
    IMAGES,
    NOTHING
  }

  static FolderLayout of(Path root) {
    ImmutableMap<String, Content> contents =
        Maps.toMap(ImageFolder.folders(root), name -> content(root, name));
    Map<Part, Path> folders = new EnumMap<>(Part.class);
    List<String> notes = new ArrayList<>();
    ImmutableList<String> classes = classes(contents);
    boolean unlabeled = contents.containsKey(UNLABELED);
    ImmutableSet<String> others = ImmutableSet.of();
    if (contents.containsKey(TRAIN) && !classes.contains(TRAIN)) {
      boolean labels = unlabeled || contents.get(TRAIN) != Content.IMAGES;
      folders.put(labels ? Part.TRAIN : Part.UNLABELED, root.resolve(TRAIN));
      if (!classes.isEmpty()) {
        notes.add(root + ": folders beside train, which are not used: " + ClassList.list(classes));
      }
    } else if (!classes.isEmpty()) {
      folders.put(Part.TRAIN, root);
      others =
          contents.keySet().stream()
              .filter(name -> isReserved(name) && !name.equals(TRAIN))
              .collect(toImmutableSet());
    }
    putTest(root, contents, folders, notes);
    if (unlabeled && contents.get(UNLABELED) == Content.NOTHING) {
      notes.add(root.resolve(UNLABELED) + " has no images");
    } else if (unlabeled) {
      folders.put(Part.UNLABELED, root.resolve(UNLABELED));
    }
    if (folders.isEmpty()) {
      // Where there are no images either, opening the training set says so.
      folders.put(ImageFolder.hasOwnImages(root) ? Part.UNLABELED : Part.TRAIN, root);
    }
    return new FolderLayout(ImmutableMap.copyOf(folders), others, ImmutableList.copyOf(notes));
  }

  private static boolean isReserved(String name) {
    return TESTS.contains(name) || name.equals(TRAIN) || name.equals(UNLABELED);
  }

  /** The folders with images that are not called like a part, and {@code train} beside such. */
  private static ImmutableList<String> classes(Map<String, Content> contents) {
    ImmutableList<String> classes =
        contents.keySet().stream()
            .filter(name -> contents.get(name) != Content.NOTHING)
            .filter(name -> !isReserved(name))
            .collect(toImmutableList());
    return !classes.isEmpty() && contents.get(TRAIN) == Content.IMAGES
        ? ImmutableList.<String>builder().addAll(classes).add(TRAIN).build()
        : classes;
  }

  private static void putTest(
      Path root, Map<String, Content> contents, Map<Part, Path> folders, List<String> notes) {
    List<String> present = TESTS.stream().filter(contents::containsKey).toList();
    String chosen =
        present.stream()
            .filter(name -> contents.get(name) == Content.CLASSES)
            .findFirst() // An empty one is opened, to be refused by name.
            .or(() -> present.stream().filter(n -> contents.get(n) == Content.NOTHING).findFirst())
            .orElse("");
    if (!chosen.isEmpty()) {
      folders.put(Part.TEST, root.resolve(chosen));
    }
    for (String name : present) {
      if (contents.get(name) == Content.IMAGES) {
        notes.add(
            root.resolve(name)
                + " has no class folders: it is no test set; classify its images with eman predict");
      } else if (!name.equals(chosen)) {
        notes.add(
            root.resolve(name)
                + " is not used: the test set is "
                + root.resolve(chosen)
                + "; --validation sets training images aside to choose the best checkpoint");
      }
    }
  }

  /** Of a class it matters alone whether it has images, and there may be many. */
  private static Content content(Path root, String name) {
    Path folder = root.resolve(name);
    if (name.equals(UNLABELED) || !isReserved(name)) {
      return ImageFolder.hasImages(folder) ? Content.IMAGES : Content.NOTHING;
    }
    for (String inner : ImageFolder.folders(folder)) {
      if (ImageFolder.hasImages(folder.resolve(inner))) {
        return Content.CLASSES;
      }
    }
    return ImageFolder.hasOwnImages(folder) ? Content.IMAGES : Content.NOTHING;
  }
}
