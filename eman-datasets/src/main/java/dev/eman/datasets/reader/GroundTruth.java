package dev.eman.datasets.reader;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import dev.eman.datasets.DatasetException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The classes of ImageNet's validation images, which their names do not tell. */
final class GroundTruth {
  static final String TRUTH = "ILSVRC2012_validation_ground_truth.txt";
  static final String SOLUTION = "LOC_val_solution.csv";
  static final String SYNSETS = "meta.txt";
  static final String CLSLOC = "map_clsloc.txt";
  private static final String DEVKIT = "ILSVRC2012_devkit_t12/data";

  /** The challenge's classes; the devkit's list continues with their hypernyms. */
  private static final int CLASSES = 1000;

  private static final Pattern IMAGE =
      Pattern.compile("ILSVRC2012_val_(\\d{8})\\.jpe?g", Pattern.CASE_INSENSITIVE);
  private static final Splitter WORDS = Splitter.onPattern("\\s+").omitEmptyStrings().trimResults();

  private final ImmutableList<Path> files;
  private final ImmutableList<String> wnids;
  private final Map<Integer, String> byImage;

  private GroundTruth(
      ImmutableList<Path> files, ImmutableList<String> wnids, Map<Integer, String> byImage) {
    this.files = files;
    this.wnids = wnids;
    this.byImage = byImage;
  }

  /** The classes by code point. */
  ImmutableList<String> wnids() {
    return wnids;
  }

  /**
   * The files that are needed, those that name the classes last.
   *
   * @throws DatasetException if there are none
   */
  static ImmutableList<Path> find(Path root) {
    List<Path> folders = List.of(root.resolve(DEVKIT), root);
    Path truth = first(folders, TRUTH);
    if (Files.isRegularFile(truth)) {
      Path synsets = first(folders, SYNSETS);
      Path clsloc = first(folders, CLSLOC);
      if (Files.isRegularFile(synsets)) {
        return ImmutableList.of(truth, synsets);
      }
      if (Files.isRegularFile(clsloc)) {
        return ImmutableList.of(truth, clsloc);
      }
    }
    Path solution = first(folders, SOLUTION);
    if (Files.isRegularFile(solution)) {
      return ImmutableList.of(solution);
    }
    throw new DatasetException(
        "expected the classes of ImageNet's validation images in "
            + root
            + " or in "
            + folders.get(0)
            + ", as one of: "
            + TRUTH
            + " together with "
            + SYNSETS
            + " (line k: the wnid with ILSVRC2012_ID k) or "
            + CLSLOC
            + " (lines \"wnid ID name\"); "
            + SOLUTION
            + ". Found "
            + (Files.isRegularFile(truth) ? truth + " alone" : "none of them")
            + "; add what is missing, or sort the images into val/<wnid>/");
  }

  /** Reads what {@link #find} found. */
  static GroundTruth read(ImmutableList<Path> files) {
    return files.size() == 1 ? solution(files) : truth(files);
  }

  /**
   * The class of an image.
   *
   * @throws DatasetException if it is not listed
   */
  String wnid(String image, Object where) {
    Matcher matcher = IMAGE.matcher(image);
    String wnid = matcher.matches() ? byImage.get(Integer.parseInt(matcher.group(1))) : null;
    if (wnid == null) {
      throw new DatasetException(
          where
              + ": expected images named ILSVRC2012_val_00000001.JPEG and on, each with its class"
              + " in "
              + files.get(0)
              + ", found "
              + image
              + ", which is not listed there; remove it, or see that the two belong together");
    }
    return wnid;
  }

  /** Sees that as many images were found as are listed. */
  void checkCount(int images, Object where) {
    if (images != byImage.size()) {
      throw new DatasetException(
          files.get(0)
              + ": expected one line for each image in "
              + where
              + ", found "
              + byImage.size()
              + " lines and "
              + images
              + " images; complete the one or the other");
    }
  }

  private static GroundTruth truth(ImmutableList<Path> files) {
    Path truth = files.get(0);
    ImmutableList<String> synsets = synsets(files.get(1));
    Map<Integer, String> byImage = new HashMap<>();
    for (String line : lines(truth)) {
      int image = byImage.size() + 1;
      int id = number(line);
      if (id < 1 || id > synsets.size()) {
        throw new DatasetException(
            truth
                + ", line "
                + image
                + ": expected an ILSVRC2012_ID from 1 to "
                + synsets.size()
                + ", the number of classes in "
                + files.get(1)
                + ", found "
                + line);
      }
      byImage.put(image, synsets.get(id - 1));
    }
    return new GroundTruth(
        files, ImmutableList.sortedCopyOf(ImageFiles.BY_CODE_POINT, synsets), byImage);
  }

  /** The classes by ILSVRC2012_ID; the first is that with ID 1. */
  private static ImmutableList<String> synsets(Path file) {
    List<String> lines = lines(file);
    String[] wnids = new String[Math.min(lines.size(), CLASSES)];
    boolean numbered = file.endsWith(CLSLOC);
    int line = 0;
    for (String text : lines) {
      line++;
      List<String> words = WORDS.splitToList(text);
      int id = !numbered ? line : words.size() < 2 ? 0 : number(words.get(1));
      if (words.isEmpty() || id < 1 || (numbered && id > lines.size())) {
        throw new DatasetException(
            file
                + ", line "
                + line
                + ": expected "
                + (numbered ? "\"wnid ID name\" with an ID from 1 to " + lines.size() : "a wnid")
                + ", found \""
                + text
                + "\"");
      }
      if (id <= wnids.length) {
        wnids[id - 1] = words.get(0);
      }
    }
    List<String> found = new ArrayList<>();
    for (String wnid : wnids) {
      if (wnid == null || found.contains(wnid)) {
        throw new DatasetException(
            file
                + ": expected each class and each ID once, found "
                + (wnid == null ? "none with ID " + (found.size() + 1) : wnid + " twice"));
      }
      found.add(wnid);
    }
    if (!numbered
        && wnids.length == CLASSES
        && found.equals(ImmutableList.sortedCopyOf(ImageFiles.BY_CODE_POINT, found))) {
      throw new DatasetException(
          file
              + ": expected the wnids in the order of ILSVRC2012_ID, found them in alphabetical"
              + " order, in which every label would be wrong; take the order from the devkit's"
              + " meta.mat");
    }
    return ImmutableList.copyOf(found);
  }

  private static GroundTruth solution(ImmutableList<Path> files) {
    Path file = files.get(0);
    Map<Integer, String> byImage = new HashMap<>();
    List<String> lines = lines(file);
    for (int i = 1; i < lines.size(); i++) { // The first line is the heading.
      int comma = lines.get(i).indexOf(',');
      List<String> words = WORDS.splitToList(lines.get(i).substring(comma + 1));
      Matcher matcher = IMAGE.matcher(lines.get(i).substring(0, Math.max(comma, 0)) + ".jpg");
      if (words.isEmpty()
          || !matcher.matches()
          || byImage.put(Integer.parseInt(matcher.group(1)), words.get(0)) != null) {
        throw new DatasetException(
            file
                + ", line "
                + (i + 1)
                + ": expected an image not listed before and its wnid, as in"
                + " \"ILSVRC2012_val_00000001,n01751748 111 108 428 367\", found \""
                + lines.get(i)
                + "\"");
      }
    }
    return new GroundTruth(
        files,
        byImage.values().stream()
            .distinct()
            .sorted(ImageFiles.BY_CODE_POINT)
            .collect(ImmutableList.toImmutableList()),
        Collections.unmodifiableMap(byImage));
  }

  /** Without empty lines at the end. */
  private static List<String> lines(Path file) {
    List<String> lines;
    try {
      lines = new ArrayList<>(Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new DatasetException("cannot read " + file + ": " + e, e);
    }
    lines.replaceAll(String::strip);
    while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    return lines;
  }

  /** Zero for what is no number. */
  private static int number(String text) {
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
  }

  /** Where the file is, or, if it is nowhere, where it might be. */
  private static Path first(List<Path> folders, String name) {
    for (Path folder : folders) {
      if (Files.isRegularFile(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    return folders.get(0).resolve(name);
  }
}
