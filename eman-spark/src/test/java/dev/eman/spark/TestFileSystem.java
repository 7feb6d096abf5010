package dev.eman.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** A file system of its own scheme, on this machine's disk, which can be made full or busy. */
public final class TestFileSystem extends RawLocalFileSystem {
  static final String SCHEME = "testfs";

  /** Bytes that may still be written. */
  static final AtomicLong FREE = new AtomicLong(Long.MAX_VALUE);

  /** How many of the next looks for a request to stop fail. */
  static final AtomicInteger BUSY = new AtomicInteger();

  static Configuration configure(Configuration configuration) {
    configuration.set("fs." + SCHEME + ".impl", TestFileSystem.class.getName());
    configuration.set("fs.AbstractFileSystem." + SCHEME + ".impl", Context.class.getName());
    return configuration;
  }

  /** The URI of a folder of this machine. */
  public static String uri(java.nio.file.Path folder) {
    return SCHEME + "://" + folder.toAbsolutePath();
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileStatus getFileStatus(Path file) throws IOException {
    if (file.getName().equals("stop") && BUSY.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IOException("503 Slow Down");
    }
    return super.getFileStatus(file);
  }

  /** Without permissions, which the superclass would ask a file of this machine for. */
  @Override
  public FileStatus[] listStatus(Path folder) throws IOException {
    return Arrays.stream(super.listStatus(folder))
        .map(
            file ->
                new FileStatus(
                    file.getLen(),
                    file.isDirectory(),
                    file.getReplication(),
                    file.getBlockSize(),
                    file.getModificationTime(),
                    file.getPath()))
        .toArray(FileStatus[]::new);
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
    return limited(super.create(file, permission, overwrite, buffer, replication, block, progress));
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
    return limited(
        super.createNonRecursive(file, permission, flags, buffer, replication, block, progress));
  }

  private static FSDataOutputStream limited(FSDataOutputStream out) throws IOException {
    return new FSDataOutputStream(
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int from, int length) throws IOException {
            if (FREE.addAndGet(-length) < 0) {
              throw new IOException("No space left on device");
            }
            out.write(bytes, from, length);
          }

          @Override
          public void close() throws IOException {
            out.close();
          }
        },
        null);
  }

  /** The same for Hadoop's newer interface. */
  public static final class Context extends DelegateToFileSystem {
    /** Called by Hadoop. */
    public Context(URI uri, Configuration configuration) throws IOException, URISyntaxException {
      super(uri, opened(uri, configuration), configuration, SCHEME, false);
    }

    private static TestFileSystem opened(URI uri, Configuration configuration) throws IOException {
      TestFileSystem files = new TestFileSystem();
      files.initialize(uri, configuration);
      return files;
    }
  }
}
