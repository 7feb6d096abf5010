package dev.eman.datasets.reader;

import dev.eman.core.io.IoFailures;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.packed.PackFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A packed set in a folder of this machine. */
public final class LocalPackFiles implements PackFiles {
  private final Path folder;
  private final Map<String, PositionalFile> opened = new HashMap<>();

  /** The folder's files, which are opened when they are read. */
  public LocalPackFiles(Path folder) {
    this.folder = folder;
  }

  @Override
  public String place() {
    return folder.toString();
  }

  @Override
  public InputStream open(String name) throws IOException {
    return Files.newInputStream(folder.resolve(name));
  }

  @Override
  public long size(String name) throws IOException {
    return Files.size(folder.resolve(name));
  }

  @Override
  public void read(String name, long position, byte[] into, int length) throws IOException {
    file(name).readFully(into, length, position);
  }

  private synchronized PositionalFile file(String name) throws IOException {
    PositionalFile file = opened.get(name);
    if (file == null) {
      file = new PositionalFile(folder.resolve(name));
      opened.put(name, file);
    }
    return file;
  }

  @Override
  public synchronized void close() {
    for (PositionalFile file : opened.values()) {
      try {
        file.close();
      } catch (IOException e) {
        throw new DatasetException("cannot close " + file.path() + ": " + IoFailures.reason(e), e);
      }
    }
    opened.clear();
  }
}
