package dev.eman.spark.ring;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A socket that listens for the ring's neighbour: made first, so that its address can be told to
 * the other workers. Nothing is accepted before {@link #join}.
 */
public final class RingServer implements AutoCloseable {
  private static final int BACKLOG = 128;

  private final ServerSocketChannel socket;
  private final HostAndPort address;
  private boolean used;

  private RingServer(ServerSocketChannel socket, HostAndPort address) {
    this.socket = socket;
    this.address = address;
  }

  /**
   * Listens at a free port.
   *
   * @param host an address or name of this machine under which the other workers reach it; not the
   *     wildcard
   * @throws RingException if it is none of this machine's
   */
  public static RingServer bind(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      checkArgument(
          !address.isAnyLocalAddress() && !host.isEmpty(),
          "host: expected one address of this machine, got \"%s\", which is all of them",
          host);
      return bind(address);
    } catch (IOException e) {
      throw new RingException(
          "cannot listen at "
              + host
              + " ("
              + e.getMessage()
              + "): expected an address of this machine that the other workers reach",
          e);
    }
  }

  private static RingServer bind(InetAddress address) throws IOException {
    ServerSocketChannel socket = ServerSocketChannel.open();
    try {
      socket.bind(new InetSocketAddress(address, 0), BACKLOG);
      int port = ((InetSocketAddress) socket.getLocalAddress()).getPort();
      return new RingServer(socket, HostAndPort.fromParts(address.getHostAddress(), port));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Where it listens; its text can be read again with {@link HostAndPort#fromString}. */
  public HostAndPort address() {
    return address;
  }

  /**
   * Joins a ring that does not encrypt, as {@link #join(List, int, RingSecret, RingCertificate,
   * RingOptions)} without a certificate.
   */
  public Ring join(List<HostAndPort> addresses, int rank, RingSecret secret, RingOptions options) {
    return join(addresses, rank, secret, null, options);
  }

  /**
   * Joins the ring: connects to the next rank, and waits for the one before. All workers call it
   * with the same addresses, secret, certificate and options. The socket is closed afterwards in
   * any case.
   *
   * @param addresses of all workers in the order of their ranks, this one's among them
   * @param rank of this worker, from 0
   * @param certificate with which all connections are encrypted, by TLS 1.3, and both ends of each
   *     show that they belong to the ring; null for connections that others may read
   * @throws RingException if a neighbour cannot be reached, does not come within the options'
   *     patience or is not of this ring; or when the thread is interrupted
   */
  public Ring join(
      List<HostAndPort> addresses,
      int rank,
      RingSecret secret,
      @Nullable RingCertificate certificate,
      RingOptions options) {
    checkArgument(
        rank >= 0 && rank < addresses.size(),
        "rank: expected 0 to %s, got %s",
        addresses.size() - 1,
        rank);
    checkArgument(
        addresses.get(rank).equals(address),
        "addresses: expected %s for rank %s, got %s",
        address,
        rank,
        addresses.get(rank));
    checkState(!used, "a server joins one ring");
    used = true;
    try (this) {
      return addresses.size() == 1
          ? Ring.alone(options)
          : new Joining(
                  socket,
                  List.copyOf(addresses),
                  rank,
                  secret,
                  certificate == null ? null : new RingTls(certificate),
                  options)
              .join();
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new RingException("cannot close " + address + ": " + e.getMessage(), e);
    }
  }
}
