package dev.eman.moco;

import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.Reduction;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.eval.EmbeddingSpread;
import dev.eman.core.loss.Directions;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.GraphParts;
import dev.eman.moco.internal.InfoNce;
import dev.eman.moco.internal.KeyQueue;
import dev.eman.moco.internal.QueueSize;
import dev.eman.moco.internal.ShuffledGroups;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Momentum contrast: the student's query is trained to find the teacher's key of another view of
 * the same image among the keys of former batches:
 *
 * <p>{@code L = −log( exp(q·k/T) / (exp(q·k/T) + Σ_queue exp(q·n/T)) )}
 *
 * <p>He et al. 2020 (arXiv 1911.05722), version 2 Chen et al. 2020 (arXiv 2003.04297); with EMAN
 * Cai et al. 2021 (arXiv 2101.08482), section 3.2. Requires two views and no labels. The order is
 * as published: queries, teacher update, keys; the keys enter the queue after the step.
 *
 * <p>If the teacher normalises with its batch, keys reveal which images shared their batch, which
 * is why MoCo shuffles batches across devices. An EMAN teacher's keys depend only on their image:
 * no shuffling is needed, and one device is enough. {@link MocoConfig#shuffleGroups} is the paper's
 * baseline on one device.
 */
public final class Moco extends StudentTeacherAlgorithm {
  private static final String KEYS = "keys";

  private final MocoConfig config;
  private final KeyQueue queue;
  private final ShuffledGroups groups;
  private final InfoNce contrast;

  /**
   * MoCo on two networks whose only output is an embedding {@code [N, D]}, as {@link MocoHead}
   * makes them.
   */
  public Moco(Student student, Teacher teacher, TeacherUpdate update, MocoConfig config) {
    this(student, teacher, update, config, 0);
  }

  /**
   * The same with a seed of its own.
   *
   * @param seed of the orders that batches are shuffled in
   */
  public Moco(
      Student student, Teacher teacher, TeacherUpdate update, MocoConfig config, long seed) {
    super(student, teacher, update);
    this.config = config;
    this.groups = new ShuffledGroups(config.shuffleGroups(), seed);
    this.contrast = new InfoNce(config.temperature());
    this.queue =
        new KeyQueue(
            config.queueSize(),
            GraphParts.outputWidth(student.graph()),
            student.parameters().dataType(),
            config.queueSize());
  }

  /**
   * The keys used as negatives.
   *
   * @return {@code [queue, D]}, rows of length 1; a view of the algorithm's memory
   */
  public INDArray queue() {
    return queue.keys();
  }

  @Override
  protected int passes() {
    return config.symmetric() ? 2 : 1;
  }

  @Override
  protected Map<String, INDArray> state() {
    return queue.state();
  }

  @Override
  protected LossTerms computeLoss(StepContext context) {
    INDArray queryView = context.batch().view(context.pass());
    INDArray keyView = context.batch().view(1 - context.pass());
    QueueSize.checkHolds(config.queueSize(), keyView.size(0)); // While nothing has moved.
    ShuffledGroups.checkDivides(config.shuffleGroups(), keyView.size(0));
    INDArray embeddings = groups.student(context, queryView);
    context.updateTeacher();
    INDArray keys = Directions.of(groups.teacher(context, keyView)).unit();
    InfoNce.Result result = contrast.of(embeddings, keys, queue.keys());
    context.contribute(KEYS, Reduction.GATHER, keys);
    return LossTerms.builder()
        .loss("loss_contrast", result.value())
        .metric("contrast_top1", result.top1() / passes())
        .metric(EmbeddingSpread.METRIC, EmbeddingSpread.of(result.directions()) / passes())
        .gradient(result.gradient())
        .build();
  }

  @Override
  protected void afterStep(Batch batch, Contributions contributions) {
    queue.add(contributions.get(KEYS));
  }
}
