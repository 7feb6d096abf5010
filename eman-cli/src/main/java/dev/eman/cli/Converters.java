package dev.eman.cli;

import dev.eman.core.EmanException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.UnlabeledPool;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads our own types from the command line, so that a wrong name is a mistake in usage. */
final class Converters {
  private Converters() {}

  /** Teaches a command our types. */
  static CommandLine register(CommandLine command) {
    return command
        .registerConverter(DatasetProvider.class, converter(Datasets::named))
        .registerConverter(AugmentationPreset.class, converter(AugmentationPreset::named))
        .registerConverter(UnlabeledPool.class, converter(UnlabeledPool::named))
        .registerConverter(CorruptImages.class, converter(CorruptImages::named))
        .registerConverter(LabelAmount.class, converter(LabelAmount::parse));
  }

  private static <T> ITypeConverter<T> converter(Function<String, T> reader) {
    return text -> {
      try {
        return reader.apply(text);
      } catch (EmanException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }
}
