package com.example;

import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Files;
import java.nio.file.Path;

public class MinimalFixMatch {
  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    TrainingOptions options =
        TrainingOptions.builder("fixmatch").steps(Long.parseLong(args[1])).build();
    boolean begun = Files.exists(folder); // A run that was stopped is resumed where it was.
    try (TrainingRun run =
        begun ? TrainingRun.resume(folder) : TrainingRun.start(options, folder)) {
      if (run.train()) {
        System.out.println("test set: " + run.finish().test().teacher());
      }
    }
    RunCheckpoint best = RunCheckpoint.open(folder, Which.BEST);
    System.out.println(best.network(best.deployed()).classify(Path.of(args[2])).get(0));
  }
}
