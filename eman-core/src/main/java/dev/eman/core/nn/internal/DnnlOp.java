package dev.eman.core.nn.internal;

import dev.eman.core.EmanException;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.javacpp.Pointer;

/**
 * A oneDNN primitive with its argument list built once: running it sets the addresses and allocates
 * nothing. Belongs to one thread.
 */
final class DnnlOp {
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
   * @param arguments oneDNN's argument numbers, in the order in which {@link #run} takes addresses
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
      memory m = new memory(last ? scratchpad : descriptors[i], OneDnn.engine(), null);
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
   * @param addresses of the arguments in their order; those of optional arguments that the
   *     primitive was built without stand last and are ignored
   */
  void run(long... addresses) {
    int count = memories.length - 1;
    for (int i = 0; i < count; i++) {
      dnnl.dnnl_memory_set_data_handle(memories[i], address.at(addresses[i]));
    }
    if (scratchpadBytes > 0) {
      dnnl.dnnl_memory_set_data_handle(
          memories[count], address.at(context.scratchpad(scratchpadBytes)));
      count++;
    }
    int status = dnnl.dnnl_primitive_execute(handle, queue, count, arguments);
    if (status != dnnl.dnnl_success) {
      throw new EmanException(
          "oneDNN: " + owner.getClass().getSimpleName() + " failed with status " + status);
    }
  }

  /** A pointer whose address can be changed, so that none is created per call. */
  private static final class Address extends Pointer {
    Address at(long address) {
      this.address = address;
      return this;
    }
  }
}
