package dev.eman.moco.ressl;

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
import dev.eman.moco.internal.KeyQueue;
import dev.eman.moco.internal.QueueSize;
import dev.eman.moco.internal.ShuffledGroups;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Relational self-supervised learning: the student's strong view must be as similar to each of the
 * teacher's past embeddings as the teacher's weak view of the same image is:
 *
 * <p>{@code L = −mean Σⱼ softmax(k·b/τₜ)ⱼ log softmax(q·b/τₛ)ⱼ}, τₜ below τₛ
 *
 * <p>Zheng et al. 2021 (arXiv 2107.09282), equations 2 to 4. Requires two views, the strong one
 * first, and no labels. The order is as published: the student's pass, teacher update, the
 * teacher's pass; the keys enter the queue after the step, so that no image is related to itself.
 *
 * <p>As MoCo, the published program shuffles batches across devices, since its teacher normalises
 * with its batch. An EMAN teacher's keys depend on their image alone.
 */
public final class Ressl extends StudentTeacherAlgorithm {
  private static final String KEYS = "keys";

  private final ResslConfig config;
  private final KeyQueue queue;
  private final ShuffledGroups groups;
  private final RelationLoss relations;

  /**
   * ReSSL on two networks whose only output is an embedding {@code [N, D]}, as {@link ResslHead}
   * makes them.
   */
  public Ressl(Student student, Teacher teacher, TeacherUpdate update, ResslConfig config) {
    this(student, teacher, update, config, 0);
  }

  /**
   * The same with a seed of its own.
   *
   * @param seed of the orders that batches are shuffled in
   */
  public Ressl(
      Student student, Teacher teacher, TeacherUpdate update, ResslConfig config, long seed) {
    super(student, teacher, update);
    this.config = config;
    this.groups = new ShuffledGroups(config.shuffleGroups(), seed);
    this.relations = new RelationLoss(config.studentTemperature(), config.teacherTemperature());
    this.queue =
        new KeyQueue(
            config.queueSize(),
            GraphParts.outputWidth(student.graph()),
            student.parameters().dataType(),
            config.queueSize());
  }

  /**
   * The embeddings that images are related to.
   *
   * @return {@code [queue, D]}, rows of length 1; a view of the algorithm's memory
   */
  public INDArray queue() {
    return queue.keys();
  }

  @Override
  protected Map<String, INDArray> state() {
    return queue.state();
  }

  @Override
  protected LossTerms computeLoss(StepContext context) {
    INDArray strong = context.batch().view(0);
    INDArray weak = context.batch().view(1);
    QueueSize.checkHolds(config.queueSize(), weak.size(0)); // While nothing has moved.
    ShuffledGroups.checkDivides(config.shuffleGroups(), weak.size(0));
    INDArray embeddings = groups.student(context, strong);
    context.updateTeacher();
    INDArray keys = Directions.of(groups.teacher(context, weak)).unit();
    RelationLoss.Result result = relations.of(embeddings, keys, queue.keys());
    context.contribute(KEYS, Reduction.GATHER, keys);
    return LossTerms.builder()
        .loss("loss_relation", result.value())
        .metric("relation_max", result.largest())
        .metric(EmbeddingSpread.METRIC, EmbeddingSpread.of(result.directions()))
        .gradient(result.gradient())
        .build();
  }

  @Override
  protected void afterStep(Batch batch, Contributions contributions) {
    queue.add(contributions.get(KEYS));
  }
}
