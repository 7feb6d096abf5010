package dev.eman.datasets.reader;

import dev.eman.core.io.IoFailures;
import dev.eman.core.io.PathNames;
import dev.eman.datasets.internal.UnicodeForms;
import dev.eman.datasets.table.TableRow;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the files that a table's rows mean. */
final class TableFiles {
  private static final int MOST_FOLDERS = 100;

  private final Path root;
  private final FileStems stems;
  private String lastExtension = ImageFiles.extensions().get(0);

  /** Relative paths are below {@code root}. */
  TableFiles(Path root) {
    this.root = root;
    stems = new FileStems(root);
  }

  /**
   * A row's file.
   *
   * @param name below the root, or absolute if it is elsewhere; with {@code /}
   */
  record Found(String name, long bytes) {}

  /**
   * The file of a row: as written, with {@code /} for backslashes and without blanks at its ends,
   * or with the extension of an image.
   *
   * @throws IOException if there is none, or several; the message says what was expected
   */
  Found find(TableRow row) throws IOException {
    Optional<Found> found = find(row.image(), row.path());
    if (found.isPresent()) {
      return found.get();
    }
    throw new IOException(
        "expected the image "
            + row.image()
            + (ImageFiles.isImage(row.path()) ? "" : " (or with " + ImageFiles.KINDS + ")")
            + " in "
            + root
            + (isThereInAnotherForm(row) ? ", found " + UnicodeForms.ADVICE : ", found none"));
  }

  private Optional<Found> find(String image, String path) throws IOException {
    Optional<Found> found = existing(image);
    if (found.isEmpty() && !path.equals(image)) {
      found = existing(path);
    }
    if (found.isPresent() || ImageFiles.isImage(path)) {
      return found;
    }
    if (!image.equals(image.strip())) {
      found = withExtension(image);
    }
    return found.isEmpty() ? withExtension(path) : found;
  }

  private boolean isThereInAnotherForm(TableRow row) {
    for (String path :
        List.of(UnicodeForms.composed(row.path()), UnicodeForms.decomposed(row.path()))) {
      try {
        if (!path.equals(row.path()) && find(path, path).isPresent()) {
          return true;
        }
      } catch (IOException e) {
        return false;
      }
    }
    return false;
  }

  private Optional<Found> existing(String image) throws IOException {
    Path path;
    try {
      path = Path.of(image).normalize();
    } catch (InvalidPathException e) {
      throw new IOException(
          "expected an image's path, found " + image + ": " + PathNames.reason(e), e);
    }
    File file = root.resolve(path).toFile();
    if (!file.isFile()) {
      return Optional.empty();
    }
    Path absoluteRoot = root.toAbsolutePath().normalize();
    boolean inside = path.isAbsolute() && path.startsWith(absoluteRoot);
    return Optional.of(
        new Found(ImageFiles.text(inside ? absoluteRoot.relativize(path) : path), file.length()));
  }

  private Optional<Found> withExtension(String image) throws IOException {
    if (stems.isOnly(image)) { // As nearly always: the next row's file has the same extension.
      Optional<Found> found = existing(image + lastExtension);
      if (found.isPresent()) {
        return found;
      }
    }
    List<Found> found = new ArrayList<>();
    for (String extension : ImageFiles.extensions()) {
      for (String ending : List.of(extension, extension.toUpperCase(Locale.ROOT))) {
        Optional<Found> file = existing(image + ending);
        if (file.isPresent() && found.stream().noneMatch(other -> isSame(other, file.get()))) {
          found.add(file.get());
          lastExtension = ending;
        }
      }
    }
    if (found.size() > 1) {
      throw new IOException(
          "expected one image "
              + image
              + " in "
              + root
              + ", found "
              + found.get(0).name()
              + " and "
              + found.get(1).name()
              + "; write the extension into the table");
    }
    return found.stream().findFirst();
  }

  /** Where capitals do not matter, one file has both names. */
  private boolean isSame(Found a, Found b) {
    try {
      return Files.isSameFile(root.resolve(a.name()), root.resolve(b.name()));
    } catch (IOException e) {
      return false;
    }
  }

  /** What to do about a missing image: the folder that it is in, if it is near. */
  String advice(TableRow row) {
    if (isThereInAnotherForm(row)) {
      return ""; // As its message says.
    }
    String general =
        "paths are relative to the table's folder; --images DIR names another one (for a data set,"
            + " not for --unlabeled-data); if the image is gone for good, remove the row";
    int folders = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, Files::isDirectory)) {
      for (Path folder : entries) {
        if (++folders > MOST_FOLDERS) {
          break;
        }
        if (new TableFiles(folder).holds(row)) {
          return "it is in "
              + folder
              + ": add --images "
              + folder
              + ", or, in a table of --unlabeled-data, write paths relative to the table's folder,"
              + " or absolute ones";
        }
      }
    } catch (IOException e) {
      return general + " (cannot list " + root + ": " + IoFailures.reason(e) + ")";
    }
    return general;
  }

  /** Whether a row's file is there. */
  boolean holds(TableRow row) {
    return only(row).isPresent();
  }

  /** A row's file; empty if there is none, or several. */
  Optional<Found> only(TableRow row) {
    try {
      return find(row.image(), row.path());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
