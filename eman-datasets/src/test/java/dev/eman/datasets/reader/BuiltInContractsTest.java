package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ReaderSamples.png;
import static dev.eman.datasets.reader.ReaderSamples.tar;
import static dev.eman.datasets.reader.ReaderSamples.write;
import static dev.eman.datasets.reader.RecordSamples.bytes;
import static dev.eman.datasets.reader.RecordSamples.idx;
import static dev.eman.datasets.reader.RecordSamples.join;
import static dev.eman.datasets.reader.RecordSamples.values;

import dev.eman.datasets.DatasetContractTest;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** Every data set of this module, on its own or on small generated data. */
class BuiltInContractsTest {
  private static final int CIFAR_IMAGE = 3 * 32 * 32;
  private static final int STL_IMAGE = 3 * 96 * 96;

  @Nested
  class FashionMnistMini extends DatasetContractTest {
    @Override
    protected DatasetProvider provider(Path folder) {
      return new FashionMnistMiniProvider();
    }

    @Override
    protected void writeData(Path folder, int variant) {}

    @Override
    protected boolean comesWithData() {
      return true;
    }
  }

  /** A data set that is found by name in a folder of its name. */
  private abstract static class Named extends DatasetContractTest {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    abstract void writeIn(Path folder, int variant) throws IOException;

    @Override
    protected DatasetProvider provider(Path folder) {
      return Datasets.named(name);
    }

    @Override
    protected void writeData(Path folder, int variant) throws IOException {
      writeIn(folder.resolve(name), variant);
    }
  }

  private abstract static class Idx extends Named {
    Idx(String name) {
      super(name);
    }

    @Override
    void writeIn(Path folder, int variant) throws IOException {
      for (String part : List.of("train", "t10k")) {
        int seed = 2 * variant + (part.equals("train") ? 0 : 1);
        write(
            folder,
            part + "-images-idx3-ubyte",
            idx(0x803, new int[] {3, 28, 28}, values(3 * 28 * 28, seed)));
        write(folder, part + "-labels-idx1-ubyte", idx(0x801, new int[] {3}, bytes(9, 0, seed)));
      }
    }
  }

  @Nested
  class Mnist extends Idx {
    Mnist() {
      super("mnist");
    }
  }

  @Nested
  class FashionMnist extends Idx {
    FashionMnist() {
      super("fashion-mnist");
    }
  }

  @Nested
  class Kmnist extends Idx {
    Kmnist() {
      super("kmnist");
    }
  }

  @Nested
  class Cifar10 extends Named {
    Cifar10() {
      super("cifar10");
    }

    @Override
    void writeIn(Path folder, int variant) throws IOException {
      byte[] record = join(bytes(9), values(CIFAR_IMAGE, 2 * variant));
      write(folder, "data_batch_1.bin", join(record, bytes(0), values(CIFAR_IMAGE, 7)));
      write(folder, "test_batch.bin", join(bytes(3), values(CIFAR_IMAGE, 2 * variant + 1)));
    }
  }

  @Nested
  class Cifar100 extends Named {
    Cifar100() {
      super("cifar100");
    }

    @Override
    void writeIn(Path folder, int variant) throws IOException {
      byte[] record = join(bytes(19, 99), values(CIFAR_IMAGE, 2 * variant));
      write(folder, "train.bin", join(record, bytes(0, 0), values(CIFAR_IMAGE, 7)));
      write(folder, "test.bin", join(bytes(1, 50), values(CIFAR_IMAGE, 2 * variant + 1)));
    }
  }

  @Nested
  class Stl10 extends Named {
    Stl10() {
      super("stl10");
    }

    @Override
    void writeIn(Path folder, int variant) throws IOException {
      write(folder, "train_X.bin", join(values(STL_IMAGE, 3 * variant), values(STL_IMAGE, 8)));
      write(folder, "train_y.bin", bytes(10, 1));
      write(folder, "test_X.bin", values(STL_IMAGE, 3 * variant + 1));
      write(folder, "test_y.bin", bytes(5));
      write(folder, "unlabeled_X.bin", values(STL_IMAGE, 3 * variant + 2));
    }
  }

  @Nested
  class Svhn extends Named {
    Svhn() {
      super("svhn");
    }

    @Override
    void writeIn(Path folder, int variant) throws IOException {
      MatSamples mat = new MatSamples(ByteOrder.LITTLE_ENDIAN);
      byte[] train = join(values(CIFAR_IMAGE, 3 * variant), values(CIFAR_IMAGE, 8));
      write(folder, "train_32x32.mat", mat.svhn(train, bytes(10, 1)));
      write(folder, "test_32x32.mat", mat.svhn(values(CIFAR_IMAGE, 3 * variant + 1), bytes(5)));
      write(folder, "extra_32x32.mat", mat.svhn(values(CIFAR_IMAGE, 3 * variant + 2), bytes(9)));
    }
  }

  @Nested
  class ImageNetFolders extends Named {
    ImageNetFolders() {
      super("imagenet");
    }

    @Override
    void writeIn(Path folder, int variant) throws IOException {
      ImageNetSamples.makeTrainFolders(folder);
      ImageNetSamples.makeTruth(folder);
      ImageNetSamples.makeFlatVal(folder);
      if (variant == 1) { // Names and sizes count, so other pixels would not do.
        write(folder, "train/n01/n01_9.JPEG", png(5));
        write(folder, "val/" + ImageNetSamples.valName(4), noise());
      }
    }
  }

  @Nested
  class ImageNetArchives extends Named {
    ImageNetArchives() {
      super("imagenet");
    }

    @Override
    void writeIn(Path folder, int variant) throws IOException {
      Map<String, byte[]> train = new LinkedHashMap<>();
      for (String wnid : List.of("n03", "n01", "n02")) {
        Map<String, byte[]> images = ImageNetSamples.trainImages(wnid);
        if (variant == 1) {
          images.put(wnid + "_9.JPEG", png(5));
        }
        train.put(wnid + ".tar", tar(images));
      }
      write(folder, ImageNetSamples.TRAIN_TAR, tar(train));
      ImageNetSamples.makeTruth(folder);
      Map<String, byte[]> val = new LinkedHashMap<>();
      for (int i = 1; i <= ImageNetSamples.VAL_WNIDS.size(); i++) {
        val.put(ImageNetSamples.valName(i), variant == 0 ? png(i * 999) : noise());
      }
      write(folder, ImageNetSamples.VAL_TAR, tar(val));
    }
  }

  @Nested
  class Folder extends DatasetContractTest {
    @Override
    protected DatasetProvider provider(Path folder) {
      return Datasets.named(folder.toString());
    }

    @Override
    protected void writeData(Path folder, int variant) throws IOException {
      for (String part : List.of("train", "test", "unlabeled")) {
        write(folder, part + "/cat/" + part + variant + ".png", png(1));
        write(folder, part + "/dog/2.png", png(2));
      }
      write(folder, "unlabeled/3.png", png(3));
    }
  }

  /** A PNG of another size in bytes than one colour's. */
  private static byte[] noise() {
    return ReaderSamples.image("jpg", 12345);
  }
}
