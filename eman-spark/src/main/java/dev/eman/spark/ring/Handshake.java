package dev.eman.spark.ring;

import com.google.common.base.Throwables;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of a connection prove that they know the secret, by HMACs over both ends' nonces, their
 * ranks and the stage:
 *
 * <pre>
 * connecting end              listening end
 * hello with a nonce     -&gt;
 *                        &lt;-   nonce, proof over both
 * proof over all of it   -&gt;
 *                        &lt;-   proven verdict: welcome, or that the two rings differ
 * </pre>
 *
 * <p>Every message has one length, and whoever sends more is refused. The listening end proves
 * first, so that nobody has to show a proof to a stranger that it found at an address. Afterwards
 * the handler stays, reads nothing, and gives on what came behind when it is removed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Handlers hear of failures.
abstract class Handshake extends ByteToMessageDecoder {
  private static final byte LISTENER = 1;
  private static final byte CONNECTOR = 2;
  private static final byte WELCOME = 3;
  private static final byte DIFFERENT = 4;

  /** How a handshake ends. */
  interface End {
    /** Both have proved the secret. */
    void proven();

    /** They have, but are not of one mind about the ring. */
    void different(String found);

    /** The other end is a stranger, or is gone; the connection is closed. */
    void failed(Refusal why, String detail);
  }

  /** Why a handshake has failed. */
  enum Refusal {
    /** Said or proved something else than one who knows the secret. */
    STRANGER,
    /** Closed before the end. */
    CLOSED
  }

  final RingSecret secret;
  final Hello expected;
  private final End end;
  private boolean over;

  private Handshake(RingSecret secret, Hello expected, End end) {
    this.secret = secret;
    this.expected = expected;
    this.end = end;
  }

  /** The end that connects and says {@code hello}. */
  static Handshake connector(RingSecret secret, Hello hello, End end) {
    return new Connector(secret, hello, end);
  }

  /** The end that listens, and expects {@code hello}. */
  static Handshake listener(RingSecret secret, Hello hello, End end) {
    return new Listener(secret, hello, end);
  }

  /** Takes a step of the conversation if its bytes are there. */
  abstract void talk(ChannelHandlerContext ctx, ByteBuf in);

  @Override
  protected final void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (!over) {
      talk(ctx, in);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    fail(ctx, Refusal.CLOSED, "closed before the end of the handshake");
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    super.userEventTriggered(ctx, event);
    if (event instanceof SslHandshakeCompletionEvent tls && !tls.isSuccess()) {
      exceptionCaught(ctx, tls.cause());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable root = Throwables.getRootCause(cause);
    if (root instanceof NotSslRecordException) { // Its message is all that has come.
      fail(ctx, Refusal.STRANGER, "does not speak TLS, as this ring does");
    } else if (root instanceof CertificateException) {
      fail(ctx, Refusal.STRANGER, String.valueOf(root.getMessage()));
    } else if (root instanceof ClosedChannelException) {
      fail(ctx, Refusal.CLOSED, "closed before the end of the handshake of TLS");
    } else {
      fail(ctx, Refusal.CLOSED, "closed it (" + root.getMessage() + ")");
    }
  }

  final void fail(ChannelHandlerContext ctx, Refusal why, String detail) {
    ctx.close();
    if (!over) {
      over = true;
      end.failed(why, detail);
    }
  }

  final void pass(ChannelHandlerContext ctx) {
    ctx.channel().config().setAutoRead(false);
    over = true;
    end.proven();
  }

  final void differ(ChannelHandlerContext ctx, String found) {
    over = true;
    ctx.close();
    end.different(found);
  }

  static void send(ChannelHandlerContext ctx, byte[]... parts) {
    ctx.writeAndFlush(Unpooled.wrappedBuffer(parts));
  }

  static byte[] take(ByteBuf in, int count) {
    byte[] bytes = new byte[count];
    in.readBytes(bytes);
    return bytes;
  }

  private static final class Connector extends Handshake {
    private final byte[] hello;
    private byte @Nullable [] challenge;
    private byte[] answer = new byte[0];

    Connector(RingSecret secret, Hello hello, End end) {
      super(secret, hello, end);
      this.hello = hello.encode();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      send(ctx, hello);
    }

    @Override
    void talk(ChannelHandlerContext ctx, ByteBuf in) {
      if (challenge == null) {
        if (in.readableBytes() >= 2 * Hello.PROOF_BYTES) {
          prove(ctx, take(in, Hello.PROOF_BYTES), take(in, Hello.PROOF_BYTES));
        }
      } else if (in.readableBytes() >= Hello.PROOF_BYTES) {
        judge(ctx, take(in, Hello.PROOF_BYTES), challenge);
      }
    }

    private void prove(ChannelHandlerContext ctx, byte[] nonce, byte[] proof) {
      if (MessageDigest.isEqual(proof, secret.prove(LISTENER, hello, nonce))) {
        challenge = nonce;
        answer = secret.prove(CONNECTOR, hello, nonce);
        send(ctx, answer);
      } else {
        fail(ctx, Refusal.STRANGER, "does not know the secret of " + secret.stage());
      }
    }

    private void judge(ChannelHandlerContext ctx, byte[] verdict, byte[] nonce) {
      if (MessageDigest.isEqual(verdict, secret.prove(WELCOME, hello, nonce, answer))) {
        pass(ctx);
      } else if (MessageDigest.isEqual(verdict, secret.prove(DIFFERENT, hello, nonce, answer))) {
        differ(ctx, "not " + expected);
      } else {
        fail(ctx, Refusal.STRANGER, "sent a verdict that is not proven");
      }
    }
  }

  private static final class Listener extends Handshake {
    private final byte[] nonce = Hello.nonce();
    private byte @Nullable [] hello;

    Listener(RingSecret secret, Hello hello, End end) {
      super(secret, hello, end);
    }

    @Override
    void talk(ChannelHandlerContext ctx, ByteBuf in) {
      int length = hello == null ? Hello.BYTES : Hello.PROOF_BYTES;
      if (in.readableBytes() > length || (hello == null && !Hello.canBegin(in))) {
        fail(ctx, Refusal.STRANGER, "sent something else than a worker of " + secret.stage());
      } else if (in.readableBytes() == length) {
        byte[] message = take(in, length);
        if (hello == null) {
          hello = message;
          send(ctx, nonce, secret.prove(LISTENER, message, nonce));
        } else {
          judge(ctx, message, hello);
        }
      }
    }

    private void judge(ChannelHandlerContext ctx, byte[] proof, byte[] greeting) {
      if (!MessageDigest.isEqual(proof, secret.prove(CONNECTOR, greeting, nonce))) {
        fail(ctx, Refusal.STRANGER, "does not know the secret of " + secret.stage());
      } else if (expected.isIn(greeting)) {
        send(ctx, secret.prove(WELCOME, greeting, nonce, proof));
        pass(ctx);
      } else {
        send(ctx, secret.prove(DIFFERENT, greeting, nonce, proof));
        differ(ctx, Hello.describe(greeting));
      }
    }
  }
}
