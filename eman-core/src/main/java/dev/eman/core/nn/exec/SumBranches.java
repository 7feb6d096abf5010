package dev.eman.core.nn.exec;

import com.google.common.primitives.Ints;
import dev.eman.core.nn.layer.NormalizationLayerImpl;
import dev.eman.core.nn.layer.ResidualAddVertexImpl;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;

/** Normalisations that a residual sum does on the way, in one pass over memory instead of two. */
final class SumBranches {
  private SumBranches() {}

  /** Tells sums about those of their branches that end in a normalisation nobody else reads. */
  static void connect(GraphVertex[] vertices, int[] outputs) {
    for (GraphVertex vertex : vertices) {
      if (vertex instanceof ResidualAddVertexImpl sum) {
        VertexIndices[] sources = vertex.getInputVertices();
        for (int i = 0; i < sources.length; i++) {
          int source = sources[i].getVertexIndex();
          if (vertices[source] instanceof LayerVertex branch
              && branch.getLayerPreProcessor() == null
              && branch.getLayer() instanceof NormalizationLayerImpl normalization
              && normalization.layerConf().getDataFormat() == sum.format()
              && branch.getOutputVertices().length == 1
              && !Ints.contains(outputs, source)) {
            sum.normalize(i, normalization);
          }
        }
      }
    }
  }
}
