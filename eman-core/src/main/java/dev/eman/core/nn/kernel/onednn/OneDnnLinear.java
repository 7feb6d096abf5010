package dev.eman.core.nn.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.Arrays;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;

/** A linear layer for inference. */
public final class OneDnnLinear {
  private OneDnnLinear() {}

  /**
   * {@code [n, in]} times weights {@code [out, in]}, in c order all; takes source, weights,
   * destination and bias.
   */
  public static DnnlOp forward(OneDnn context, long n, long in, long out, boolean withBias) {
    memory.desc source = OneDnn.plain(memory.format_tag.ab, n, in);
    memory.desc weights = OneDnn.plain(memory.format_tag.ab, out, in);
    memory.desc bias = OneDnn.plain(memory.format_tag.a, out);
    memory.desc destination = OneDnn.plain(memory.format_tag.ab, n, out);
    inner_product_forward.primitive_desc pd =
        new inner_product_forward.primitive_desc(
            OneDnn.engine(),
            dnnl.dnnl_forward_inference,
            source,
            weights,
            withBias ? bias : new memory.desc(),
            destination,
            OneDnn.attributes(),
            false);
    int[] arguments = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS};
    return new DnnlOp(
        context,
        new inner_product_forward(pd),
        pd,
        withBias ? arguments : Arrays.copyOf(arguments, 3),
        source,
        weights,
        destination,
        bias);
  }
}
