package dev.eman.spark.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.EnumSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * What Hadoop makes of S3, on this machine's disk: a file appears when it is closed, as far as it
 * was written, and writing it can be given up. Renaming, which copies there, is refused.
 */
public final class TestObjectStore extends RawLocalFileSystem {
  private static final String SCHEME = "testobjects";

  static Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.set("fs." + SCHEME + ".impl", TestObjectStore.class.getName());
    configuration.set("fs.AbstractFileSystem." + SCHEME + ".impl", Context.class.getName());
    return configuration;
  }

  static Path path(java.nio.file.Path file) {
    return new Path(SCHEME + "://" + file.toAbsolutePath());
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public boolean hasPathCapability(Path path, String capability) throws IOException {
    return capability.equals(CommonPathCapabilities.ABORTABLE_STREAM)
        || super.hasPathCapability(path, capability);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    throw new IOException("renamed");
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int buffer,
      short replication,
      long block,
      Progressable progress)
      throws IOException {
    return new FSDataOutputStream(new Upload(pathToFile(file).toPath()), null);
  }

  @Override
  public FSDataOutputStream createNonRecursive(
      Path file,
      FsPermission permission,
      EnumSet<CreateFlag> flags,
      int buffer,
      short replication,
      long block,
      Progressable progress)
      throws IOException {
    return new FSDataOutputStream(new Upload(pathToFile(file).toPath()), null);
  }

  private static final class Upload extends ByteArrayOutputStream implements Abortable {
    private final java.nio.file.Path file;
    private boolean over;

    Upload(java.nio.file.Path file) {
      this.file = file;
    }

    @Override
    public AbortableResult abort() {
      over = true;
      return new AbortableResult() {
        @Override
        public boolean alreadyClosed() {
          return false;
        }

        @Override
        public IOException anyCleanupException() {
          return null;
        }
      };
    }

    @Override
    public void close() throws IOException {
      if (!over) {
        over = true;
        java.nio.file.Files.write(file, toByteArray());
      }
    }
  }

  /** The same for Hadoop's newer interface. */
  public static final class Context extends DelegateToFileSystem {
    /** Called by Hadoop. */
    public Context(URI uri, Configuration configuration) throws IOException, URISyntaxException {
      super(uri, opened(uri, configuration), configuration, SCHEME, false);
    }

    private static TestObjectStore opened(URI uri, Configuration configuration) throws IOException {
      TestObjectStore files = new TestObjectStore();
      files.initialize(uri, configuration);
      return files;
    }
  }
}
