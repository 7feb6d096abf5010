package dev.eman.weights;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;

/** Common base of both PyTorch formats: a pickle of views of storages. */
abstract class PyTorchFile implements TensorFile {
  private final Path path;
  private final ImmutableMap<String, PyTorchStorage.View> views;
  private final ImmutableMap<String, TensorInfo> tensors;
  private final ImmutableMap<String, Unread> unread;

  PyTorchFile(Path path, TensorTree tree) {
    this.path = path;
    this.views = tree.tensors();
    this.unread = tree.unread();
    ImmutableMap.Builder<String, TensorInfo> infos = ImmutableMap.builder();
    views.forEach(
        (name, view) ->
            infos.put(
                name,
                new TensorInfo(
                    name, view.storage().type().read(), ImmutableList.copyOf(view.shape()))));
    this.tensors = infos.buildOrThrow();
  }

  @Override
  public final Path path() {
    return path;
  }

  @Override
  public final ImmutableMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public final ImmutableMap<String, Unread> unread() {
    return unread;
  }

  @Override
  public final void read(String name, Sink sink) {
    PyTorchStorage.View view = views.get(name);
    if (view == null) {
      throw new IllegalArgumentException(
          "tensor: expected one of " + tensors.keySet() + ", got \"" + name + "\"");
    }
    try {
      view.read(sink);
    } catch (IOException e) {
      throw PyTorchStorage.damaged(path + ", tensor " + name, e);
    }
  }
}
