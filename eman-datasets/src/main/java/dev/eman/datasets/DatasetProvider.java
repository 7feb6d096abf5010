package dev.eman.datasets;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.fetch.RemoteFile;
import dev.eman.datasets.image.Orientation;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A data set that is known by name. A jar on the class path adds one by a public class with a
 * constructor without arguments, named in {@code
 * META-INF/services/dev.eman.datasets.DatasetProvider}.
 */
public interface DatasetProvider {
  /** As written on the command line: lower case, with hyphens. */
  String name();

  /** One line for lists. */
  String description();

  /** The parts that it is published in. */
  ImmutableSet<Part> parts();

  /** Mean and deviation of the training images' channels. */
  ChannelStatistics statistics();

  /**
   * Width and height in pixels that models are usually trained at: the images' own size where it is
   * fixed.
   */
  int imageSize();

  /**
   * Opens a part.
   *
   * @param directories where to look
   * @return the images, to be closed by the caller
   * @throws DatasetException if it is not found or damaged; the message says where it was looked
   *     for
   */
  ImageDataset open(Part part, DataDirectories directories);

  /**
   * What is done about the orientation that a camera notes in a photo's file: by default nothing,
   * as torchvision and published recipes do.
   */
  default Orientation orientation() {
    return Orientation.IGNORE;
  }

  /**
   * The same data set with another rule for {@link #orientation}. By default this one, as for data
   * sets whose images note none.
   */
  default DatasetProvider withOrientation(Orientation rule) {
    return this;
  }

  /** Whether a part is there, for lists; opens nothing. */
  boolean isPresent(Part part, DataDirectories directories);

  /**
   * What a user should know of how the parts were found, such as folders that are not used: whole
   * sentences without a full stop, for lines of their own. Often none.
   */
  default ImmutableList<String> notes() {
    return ImmutableList.of();
  }

  /**
   * Where the images lie, so that others can be told from them: folders, all of whose images count
   * as the data set's, and files of one image each. Those that serve no part are among them, such
   * as a table's for predictions, or a folder {@code test} that is left out. By default none, as
   * for images that have no files of their own.
   *
   * @param directories where to look
   * @throws DatasetException if they cannot be listed
   */
  default ImmutableList<Path> places(DataDirectories directories) {
    return ImmutableList.of();
  }

  /** Published files to fetch into {@link DataDirectories#fetched} of this name; often none. */
  default ImmutableList<RemoteFile> files() {
    return ImmutableList.of();
  }

  /** How a user comes by the data where {@link #files} is empty. */
  default Optional<String> howToObtain() {
    return Optional.empty();
  }
}
