package dev.eman.weights;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Opens tensor files of any supported format. */
public final class TensorFiles {
  private static final int TAR_MAGIC_AT = 257;
  private static final int HEAD = 512;

  private TensorFiles() {}

  /**
   * Opens a file of PyTorch (zip or legacy) or of safetensors, recognised by its content, not its
   * name.
   *
   * @throws EmanException if it is missing, damaged or something else
   */
  public static TensorFile open(Path file) {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD);
    } catch (NoSuchFileException e) {
      throw new EmanException("expected weights at " + file + ", found nothing", e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + e, e);
    }
    if (startsWith(head, 0, "PK\003\004")) {
      return PyTorchZip.open(file);
    }
    if (head.length > 1 && (head[0] & 0xff) == 0x80 && head[1] >= 2 && head[1] <= 5) {
      return PyTorchLegacy.open(file);
    }
    if (head.length > 9 && head[8] == '{' && head[7] == 0) {
      return SafeTensors.open(file);
    }
    if (new String(head, StandardCharsets.UTF_8).contains("\"weight_map\"")) {
      throw new EmanException(
          file
              + ": expected weights, found an index of several safetensors files, which are not read"
              + " together; save them as one file in Python (safetensors.torch.save_file)");
    }
    throw new EmanException(
        file
            + ": expected weights of PyTorch (.pt, .pth, .pth.tar) or safetensors, found "
            + (startsWith(head, TAR_MAGIC_AT, "ustar")
                ? "a tar archive; unpack it first"
                : head.length == 0 ? "an empty file" : "another file"));
  }

  private static boolean startsWith(byte[] head, int at, String magic) {
    for (int i = 0; i < magic.length(); i++) {
      if (at + i >= head.length || head[at + i] != magic.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
