package dev.eman.spark.ring;

import com.google.common.net.HostAndPort;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Rank 0 of a ring of two, byte by byte: it knows the secret, and then does what a test wants. */
final class RawPeer implements Closeable {
  static final int LISTENER = 1;
  static final int CONNECTOR = 2;
  static final int WELCOME = 3;

  final ServerSocket server;
  private final RingSecret secret;
  private final SSLContext tls;
  Socket bare;
  Socket toOther;
  Socket fromOther;
  byte[] hello;
  byte[] proof;

  RawPeer(RingSecret secret) throws IOException {
    this(secret, null);
  }

  /**
   * With a context for TLS, or without.
   *
   * @param tls null for connections that are not encrypted
   */
  RawPeer(RingSecret secret, SSLContext tls) throws IOException {
    this.secret = secret;
    this.tls = tls;
    this.server = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
  }

  HostAndPort address() {
    return HostAndPort.fromParts("127.0.0.1", server.getLocalPort());
  }

  /** Joins the ring with both connections. */
  void join(HostAndPort other, RingOptions options) throws IOException {
    connect(other, new Hello(0, 1, 2, options.bucketFloats(), options.messageBytes()).encode());
    byte[] answer = challenge();
    proof = secret.prove((byte) CONNECTOR, hello, Arrays.copyOf(answer, Hello.PROOF_BYTES));
    toOther.getOutputStream().write(proof);
    read(toOther, Hello.PROOF_BYTES);
    accept();
  }

  void connect(HostAndPort other, byte[] message) throws IOException {
    hello = message;
    bare = new Socket(other.getHost(), other.getPort());
    toOther = bare;
    if (tls != null) {
      toOther = tls.getSocketFactory().createSocket(bare, other.getHost(), other.getPort(), true);
    }
    toOther.getOutputStream().write(hello);
  }

  /** The listener's nonce and proof. */
  byte[] challenge() throws IOException {
    return read(toOther, 2 * Hello.PROOF_BYTES);
  }

  private void accept() throws IOException {
    fromOther = server.accept();
    if (tls != null) {
      SSLSocket socket =
          (SSLSocket)
              tls.getSocketFactory().createSocket(fromOther, (ByteArrayInputStream) null, true);
      socket.setNeedClientAuth(true);
      fromOther = socket;
    }
    byte[] greeting = read(fromOther, Hello.BYTES);
    byte[] nonce = Hello.nonce();
    fromOther.getOutputStream().write(nonce);
    fromOther.getOutputStream().write(secret.prove((byte) LISTENER, greeting, nonce));
    byte[] answer = read(fromOther, Hello.PROOF_BYTES);
    fromOther.getOutputStream().write(secret.prove((byte) WELCOME, greeting, nonce, answer));
  }

  static byte[] read(Socket socket, int count) throws IOException {
    byte[] bytes = new byte[count];
    new DataInputStream(socket.getInputStream()).readFully(bytes);
    return bytes;
  }

  /** Sends a header, and so many zeros behind it. */
  void send(Frame frame, int bytes) throws IOException {
    ByteBuf out = Unpooled.buffer();
    frame.write(out);
    out.writeZero(bytes);
    send(out.array(), out.readableBytes());
  }

  void send(byte[] bytes, int count) throws IOException {
    toOther.getOutputStream().write(bytes, 0, count);
  }

  /** The next frame on the connection that the other has made. */
  Frame receive() throws IOException {
    return Frame.read(Unpooled.wrappedBuffer(read(fromOther, Frame.BYTES)));
  }

  /** What the other says about its failure, on the connection that it has made. */
  String failure() throws IOException {
    Frame frame = receive();
    while (frame.type() != Frame.Type.FAILURE) {
      read(fromOther, frame.length());
      frame = receive();
    }
    return new String(read(fromOther, frame.length()), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    leave();
  }

  /** Closes all connections. */
  void leave() throws IOException {
    server.close();
    if (toOther != null) {
      toOther.close();
    }
    if (fromOther != null) {
      fromOther.close();
    }
  }
}
