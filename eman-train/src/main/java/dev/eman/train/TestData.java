package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.SubsetDataset;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The images that a run's final accuracies are of, labelled by the classes that it was trained on.
 *
 * @param images to measure on
 * @param kind what they are
 * @param notes what a user should know of them, one line each; often none
 * @param closing closes them
 */
public record TestData(
    ImageDataset images, TestImages kind, ImmutableList<String> notes, Runnable closing)
    implements AutoCloseable {
  /**
   * Opens them.
   *
   * @param data folder to search first; null for that of the run
   * @throws EmanException if they are missing, or other ones than the run left out
   */
  public static TestData open(RunCheckpoint checkpoint, @Nullable Path data) {
    OptionTexts own = checkpoint.optionTexts();
    OptionTexts texts = data == null ? own : own.with(DataOptions.DATA, data.toString());
    texts.checkFound(DataOptions.PLACES);
    TrainingOptions options = texts.resolve(checkpoint.file().toString());
    DataDirectories directories = options.data().directories();
    DatasetProvider provider = DataParts.provider(options.data(), directories);
    ClassList classes =
        checkpoint
            .classes()
            .orElseThrow(() -> new UsageException("expected a run on labelled images"));
    if (provider.parts().contains(Part.TEST)) {
      ImageDataset test = DataParts.openTest(provider, directories, classes);
      return new TestData(test, TestImages.TEST_SET, DataParts.notes(classes, test), test::close);
    }
    DataParts parts = DataParts.measured(options, checkpoint.runFiles().orElse(null), classes);
    TestData test =
        new TestData(
            parts.requireTest(),
            parts.holdOut() == null ? TestImages.VALIDATION : TestImages.HELD_OUT,
            parts.notes(),
            parts::close);
    String trained =
        parts.holdOut() == null && parts.train() instanceof SubsetDataset rest
            ? rest.whole().fingerprint() // Less the images for validation.
            : parts.train().fingerprint();
    if (!trained.equals(checkpoint.dataFingerprint())) {
      test.close();
      throw new EmanException(
          String.format(
              "%s: expected the images that the run was made of, to measure on those that it left"
                  + " out, found other ones (fingerprint %s, not %s); restore them, or give a folder"
                  + " of test images",
              provider.name(), trained, checkpoint.dataFingerprint()));
    }
    return test;
  }

  @Override
  public void close() {
    closing.run();
  }
}
