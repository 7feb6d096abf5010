package dev.eman.core.nn.layer;

import com.google.common.collect.ImmutableMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Cuts a layer's part of the flat parameter vector into named, contiguous, c-ordered arrays. */
abstract class LayerParameters implements ParamInitializer {

  /** Names and shapes in the order of the flat vector. */
  abstract ImmutableMap<String, long[]> shapes(Layer layer);

  abstract void initialize(Layer layer, String key, INDArray view);

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return shapes(layer).values().stream().mapToLong(LayerParameters::length).sum();
  }

  private static long length(long[] shape) {
    long length = 1;
    for (long s : shape) {
      length *= s;
    }
    return length;
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return List.copyOf(shapes(layer).keySet());
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return paramKeys(layer).stream().filter(k -> isWeightParam(layer, k)).toList();
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return paramKeys(layer).stream().filter(k -> isBiasParam(layer, k)).toList();
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    Map<String, INDArray> views = cut(conf.getLayer(), paramsView);
    views.forEach(
        (key, view) -> {
          if (initializeParams) {
            initialize(conf.getLayer(), key, view);
          }
          conf.addVariable(key);
        });
    return Collections.synchronizedMap(views);
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return cut(conf.getLayer(), gradientView);
  }

  private Map<String, INDArray> cut(Layer layer, INDArray flat) {
    INDArray vector = flat.reshape(flat.length());
    Map<String, INDArray> views = new LinkedHashMap<>();
    long offset = 0;
    for (Map.Entry<String, long[]> e : shapes(layer).entrySet()) {
      long length = length(e.getValue());
      INDArray part = vector.get(NDArrayIndex.interval(offset, offset + length));
      views.put(e.getKey(), part.reshape('c', e.getValue()));
      offset += length;
    }
    return views;
  }
}
