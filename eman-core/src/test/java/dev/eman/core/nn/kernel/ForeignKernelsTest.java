package dev.eman.core.nn.kernel;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.Backend;
import dev.eman.core.optimizer.Sgd;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network on kernels of another jar: {@link LoopKernels}. */
class ForeignKernelsTest {
  private record Run(INDArray before, INDArray after, INDArray inference, String backend) {}

  private static Run train(INDArray x) {
    Student student =
        new Student(Backbones.named("resnet8-w4").classifier(3, 1), Sgd.decayingAll(0.9, false, 0));
    INDArray before = student.parameters().vector().dup();
    INDArray logits = student.forward(x)[0];
    student.backward(SoftmaxCrossEntropy.withLabels(logits, new int[] {0, 1, 2, 0}).gradient());
    student.step(0.1);
    INDArray after = student.parameters().vector().dup();
    return new Run(before, after, student.infer(x)[0].dup(), Backend.describe());
  }

  @Test
  void step_andInference_onRequestedKernels_equalTheUsualOnes() {
    Nd4j.getRandom().setSeed(5);
    INDArray x = Nd4j.randn(4, 3, 8, 8);
    long calls = LoopKernels.INSTANCE.calls();
    Run usual = train(x);
    assertEquals(calls, LoopKernels.INSTANCE.calls(), "nobody asked for them");
    Run foreign = SystemProperties.with(KernelProviders.PROPERTY, "loops", () -> train(x));
    assertTrue(LoopKernels.INSTANCE.calls() > calls + 30, "forward, backward and inference");
    assertTrue(foreign.backend.contains("layers on loops"), foreign.backend);
    assertSameValues(usual.before, foreign.before);
    assertNotEquals(foreign.before, foreign.after);
    assertClose(usual.after, foreign.after, 1e-4);
    assertClose(usual.inference, foreign.inference, 1e-4);
  }
}
