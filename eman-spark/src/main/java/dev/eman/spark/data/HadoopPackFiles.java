package dev.eman.spark.data;

import dev.eman.core.io.IoFailures;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.packed.PackFiles;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A packed set in one of Hadoop's file systems; what was read once is kept on this machine. */
final class HadoopPackFiles implements PackFiles {
  private static final Logger LOG = LoggerFactory.getLogger(HadoopPackFiles.class);

  private final String place;
  private final FileSystem files;
  private final PackCache cache;
  private final Map<String, Archive> opened = new HashMap<>();

  private record Archive(FSDataInputStream in, long bytes) {}

  private HadoopPackFiles(String place, FileSystem files, PackCache cache) {
    this.place = place;
    this.files = files;
    this.cache = cache;
  }

  static HadoopPackFiles at(String place, Configuration configuration) {
    try {
      return new HadoopPackFiles(
          place, new Path(place).getFileSystem(configuration), new PackCache(configuration));
    } catch (IOException e) {
      throw new DatasetException("cannot open " + place + ": " + IoFailures.reason(e), e);
    }
  }

  @Override
  public String place() {
    return place;
  }

  @Override
  public InputStream open(String name) throws IOException {
    return files.open(new Path(place, name));
  }

  @Override
  public long size(String name) throws IOException {
    return files.getFileStatus(new Path(place, name)).getLen();
  }

  @Override
  public void read(String name, long position, byte[] into, int length) throws IOException {
    if (cache.read(name, position, into, length)) {
      return;
    }
    Archive archive = archive(name);
    try {
      archive.in().readFully(position, into, 0, length);
    } catch (IOException e) {
      // A connection that was idle for long may be gone.
      LOG.debug("{}: {}; opening it again", name, IoFailures.reason(e));
      again(name, archive).in().readFully(position, into, 0, length);
    }
    cache.keep(name, archive.bytes(), position, into, length);
  }

  private synchronized Archive archive(String name) throws IOException {
    Archive archive = opened.get(name);
    if (archive == null) {
      archive = new Archive(files.open(new Path(place, name)), size(name));
      opened.put(name, archive);
    }
    return archive;
  }

  private synchronized Archive again(String name, Archive broken) throws IOException {
    if (opened.remove(name, broken)) {
      close(broken);
    }
    return archive(name);
  }

  private static void close(Archive archive) {
    try {
      archive.in().close();
    } catch (IOException e) {
      LOG.debug("cannot close a file: {}", IoFailures.reason(e));
    }
  }

  /** Not the file system, which others use too. */
  @Override
  public synchronized void close() {
    opened.values().forEach(HadoopPackFiles::close);
    opened.clear();
    cache.close();
  }
}
