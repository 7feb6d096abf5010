package dev.eman.weights.onnx;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import dev.eman.core.EmanException;
import java.util.Locale;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/** An open ONNX model. One thread at a time; close it after use. */
public interface OnnxSession extends AutoCloseable {
  /** Types of a tensor's elements. */
  enum ElementType {
    FLOAT32,
    UINT8,
    /** Any other type, or no tensor. */
    OTHER
  }

  /**
   * An input or output.
   *
   * @param name in the model
   * @param type of the elements
   * @param typeName the type in the engine's words
   * @param shape sizes of the dimensions; -1 for any size
   */
  record Value(String name, ElementType type, String typeName, ImmutableLongArray shape) {
    /** Name, type and shape, such as {@code images, float [?, 3, 224, 224]}. */
    public String describe() {
      LongStream sizes = shape.stream();
      return String.format(
          Locale.ROOT,
          "%s, %s [%s]",
          name,
          typeName,
          Joiner.on(", ").join(sizes.mapToObj(n -> n < 0 ? "?" : Long.toString(n)).iterator()));
    }
  }

  /** The model's inputs, in its order. */
  ImmutableList<Value> inputs();

  /** The model's outputs, in its order. */
  ImmutableList<Value> outputs();

  /** What the model says about itself ({@code metadata_props}). */
  ImmutableMap<String, String> metadata();

  /**
   * Runs the model.
   *
   * @param input the name of its only input
   * @param values float32 or uint8 of the input's shape, in memory of any order; read
   * @param output the name of a float32 output
   * @return a new float32 array of any rank
   * @throws IllegalArgumentException if the values are of another type
   * @throws IllegalStateException if it was closed
   * @throws EmanException if the engine fails, or the output is of another type
   */
  INDArray run(String input, INDArray values, String output);

  /**
   * For those who read an array's memory: values one after the other in c order. ND4J says of a
   * permuted array that it is in c order and no view; only its strides tell.
   *
   * @param values of any shape and type; read
   * @return itself, if it has just these in its buffer, or a copy
   */
  static INDArray inOrder(INDArray values) {
    boolean ordered = values.ordering() == 'c' && Shape.hasDefaultStridesForShape(values);
    boolean whole = values.offset() == 0 && values.data().length() == values.length();
    return ordered && whole ? values : values.dup('c');
  }

  /** Frees the model; a second time nothing happens. */
  @Override
  void close();
}
