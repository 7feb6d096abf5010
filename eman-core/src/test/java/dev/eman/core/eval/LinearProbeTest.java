package dev.eman.core.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.NonFiniteException;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LinearProbeTest {
  @Test
  void step_firstTwo_equalTheFormula() {
    double[][] x = {{1, 2}, {-1, 0.5}, {0.25, -3}};
    int[] y = {0, 2, 1};
    INDArray features = Nd4j.createFromArray(x).castTo(DataType.FLOAT);
    LinearProbe probe = new LinearProbe(2, 3);
    double[] w = new double[9]; // W row by row, then b.
    double[] v = new double[9];
    for (int step = 0; step < 2; step++) {
      double[] g = new double[9];
      double loss = 0;
      for (int i = 0; i < 3; i++) {
        double[] e = new double[3];
        double sum = 0;
        for (int c = 0; c < 3; c++) {
          e[c] = Math.exp(x[i][0] * w[c] + x[i][1] * w[3 + c] + w[6 + c]);
          sum += e[c];
        }
        loss -= Math.log(e[y[i]] / sum) / 3;
        for (int c = 0; c < 3; c++) {
          double d = (e[c] / sum - (c == y[i] ? 1 : 0)) / 3;
          g[c] += d * x[i][0];
          g[3 + c] += d * x[i][1];
          g[6 + c] += d;
        }
      }
      assertEquals(loss, probe.step(features, y, 0.5), 1e-6);
      for (int i = 0; i < 9; i++) {
        v[i] = 0.9 * v[i] + g[i];
        w[i] -= 0.5 * v[i];
      }
    }
    double[] found = probe.weights().dup('c').data().asDouble();
    for (int i = 0; i < 6; i++) {
      assertEquals(w[i], found[i], 1e-6);
    }
    for (int c = 0; c < 3; c++) {
      assertEquals(w[6 + c], probe.bias().getDouble(c), 1e-6);
    }
  }

  /** The protocol: whatever the classifier learns, network and features stay bit for bit. */
  @Test
  void training_onAFrozenNetwork_changesNothingButTheClassifier() {
    Nd4j.getRandom().setSeed(5);
    Backbone backbone = Backbones.named("resnet8-w4");
    Student student = new Student(backbone.classifier(3, 1), Sgd.decayingAll(0.9, false, 1e-4));
    student.forward(Nd4j.randn(8, 3, 8, 8)); // Statistics that are not the first ones.
    FeatureExtractor extractor = FeatureExtractor.of(student, backbone.featureVertex());
    float[] before = extractor.parameters().vector().toFloatVector();
    INDArray images = Nd4j.randn(12, 3, 8, 8);
    float[] features = extractor.features(images).dup('c').data().asFloat();
    LinearProbe probe = new LinearProbe(backbone.featureSize(), 3);
    int[] labels = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
    double first = probe.step(extractor.features(images), labels, 1);
    double last = first;
    for (int i = 0; i < 50; i++) {
      last = probe.step(extractor.features(images), labels, 1);
    }
    assertTrue(last < 0.9 * first, first + " then " + last);
    assertArrayEquals(before, extractor.parameters().vector().toFloatVector());
    assertArrayEquals(features, extractor.features(images).dup('c').data().asFloat());
  }

  @Test
  void evaluate_separableClusters_areLearned() {
    int n = 90;
    INDArray x = Nd4j.randn(n, 5).muli(0.3);
    int[] y = new int[n];
    for (int i = 0; i < n; i++) {
      y[i] = i % 3;
      x.putScalar(i, y[i], x.getDouble(i, y[i]) + 3);
    }
    Features data = new Features(x, ImmutableIntArray.copyOf(y));
    LinearProbe probe = new LinearProbe(5, 3);
    assertFalse(probe.evaluate(data).top1() > 0.5);
    for (int i = 0; i < 100; i++) {
      probe.step(x, y, 0.5);
    }
    assertEquals(1, probe.evaluate(data).top1());
  }

  @Test
  void step_nanFeatures_saysSoAndChangesNothing() {
    LinearProbe probe = new LinearProbe(2, 2);
    INDArray bad = Nd4j.createFromArray(new float[][] {{Float.NaN, 1}});
    assertThrows(NonFiniteException.class, () -> probe.step(bad, new int[] {1}, 1));
    assertEquals(0, probe.weights().sumNumber().doubleValue());
  }
}
