package dev.eman.train.fit;

import dev.eman.train.options.TrainingOptions;

/** How fast a machine is. */
interface Speeds {
  /** This machine, measured. */
  Speeds MEASURED =
      new Speeds() {
        @Override
        public double referenceMs() {
          return SpeedProbe.referenceMs();
        }

        @Override
        public double stepSeconds(TrainingOptions options, double most) {
          return SpeedProbe.stepSeconds(options, most);
        }
      };

  /** See {@link SpeedProbe#referenceMs}. */
  double referenceMs();

  /** See {@link SpeedProbe#stepSeconds}. */
  double stepSeconds(TrainingOptions options, double most);
}
