package dev.eman.similarity.simmatch;

import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.similarity.SimilarityAlgorithm;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Semantic and instance pseudo labels that correct each other. With p the aligned prediction for a
 * weak view, s its similarities to the embeddings of all labelled images (softmax at the teacher's
 * temperature), and c_j the class of the j-th of them:
 *
 * <p>{@code t_k = α p_k + (1 − α) Σ_{c_j = k} s_j} is the target of the strong view's prediction
 * where its maximum reaches the threshold, and {@code q_j ∝ s_j p_{c_j}} that of the strong view's
 * own similarities, of all images.
 *
 * <p>Zheng et al. 2022 (arXiv 2203.06915). The bank takes the labelled images' embeddings after
 * each step: the latest, or averages with {@code bankMomentum}, as the paper has them where there
 * is no teacher. Until it has seen as many as there are, targets are the aligned predictions and
 * there is no loss of instances.
 */
public final class SimMatch extends SimilarityAlgorithm {
  private final SimMatchConfig config;
  private final LabeledBank bank;

  /**
   * SimMatch.
   *
   * @param pair the teacher, EMAN or the EMA baseline; null for the student itself
   * @param labeledImages that batches' indices count
   */
  public SimMatch(
      Student student,
      TeacherSettings.@Nullable Pair pair,
      SimMatchConfig config,
      int labeledImages) {
    super(student, pair, config.common(), 1);
    this.config = config;
    this.bank =
        new LabeledBank(
            labeledImages,
            dimension(student),
            student.parameters().dataType(),
            config.bankMomentum());
  }

  @Override
  protected void beforeStep(Batch batch) {
    bank.check(batch);
  }

  @Override
  protected Relation relate(
      StepContext context, Embeddings embeddings, INDArray aligned, LossTerms.Builder terms) {
    LabeledBank.contribute(context, embeddings.labeled());
    if (!config.common().begins(context.step(), bank.hasSeenAll()) || bank.isEmpty()) {
      terms.loss("loss_in", 0);
      return new Relation(aligned, Nd4j.zerosLike(embeddings.strong()));
    }
    LabeledBank.Entries entries = bank.entries();
    InstanceMatching matching =
        InstanceMatching.of(embeddings.weak(), embeddings.strong(), aligned, entries, config);
    terms.loss("loss_in", matching.loss(), config.lambdaIn());
    INDArray agree = matching.folded().argMax(1).eq(aligned.argMax(1));
    terms.metric("bank_agreement", agree.castTo(aligned.dataType()).meanNumber().doubleValue());
    return new Relation(
        mixed(config.semanticShare(), aligned, matching.folded()),
        matching.gradient().muli(config.lambdaIn()));
  }

  @Override
  protected Map<String, INDArray> memory() {
    return bank.state();
  }

  @Override
  protected void remember(Contributions contributions) {
    bank.write(contributions);
  }
}
