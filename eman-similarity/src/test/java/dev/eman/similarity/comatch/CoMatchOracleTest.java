package dev.eman.similarity.comatch;

import dev.eman.core.algorithm.StepContext;
import dev.eman.core.oracle.Oracle;
import dev.eman.similarity.OracleSteps;
import dev.eman.similarity.Similarities;
import dev.eman.similarity.SimilarityAlgorithm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CoMatchOracleTest {
  @ParameterizedTest
  @CsvSource({"eman, 0.125", "none, 0.13"})
  void fiveSteps_equalPyTorch(String teacher, double edges) {
    OracleSteps steps =
        new OracleSteps(
            "comatch",
            "comatch_" + teacher,
            Map.of(
                "teacher",
                teacher,
                "temperature",
                0.2,
                "own_share",
                0.6,
                "edge_threshold",
                edges,
                "queue",
                48));
    steps.check(
        "loss_c", List.of("queue", "queue_probabilities"), "u_weak", "u_strong", "u_strong2");
  }

  @ParameterizedTest
  @CsvSource({"eman, 2, 0.125", "eman, 4, 0.125", "none, 3, 0.13"})
  void targetsAndGraph_ofPyTorchsOutputs_equalPyTorchs(String teacher, int step, double edges) {
    Oracle oracle = new Oracle("comatch_" + teacher);
    String now = "step" + step + "/";
    String before = "step" + (step - 1) + "/after/";
    INDArray all =
        oracle.get(now + (teacher.equals("none") ? "embeddings_student" : "embeddings_teacher"));
    INDArray near =
        Similarities.softmax(StepContext.rows(all, 4, 24), oracle.get(before + "queue"), 0.2);
    INDArray targets =
        SimilarityAlgorithm.mixed(
            0.6,
            oracle.get(now + "aligned"),
            near.mmul(oracle.get(before + "queue_probabilities")));
    Oracle.assertClose("target", oracle.get(now + "target"), targets, 1e-5);
    INDArray mask = targets.max(1).gte(0.22).castTo(DataType.FLOAT);
    Oracle.assertClose("mask", oracle.get(now + "mask"), mask, 0);
    Oracle.assertClose(
        "graph",
        oracle.get(now + "graph"),
        Nd4j.createFromArray(GraphContrast.graph(targets, edges)),
        1e-5);
  }
}
