package dev.eman.similarity.simmatch;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.oracle.Oracle;
import dev.eman.similarity.OracleSteps;
import dev.eman.similarity.Similarities;
import dev.eman.similarity.SimilarityAlgorithm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

class SimMatchOracleTest {
  private static final String CASE = "simmatch_eman";

  @Test
  void fiveSteps_equalPyTorch() {
    OracleSteps steps =
        new OracleSteps(
            "simmatch",
            CASE,
            Map.of(
                "teacher_temperature", 0.1,
                "student_temperature", 0.2,
                "semantic_share", 0.8,
                "first_step", 1));
    steps.setInitial("bank");
    steps.setInitial("bank_labels");
    steps.check("loss_in", List.of("bank", "bank_labels"), "u_weak", "u_strong");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void targets_ofPyTorchsOutputs_equalPyTorchs(int step) {
    Oracle oracle = new Oracle(CASE);
    String now = "step" + step + "/";
    INDArray bank = oracle.get("step" + (step - 1) + "/after/bank");
    ImmutableIntArray labels =
        ImmutableIntArray.copyOf(oracle.labels("step" + (step - 1) + "/after/bank_labels"));
    INDArray weak =
        oracle
            .get(now + "embeddings_teacher")
            .get(NDArrayIndex.interval(4, 24), NDArrayIndex.all());
    INDArray semantic = oracle.get(now + "semantic");
    INDArray near = Similarities.softmax(weak, bank, 0.1);
    Oracle.assertClose(
        "instance",
        oracle.get(now + "instance"),
        InstanceMatching.unfold(near, semantic, labels),
        1e-5);
    INDArray targets =
        SimilarityAlgorithm.mixed(0.8, semantic, InstanceMatching.fold(near, labels, 10));
    Oracle.assertClose("target", oracle.get(now + "target"), targets, 1e-5);
    INDArray mask = targets.max(1).gte(0.22).castTo(DataType.FLOAT);
    Oracle.assertClose("mask", oracle.get(now + "mask"), mask, 0);
  }
}
