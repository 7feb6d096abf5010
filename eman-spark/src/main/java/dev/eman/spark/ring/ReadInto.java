package dev.eman.spark.ring;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a channel read straight into the memory where the bytes belong, once it is told where; into
 * Netty's pooled buffers before.
 */
@SuppressWarnings("deprecation") // Of the handle, for which Netty's channels ask.
final class ReadInto implements RecvByteBufAllocator {
  /** Of one channel before it is the turn of the others. */
  private static final int READS = 16;

  private final RecvByteBufAllocator pooled =
      new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS);
  private @Nullable Supplier<@Nullable ByteBuf> targets;

  /** Where to read from now on: into what {@code next} gives, unless that is null. */
  void redirect(Supplier<@Nullable ByteBuf> next) {
    targets = next;
  }

  @Override
  public Handle newHandle() {
    return new Redirected(pooled.newHandle());
  }

  private final class Redirected extends DelegatingHandle implements ExtendedHandle {
    Redirected(Handle handle) {
      super(handle);
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      ByteBuf target = targets == null ? null : targets.get();
      return target == null ? super.allocate(allocator) : target;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return ((ExtendedHandle) delegate()).continueReading(maybeMore);
    }
  }
}
