package dev.eman.train;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.loss.ClassWeights;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.optimizer.GroupedRates;
import dev.eman.core.optimizer.Lars;
import dev.eman.core.optimizer.OptimizerConfiguration;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.optimizer.WeightDecayScope;
import dev.eman.train.options.OptimizerOptions;
import dev.eman.train.options.TrainingOptions;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/**
 * Creates a run's networks and optimiser, and the algorithm that trains them.
 *
 * @param options of the run
 * @param channels of the images
 * @param classes of the data
 * @param labeled number of images with labels
 * @param unlabeled images used without labels
 * @param totalSteps of the whole schedule
 * @param classWeights how much the labels of each class weigh; null for the mean over all labels
 */
public record AlgorithmFactory(
    TrainingOptions options,
    int channels,
    int classes,
    int labeled,
    int unlabeled,
    long totalSteps,
    @Nullable ClassWeights classWeights) {

  /**
   * Creates an algorithm; every call returns an equal one.
   *
   * @param from the backbone's initial weights; null for random ones
   * @throws dev.eman.core.UsageException for an unknown network
   */
  public StudentTeacherAlgorithm create(@Nullable InitialWeights from) {
    AlgorithmProvider provider = options.provider();
    Backbone backbone = Backbones.named(options.backbone(), channels);
    ComputationGraph graph =
        provider.network(backbone, classes, options.algorithmOptions(), options.seed());
    if (from != null) {
      from.load(graph, backbone);
    }
    Student student = new Student(graph, optimizer(options.optimizer(), backbone, graph));
    if (options.optimizer().maxGradientNorm() > 0) {
      student.clipGradientNorm(options.optimizer().maxGradientNorm());
    }
    return Algorithms.create(
        provider,
        AlgorithmContext.builder(student, options.algorithmOptions())
            .classes(classes)
            .labeledImages(labeled)
            .unlabeledImages(unlabeled)
            .totalSteps(totalSteps)
            .seed(options.seed())
            .classWeights(classWeights)
            .build());
  }

  private static OptimizerConfiguration optimizer(
      OptimizerOptions options, Backbone backbone, ComputationGraph graph) {
    OptimizerConfiguration all =
        switch (options.kind()) {
          case LARS ->
              Lars.excludingBiasesAndNormalization(options.momentum(), options.weightDecay());
          case SGD ->
              options.weightDecayScope() == WeightDecayScope.ALL
                  ? Sgd.decayingAll(options.momentum(), options.nesterov(), options.weightDecay())
                  : Sgd.excludingBiasesAndNormalization(
                      options.momentum(), options.nesterov(), options.weightDecay());
        };
    if (options.backboneLearningRate() == null) {
      return all;
    }
    Set<String> body =
        GraphParts.upTo(graph, backbone.featureVertex()).getConfiguration().getVertices().keySet();
    Set<String> head = new TreeSet<>(graph.getConfiguration().getVertices().keySet());
    head.removeAll(body);
    head.removeIf(name -> graph.getVertex(name).numParams() == 0);
    return new GroupedRates(all, head, options.backboneLearningRate() / options.learningRate());
  }
}
