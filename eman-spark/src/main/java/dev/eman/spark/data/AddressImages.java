package dev.eman.spark.data;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.FolderProvider;
import dev.eman.datasets.reader.ImageFolder;
import dev.eman.datasets.table.ImageTable;
import dev.eman.datasets.table.TablePart;
import dev.eman.spark.internal.HadoopFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A user's images in one of Hadoop's file systems: a folder with the layout that it would have on
 * this machine, or a table of images, whose paths are relative to its folder.
 */
public final class AddressImages {
  private static final Logger LOG = LoggerFactory.getLogger(AddressImages.class);
  private static final StructType COLUMNS =
      new StructType()
          .add("path", DataTypes.StringType)
          .add("name", DataTypes.StringType)
          .add("label", DataTypes.StringType);
  private static final StructType WITH_PARTS = COLUMNS.add("split", DataTypes.StringType);

  private final String address;
  private final Path root;
  private final FileSystem files;
  private final java.nio.file.Path work;

  private AddressImages(String address, Path root, FileSystem files, java.nio.file.Path work) {
    this.address = address;
    this.root = root;
    this.files = files;
    this.work = work;
  }

  /**
   * Whether there is a packed set.
   *
   * @throws DatasetException if the file system is not known, or does not answer
   */
  public static boolean arePacked(String address) {
    return new HadoopFormat().at(address).isPresent();
  }

  /**
   * The images at an address, listed but not read. Asks for the running Spark.
   *
   * @throws UsageException if there is nothing
   * @throws DatasetException if there are no images, or the table is not one of images
   */
  public static ImagePacking at(String address) {
    Configuration configuration = HadoopFiles.configuration();
    try {
      java.nio.file.Path work = Files.createTempDirectory("eman-images");
      try {
        Path root = new Path(address);
        AddressImages images =
            new AddressImages(address, root, root.getFileSystem(configuration), work);
        boolean folder = images.files.getFileStatus(root).isDirectory();
        return folder ? images.folder() : images.table();
      } catch (DatasetException e) { // Of the copy here.
        throw new DatasetException(
            String.valueOf(e.getMessage()).replace(work.toString(), parent(address)), e);
      } finally {
        MoreFiles.deleteRecursively(work, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (FileNotFoundException e) {
      throw new UsageException(
          "expected a folder of images, a table of images (.csv, .tsv) or packed images at "
              + address
              + ", found nothing; check the address",
          e);
    } catch (IOException | IllegalArgumentException e) {
      throw new EmanException("cannot read " + address + ": " + HadoopFiles.reason(e), e);
    }
  }

  private static String parent(String address) {
    String folder = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    return folder.substring(0, Math.max(folder.lastIndexOf('/'), 0));
  }

  private static ImagePacking packing(List<Row> rows, StructType columns) {
    return ImagePacking.of(SparkSession.builder().getOrCreate().createDataFrame(rows, columns))
        .image("path")
        .name("name");
  }

  private ImagePacking table() throws IOException {
    java.nio.file.Path copy = work.resolve(root.getName());
    if (!ImageTable.isTable(copy)) {
      throw new UsageException(
          address + ": expected a folder, or a table of images (.csv, .tsv), found another file");
    }
    try (InputStream in = files.open(root)) {
      Files.copy(in, copy);
    }
    Path folder = root.getParent();
    List<Row> rows = new ArrayList<>();
    boolean[] parts = {false};
    ImageTable.open(copy)
        .read(
            row -> {
              String part = row.part().map(TablePart::label).orElse("");
              parts[0] |= !part.isEmpty();
              rows.add(
                  RowFactory.create(
                      Datasets.isAddress(row.path())
                          ? row.path()
                          : new Path(folder, new Path(null, null, row.path())).toString(),
                      row.path(),
                      row.label(),
                      part));
            });
    return parts[0]
        ? packing(rows, WITH_PARTS)
        : packing(
            rows.stream()
                .map(row -> RowFactory.create(row.get(0), row.get(1), row.get(2)))
                .toList(),
            COLUMNS);
  }

  /** What the images of one folder are. */
  private record Kind(Part part, String label) {}

  /** Names below the root by their folder, which is empty for the root. */
  private ImagePacking folder() throws IOException {
    Map<String, List<String>> byFolder = new HashMap<>();
    Path whole = files.makeQualified(root);
    RemoteIterator<LocatedFileStatus> found = files.listFiles(whole, true);
    while (found.hasNext()) {
      String name = whole.toUri().relativize(found.next().getPath().toUri()).getPath();
      if (ImageFolder.isImage(name)) {
        String folder = name.substring(0, Math.max(name.lastIndexOf('/'), 0));
        byFolder.computeIfAbsent(folder, key -> new ArrayList<>()).add(name);
      }
    }
    Map<String, Kind> kinds = kinds(byFolder);
    List<Row> rows = new ArrayList<>();
    byFolder.forEach(
        (folder, names) -> {
          Kind kind = kinds.get(folder);
          if (kind != null) {
            for (String name : names) {
              rows.add(
                  RowFactory.create(
                      new Path(whole, new Path(null, null, name)).toString(),
                      name,
                      kind.label(),
                      kind.part().label()));
            }
          }
        });
    return packing(rows, WITH_PARTS).numbers(false);
  }

  /** What a folder's images are depends on its path alone, so one of each is enough to see it. */
  private Map<String, Kind> kinds(Map<String, List<String>> byFolder) throws IOException {
    java.nio.file.Path copy =
        Files.createDirectory(work.resolve(root.isRoot() ? "images" : root.getName()));
    try {
      for (List<String> names : byFolder.values()) {
        java.nio.file.Path file = copy.resolve(names.get(0));
        Files.createDirectories(file.getParent());
        Files.createFile(file);
      }
    } catch (InvalidPathException e) {
      throw new DatasetException(address + ": expected names of images, found " + e.getInput(), e);
    }
    FolderProvider provider = new FolderProvider(copy);
    Map<String, Kind> kinds = new HashMap<>();
    for (Part part : provider.parts()) {
      try (ImageDataset images = provider.open(part, DataDirectories.of(null))) {
        java.nio.file.Path top = java.nio.file.Path.of(images.name());
        for (int i = 0; i < images.size(); i++) {
          java.nio.file.Path image = copy.relativize(top.resolve(images.imageName(i)));
          java.nio.file.Path folder = image.getParent();
          int label = images.label(i);
          kinds.put(
              folder == null ? "" : folder.toString(),
              new Kind(
                  part, label == ImageDataset.UNLABELED ? "" : images.classNames().get(label)));
        }
      }
    }
    provider
        .notes()
        .forEach(note -> LOG.warn("{}", note.replace(work.toString(), parent(address))));
    return kinds;
  }
}
