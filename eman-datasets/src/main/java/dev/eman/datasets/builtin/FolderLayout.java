package dev.eman.datasets.builtin;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.Part;
import dev.eman.datasets.reader.ImageFolder;
import dev.eman.datasets.table.TablePart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Which folders of a user's are which part, by the names that a table's parts have, in capitals or
 * not. A folder of images that is called like a part and is none, such as the class {@code train}
 * among vehicles, is told from one by what it holds.
 *
 * @param folders of each part
 * @param others folders in the root that are called like a part, where the root itself is one: all
 *     but those that are classes, whatever they are used for
 * @param notes what a user should know of folders that are not used, or have an unusual name
 * @param otherNotes the same of folders called like a test set that have no class folders
 */
record FolderLayout(
    ImmutableMap<Part, Path> folders,
    ImmutableSet<String> others,
    ImmutableList<String> notes,
    ImmutableList<String> otherNotes) {
  private static final ImmutableList<String> TRAIN = ImmutableList.of("train", "training");
  private static final ImmutableList<String> UNLABELED =
      ImmutableList.of("unlabeled", "unlabelled");

  /** Beside a folder called {@link #UNLABELED}, what a training set may be called. */
  private static final ImmutableSet<String> LABELED = ImmutableSet.of("labeled", "labelled");

  /** The first of these with class folders is the test set. */
  private static final ImmutableList<String> TESTS =
      ImmutableList.of("test", "testing", "val", "valid", "validation");

  /** What needs no note. */
  private static final ImmutableSet<String> USUAL =
      ImmutableSet.of("train", "test", "val", "valid", "validation", "unlabeled");

  /** What a folder holds. */
  private enum Content {
    /** Folders with images. */
    CLASSES,
    /** Images alone. */
    IMAGES,
    NOTHING
  }

  static FolderLayout of(Path root) {
    return new Finder(root).find();
  }

  /** Looks into the folders once. */
  private static final class Finder {
    private final Path root;
    private final ImmutableMap<String, Content> contents;

    /**
     * Folders with images that are not called like a part, or are taken for a class all the same.
     */
    private final List<String> classes;

    private final List<String> trains;
    private final List<String> tests;
    private final Map<Part, Path> folders = new EnumMap<>(Part.class);
    private final List<String> notes = new ArrayList<>();
    private final List<String> flatNotes = new ArrayList<>();

    Finder(Path root) {
      this.root = root;
      contents = Maps.toMap(ImageFolder.folders(root), name -> content(root, name));
      trains = new ArrayList<>(called(TRAIN));
      tests = new ArrayList<>(called(TESTS));
      classes =
          new ArrayList<>(
              contents.keySet().stream()
                  .filter(name -> !isReserved(name) && has(name, Content.IMAGES))
                  .toList());
    }

    FolderLayout find() {
      while (!trains.isEmpty() && isClass(trains.get(0))) {
        classes.add(trains.remove(0));
      }
      boolean unlabeled = !called(UNLABELED).isEmpty();
      if (unlabeled && trains.isEmpty() && classes.size() == 1 && isLabeled(classes.get(0))) {
        trains.add(classes.remove(0));
      }
      if (!trains.isEmpty()) {
        putTrain(unlabeled);
      } else if (!classes.isEmpty()) {
        folders.put(Part.TRAIN, root);
        takeUnusualTests();
      }
      putTest();
      if (unlabeled) {
        putUnlabeled();
      }
      boolean loose = !folders.containsValue(root) && ImageFolder.hasOwnImages(root);
      if (folders.isEmpty()) {
        // Where there are no images either, opening the training set says so.
        folders.put(loose ? Part.UNLABELED : Part.TRAIN, root);
      } else if (loose) {
        notes.add(
            root
                + ": images beside the folders, which are not used; to learn from them without"
                + " labels, move them to "
                + root.resolve(UNLABELED.get(0)));
      }
      ImmutableSet<String> others =
          folders.containsValue(root)
              ? contents.keySet().stream()
                  .filter(name -> isReserved(name) && !classes.contains(name))
                  .collect(ImmutableSet.toImmutableSet())
              : ImmutableSet.of();
      return new FolderLayout(
          ImmutableMap.copyOf(folders),
          others,
          ImmutableList.copyOf(notes),
          ImmutableList.copyOf(flatNotes));
    }

    /** The folders that have one of these names, in their order, small letters first. */
    private List<String> called(ImmutableList<String> names) {
      return contents.keySet().stream()
          .filter(name -> names.contains(Ascii.toLowerCase(name)))
          .sorted(
              Comparator.comparingInt((String name) -> names.indexOf(Ascii.toLowerCase(name)))
                  .thenComparing(name -> !name.equals(Ascii.toLowerCase(name))))
          .toList();
    }

    private boolean has(String name, Content content) {
      return contents.get(name) == content;
    }

    /**
     * Whether a folder called like a training set is a class: beside others, one of images alone;
     * and one of folders, if it is called so in an unusual way, and no test set is there.
     */
    private boolean isClass(String train) {
      if (classes.isEmpty() || has(train, Content.IMAGES)) {
        return !classes.isEmpty();
      }
      boolean unclear =
          !USUAL.contains(train) && tests.stream().noneMatch(name -> has(name, Content.CLASSES));
      if (unclear) {
        noteClass(train, "it is the training set, rename it to train");
      }
      return unclear;
    }

    /** Whether a folder that would be the only class has classes in it and is called labeled. */
    private boolean isLabeled(String name) {
      Path folder = root.resolve(name);
      return LABELED.contains(Ascii.toLowerCase(name))
          && !ImageFolder.hasOwnImages(folder)
          && ImageFolder.folders(folder).stream()
              .anyMatch(inner -> ImageFolder.hasImages(folder.resolve(inner)));
    }

    /** Beside classes, images in a folder called like a test set in an unusual way are one too. */
    private void takeUnusualTests() {
      for (String name : ImmutableList.copyOf(tests)) {
        if (has(name, Content.IMAGES) && !USUAL.contains(name)) {
          tests.remove(name);
          classes.add(name);
          noteClass(name, "its images are to be classified, rename it to test");
        }
      }
    }

    private void noteClass(String name, String otherwise) {
      notes.add(
          root.resolve(name)
              + " is taken for a class, as there are folders of images beside it; if "
              + otherwise);
    }

    private void putTrain(boolean unlabeled) {
      String train = trains.get(0);
      boolean labels = unlabeled || !has(train, Content.IMAGES);
      folders.put(labels ? Part.TRAIN : Part.UNLABELED, root.resolve(train));
      noteUnusual(train, labels ? "the training set" : "images without labels");
      List<String> unused = new ArrayList<>(classes);
      unused.addAll(trains.subList(1, trains.size()));
      if (!unused.isEmpty()) {
        notes.add(
            root + ": folders beside " + train + ", which are not used: " + ClassList.list(unused));
      }
    }

    private void putTest() {
      String chosen =
          tests.stream()
              .filter(name -> has(name, Content.CLASSES))
              .findFirst() // An empty one is opened, to be refused by name.
              .or(() -> tests.stream().filter(name -> has(name, Content.NOTHING)).findFirst())
              .orElse("");
      if (!chosen.isEmpty()) {
        folders.put(Part.TEST, root.resolve(chosen));
        noteUnusual(chosen, "the test set");
      }
      for (String name : tests) {
        if (has(name, Content.IMAGES)) {
          flatNotes.add(
              root.resolve(name)
                  + " has no class folders: it is no test set; classify its images with eman"
                  + " predict"
                  + (USUAL.contains(name) ? "" : ", or rename it if it is a class"));
        } else if (!name.equals(chosen)) {
          notes.add(
              root.resolve(name)
                  + " is not used: the test set is "
                  + root.resolve(chosen)
                  + "; --validation sets training images aside to choose the best checkpoint");
        }
      }
    }

    private void putUnlabeled() {
      List<String> present = called(UNLABELED);
      String chosen =
          present.stream().filter(name -> has(name, Content.IMAGES)).findFirst().orElse("");
      if (!chosen.isEmpty()) {
        folders.put(Part.UNLABELED, root.resolve(chosen));
        noteUnusual(chosen, "images without labels");
      }
      for (String name : present) {
        if (has(name, Content.NOTHING)) {
          notes.add(root.resolve(name) + " has no images");
        } else if (!name.equals(chosen)) {
          notes.add(
              root.resolve(name)
                  + " is not used: the images without labels are in "
                  + root.resolve(chosen));
        }
      }
    }

    private void noteUnusual(String name, String meaning) {
      if (!USUAL.contains(name)) {
        notes.add(root.resolve(name) + " is taken for " + meaning);
      }
    }
  }

  /** The same without {@link #others}, for whoever knows what their images are. */
  FolderLayout whole() {
    return others.isEmpty()
        ? this
        : new FolderLayout(folders, ImmutableSet.of(), notes, ImmutableList.of());
  }

  private static boolean isReserved(String name) {
    return TablePart.named(name).isPresent();
  }

  /** Of a class it matters alone whether it has images, and there may be many. */
  private static Content content(Path root, String name) {
    Path folder = root.resolve(name);
    if (UNLABELED.contains(Ascii.toLowerCase(name)) || !isReserved(name)) {
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
