package dev.eman.core.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * Brings {@link Kernels}. Providers are found by {@link java.util.ServiceLoader}: a jar with a
 * public class that has a public constructor without parameters, and its name in {@code
 * META-INF/services/dev.eman.core.nn.kernel.KernelProvider}, is all that it takes. Of those that
 * support a data type the one with the highest rank serves, unless the system property {@value
 * KernelProviders#PROPERTY} names another (see {@link KernelProviders#chosen}).
 *
 * <p>{@code KernelContractTest} in the core's test jar checks an implementation.
 */
public interface KernelProvider {

  /** A short name for users to choose it by, such as {@code onednn}; unique on the class path. */
  String name();

  /**
   * Which provider is preferred where several support a type: the highest. ND4J's operations, which
   * support everything, have 0, oneDNN 100.
   */
  int rank();

  /**
   * Whether {@link #kernels} works here: for this data type, with this backend, and with what
   * native code is installed. Asked whenever a layer is made, so the answer is quick and does not
   * change; a native library that is missing means false, never an exception or an error.
   *
   * @param type of all arrays that the kernels are given, bytes for pooling aside
   * @param backend where the arrays live: in the host's memory if {@code
   *     backend.getEnvironment().isCPU()}
   */
  boolean supports(DataType type, Nd4jBackend backend);

  /**
   * The kernels for a type that is supported. They are shared by all layers and threads.
   *
   * @param type for which {@link #supports} is true
   */
  Kernels kernels(DataType type);

  /**
   * What the log and a run's record say about the layers, such as name and version. Called only
   * where some type is supported.
   */
  default String description() {
    return name();
  }
}
