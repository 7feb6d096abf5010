package dev.eman.core.model;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.GroupedRates;
import dev.eman.core.optimizer.Sgd;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** DL4J joins a vertex's name and a parameter's key by an underscore; both may have some. */
class UnderscoredKeysTest {
  /** A linear layer with keys of its own. */
  @SuppressWarnings("serial")
  private static final class Projection extends SameDiffLayer {
    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
      return InputType.feedForward(2);
    }

    @Override
    public void defineParameters(SDLayerParams parameters) {
      parameters.addWeightParam("proj_W", 3, 2);
      parameters.addBiasParam("proj_b", 1, 2);
    }

    @Override
    public void initializeParameters(Map<String, INDArray> parameters) {
      parameters.values().forEach(values -> values.assign(0.5));
    }

    @Override
    public SDVariable defineLayer(
        SameDiff graph, SDVariable input, Map<String, SDVariable> parameters, SDVariable mask) {
      return input.mmul(parameters.get("proj_W")).add(parameters.get("proj_b"));
    }
  }

  private static ComputationGraph network() {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .updater(new NoOp())
                .miniBatch(false)
                .graphBuilder()
                .addInputs("in")
                .addLayer("fc_1", Backbone.linear(4, 3), "in")
                .addLayer("head_1", new Projection(), "fc_1")
                .addLayer("last", Backbone.linear(2, 2), "head_1")
                .setOutputs("last")
                .build());
    network.init();
    return network;
  }

  private static void step(Student student) {
    student.forward(Nd4j.ones(5, 4));
    student.backward(Nd4j.ones(5, 2));
    student.step(0.1);
  }

  @Test
  void entries_haveVertexAndKey() {
    ParameterTable table = ParameterTable.of(network());
    assertEquals(
        List.of("fc_1_W", "fc_1_b", "head_1_proj_W", "head_1_proj_b", "last_W", "last_b"),
        table.names());
    ParameterTable.Entry entry = table.entries().get(2);
    assertEquals(List.of("head_1", "proj_W"), List.of(entry.vertex(), entry.key()));
  }

  @Test
  void step_studentAndTeacher_move() {
    Student student = new Student(network(), Sgd.decayingAll(0.9, false, 1e-4));
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED, "head_1");
    TeacherUpdate update = new TeacherUpdate(student, teacher, MomentumSchedule.constant(0));
    INDArray before = student.parameters().get(student.graph(), "head_1_proj_W");
    assertSameValues(before, teacher.parameters().get(teacher.graph(), "head_1_proj_W"));
    step(student);
    update.apply();
    INDArray after = student.parameters().get(student.graph(), "head_1_proj_W");
    assertNotEquals(before, after);
    assertSameValues(after, teacher.parameters().get(teacher.graph(), "head_1_proj_W"));
  }

  @Test
  void step_groupedRates_knowTheHead() {
    GroupedRates rates = new GroupedRates(Sgd.decayingAll(0, false, 0), Set.of("head_1"), 0);
    Student student = new Student(network(), rates);
    ComputationGraph before = network();
    before.setParams(student.graph().params().dup());
    step(student);
    for (ParameterTable.Entry entry : student.parameters().entries()) {
      INDArray old = ParameterTable.view(before, entry);
      INDArray now = ParameterTable.view(student.graph(), entry);
      assertEquals(!entry.vertex().equals("head_1"), old.equals(now), entry.name());
    }
  }
}
