package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.EmanException;
import dev.eman.core.internal.NativeBuffer;
import dev.eman.core.internal.NativeFloats;
import java.lang.ref.Reference;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A oneDNN primitive with its argument list built once: running it sets the addresses and allocates
 * nothing. It takes arrays, never addresses, and keeps them until the primitive has run
 * (docs/architecture.md, "Native arrays and the garbage collector"). Belongs to one thread.
 */
public final class DnnlOp {
  private static final long[] NO_OFFSETS = new long[16]; // As many as any primitive has operands.

  private final OneDnn context;
  private final primitive owner;
  private final memory[] owners;
  private final dnnl_primitive handle;
  private final dnnl_memory[] memories;
  private final dnnl_exec_arg_t arguments;
  private final dnnl_stream queue;
  private final long scratchpadBytes;
  private final Address address = new Address();

  /**
   * @param arguments oneDNN's argument numbers, in the order in which {@link #run} takes arrays
   * @param descriptors the memory descriptor of each
   */
  DnnlOp(
      OneDnn context,
      primitive compiled,
      primitive_desc_base descriptor,
      int[] arguments,
      memory.desc... descriptors) {
    this.context = context;
    this.owner = compiled;
    this.handle = compiled.get();
    memory.desc scratchpad = descriptor.scratchpad_desc();
    this.scratchpadBytes = scratchpad.get_size();
    int count = arguments.length + 1;
    this.owners = new memory[count];
    this.memories = new dnnl_memory[count];
    this.arguments = new dnnl_exec_arg_t(count);
    this.queue = context.queue().get();
    for (int i = 0; i < count; i++) {
      boolean last = i == arguments.length;
      // The binding refuses null; what is here is replaced before the primitive runs.
      memory m = new memory(last ? scratchpad : descriptors[i], OneDnn.engine(), descriptor);
      owners[i] = m;
      memories[i] = m.get();
      this.arguments
          .position(i)
          .arg(last ? dnnl.DNNL_ARG_SCRATCHPAD : arguments[i])
          .memory(memories[i]);
    }
    this.arguments.position(0);
  }

  /**
   * Runs it.
   *
   * @param operands the arguments in their order; those of optional arguments that the primitive
   *     was built without stand last and are ignored
   */
  public void run(@Nullable INDArray... operands) {
    run(NO_OFFSETS, operands);
  }

  /**
   * Runs it on parts of arrays.
   *
   * @param offsets one for each of the operands, in bytes
   */
  void run(long[] offsets, @Nullable INDArray... operands) {
    NativeBuffer scratchpad = context.scratchpad(scratchpadBytes);
    int status;
    try {
      status = execute(offsets, operands, scratchpad);
    } finally {
      Reference.reachabilityFence(operands);
      Reference.reachabilityFence(scratchpad);
      Reference.reachabilityFence(this);
    }
    if (status != dnnl.dnnl_success) {
      throw new EmanException(
          "oneDNN: " + owner.getClass().getSimpleName() + " failed with status " + status);
    }
  }

  private int execute(long[] offsets, @Nullable INDArray[] operands, NativeBuffer scratchpad) {
    int count = memories.length - 1;
    for (int i = 0; i < count; i++) {
      dnnl.dnnl_memory_set_data_handle(memories[i], address.at(address(operands[i]) + offsets[i]));
    }
    if (scratchpadBytes > 0) {
      dnnl.dnnl_memory_set_data_handle(memories[count], address.at(scratchpad.address()));
      count++;
    }
    return dnnl.dnnl_primitive_execute(handle, queue, count, arguments);
  }

  private static long address(@Nullable INDArray operand) {
    return operand == null ? 0 : NativeFloats.address(operand);
  }

  /** A pointer whose address can be changed, so that none is created per call. */
  private static final class Address extends Pointer {
    Address at(long address) {
      this.address = address;
      return this;
    }
  }
}
