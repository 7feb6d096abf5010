package dev.eman.moco.ressl;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.loss.Directions;
import dev.eman.moco.internal.Similarities;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce3.Dot;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The loss of ReSSL (Zheng et al. 2021, equations 2 to 4): the cross-entropy between the relations
 * of the teacher's keys to a bank and those of the student's embeddings,
 *
 * <p>{@code L = −1/N Σᵢ Σⱼ softmax(kᵢ·b/τₜ)ⱼ log softmax(qᵢ·b/τₛ)ⱼ}, {@code q} as in {@link
 * Directions}.
 *
 * <p>The gradient is with respect to the raw embeddings z; keys and bank are constants. Both
 * matrices {@code [N, K]} of similarities are reused from step to step.
 */
final class RelationLoss {
  private final double studentTemperature;
  private final Similarities ofStudent;
  private final Similarities ofTeacher;

  RelationLoss(double studentTemperature, double teacherTemperature) {
    this.studentTemperature = studentTemperature;
    this.ofStudent = new Similarities(studentTemperature);
    this.ofTeacher = new Similarities(teacherTemperature);
  }

  /**
   * The loss.
   *
   * @param value mean over the embeddings
   * @param gradient {@code [N, D]} with respect to the raw embeddings
   * @param directions the embeddings {@code [N, D]}, of unit length
   * @param targets the teacher's relations {@code [N, K]}, rows that sum to 1; valid until the next
   *     call
   * @param largest the largest of each row of the targets, its mean over the rows
   */
  record Result(
      double value, INDArray gradient, INDArray directions, INDArray targets, double largest) {}

  /**
   * Computes value and gradient.
   *
   * @param embeddings z, {@code [N, D]}; read
   * @param keys k, {@code [N, D]}, of unit length; read
   * @param bank b, {@code [K, D]} in c order, of unit length; read
   */
  Result of(INDArray embeddings, INDArray keys, INDArray bank) {
    checkArgument(
        keys.equalShapes(embeddings) && bank.size(1) == embeddings.size(1),
        "keys: expected the embeddings' shape [%s, %s] and a bank of the same width",
        embeddings.size(0),
        embeddings.size(1));
    int n = (int) embeddings.size(0);
    Directions directions = Directions.of(embeddings);
    INDArray targets = ofTeacher.of(keys, bank);
    Similarities.Softmax target = Similarities.Softmax.inPlace(targets);
    INDArray rows = ofStudent.of(directions.unit(), bank);
    double[] agreement = Nd4j.exec(new Dot(targets, rows, 1)).data().asDouble();
    Similarities.Softmax softmax = Similarities.Softmax.inPlace(rows);
    double loss = 0;
    double largest = 0;
    for (int i = 0; i < n; i++) {
      loss += (softmax.logSum(i) - agreement[i]) / n;
      largest += target.probability(i) / n;
    }
    INDArray gradient = Similarities.weighted(rows.subi(targets), bank);
    gradient.divi(n * studentTemperature);
    return new Result(
        loss, directions.backwardInPlace(gradient), directions.unit(), targets, largest);
  }
}
