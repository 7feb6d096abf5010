package dev.eman.cli;

import dev.eman.core.EmanException;
import dev.eman.core.io.PathNames;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.UnlabeledPool;
import dev.eman.train.errors.PruningRule;
import dev.eman.train.options.WeightSource;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Converts command-line values to this program's types, and reports a wrong name as a usage error.
 */
final class Converters {
  private Converters() {}

  /** Registers the converters with a command. */
  static CommandLine register(CommandLine command) {
    return command
        .registerConverter(Path.class, converter(PathNames::parse))
        .registerConverter(DatasetProvider.class, converter(Datasets::named))
        .registerConverter(AugmentationPreset.class, converter(AugmentationPreset::named))
        .registerConverter(UnlabeledPool.class, converter(UnlabeledPool::named))
        .registerConverter(PruningRule.class, converter(PruningRule::named))
        .registerConverter(CorruptImages.class, converter(CorruptImages::named))
        .registerConverter(WeightSource.class, converter(WeightSource::parse))
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
