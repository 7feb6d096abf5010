package dev.eman.spark.ring;

import com.google.common.net.HostAndPort;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Makes the connections to both neighbours, in the time that the options' patience gives. */
@SuppressWarnings("FutureReturnValueIgnored") // Listeners hear of failures.
final class Joining {
  private static final long RETRY_MILLIS = 100;

  /** Bytes that one connection may have taken over and not given to the system yet. */
  private static final int UNDER_WAY = 1 << 20;

  private final ServerSocketChannel socket;
  private final List<HostAndPort> addresses;
  private final int rank;
  private final int next;
  private final int previous;
  private final RingSecret secret;
  private final @Nullable RingTls tls;
  private final RingOptions options;
  private final EventLoopGroup group;
  private final Doorman doorman;
  private final CompletableFuture<RingLoop> joined = new CompletableFuture<>();
  private volatile @Nullable Channel toNext;
  private volatile @Nullable Channel fromPrevious;
  private volatile String lastTry = "";

  Joining(
      ServerSocketChannel socket,
      List<HostAndPort> addresses,
      int rank,
      RingSecret secret,
      @Nullable RingTls tls,
      RingOptions options) {
    this.socket = socket;
    this.addresses = addresses;
    this.rank = rank;
    this.next = (rank + 1) % addresses.size();
    this.previous = (rank + addresses.size() - 1) % addresses.size();
    this.secret = secret;
    this.tls = tls;
    this.options = options;
    this.group = new NioEventLoopGroup(1, new DefaultThreadFactory("eman-ring-" + rank, true));
    this.doorman = new Doorman(options.handshake().toMillis());
  }

  Ring join() {
    try {
      Channel listening = listen();
      group.next().execute(this::connect);
      RingLoop loop = joined.get(options.patience().toMillis(), TimeUnit.MILLISECONDS);
      listening.close().syncUninterruptibly();
      return new Ring(rank, addresses.size(), options, group, loop);
    } catch (ExecutionException e) {
      throw give(RingException.of(e));
    } catch (TimeoutException e) {
      throw give(new RingException(missing(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw give(new RingException("interrupted while joining the ring", e));
    }
  }

  private Channel listen() {
    Hello expected = hello(previous, rank);
    return new ServerBootstrap()
        .group(group)
        .channelFactory(() -> new NioServerSocketChannel(socket))
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                doorman.arrived(channel);
                prepare(channel, true, Handshake.listener(secret, expected, new Arrival(channel)));
              }
            })
        .register()
        .syncUninterruptibly()
        .channel();
  }

  private void connect() {
    Hello hello = hello(rank, next);
    HostAndPort address = addresses.get(next);
    new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) options.patience().toMillis())
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                prepare(channel, false, Handshake.connector(secret, hello, new Departure(channel)));
              }
            })
        .connect(address.getHost(), address.getPort())
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                String why = connected.cause().getMessage();
                fail("cannot connect to " + name(next) + " (" + why + "): its worker has ended");
              }
            });
  }

  private Hello hello(int from, int to) {
    int size = addresses.size();
    return new Hello(from, to, size, options.bucketFloats(), options.messageBytes());
  }

  private void prepare(SocketChannel channel, boolean listens, Handshake handshake) {
    channel
        .config()
        .setTcpNoDelay(true)
        .setAllocator(PooledByteBufAllocator.DEFAULT)
        .setWriteBufferWaterMark(new WriteBufferWaterMark(UNDER_WAY / 2, UNDER_WAY));
    if (tls == null) {
      channel.config().setRecvByteBufAllocator(new ReadInto());
    } else {
      // What comes is encrypted, and must not be read to where the decrypted bytes belong. The
      // doorman has less patience with those who call.
      channel.pipeline().addLast(tls.handler(channel, listens, options.patience()));
    }
    channel.pipeline().addLast(handshake);
  }

  private void fail(String why) {
    joined.completeExceptionally(new RingException(why));
  }

  private void proceed() {
    Channel after = toNext;
    Channel before = fromPrevious;
    if (after != null && before != null) {
      doorman.closeAll();
      joined.complete(new RingLoop(rank, addresses, options, after, before));
    }
  }

  /** Who has called at our socket. */
  private final class Arrival implements Handshake.End {
    private final Channel channel;

    Arrival(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void proven() {
      doorman.passed(channel);
      if (fromPrevious == null) {
        fromPrevious = channel;
        proceed();
      } else {
        channel.close();
      }
    }

    @Override
    public void different(String found) {
      doorman.passed(channel);
      fail(
          "this worker was called by "
              + found
              + ", expected "
              + hello(previous, rank)
              + ": all workers need the same addresses in the same order and the same options");
    }

    @Override
    public void failed(Handshake.Refusal why, String detail) {
      doorman.refuse(channel, detail);
    }
  }

  /** Whom we have called. */
  private final class Departure implements Handshake.End {
    private final Channel channel;

    Departure(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void proven() {
      toNext = channel;
      proceed();
    }

    @Override
    public void different(String found) {
      fail(
          name(next)
              + " expects another neighbour than "
              + found
              + ": all workers need the same addresses in the same order and the same options");
    }

    @Override
    public void failed(Handshake.Refusal why, String detail) {
      if (why == Handshake.Refusal.STRANGER) {
        fail(name(next) + " " + detail + ": another program listens there, or another stage");
      } else if (!joined.isDone()) {
        lastTry = ", which " + detail + ",";
        channel.eventLoop().schedule(Joining.this::connect, RETRY_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private String name(int other) {
    return "rank " + other + " at " + addresses.get(other);
  }

  private String missing() {
    String from = fromPrevious == null ? "from " + name(previous) : "";
    String to = toNext == null ? "to " + name(next) + lastTry : "";
    String both = from.isEmpty() || to.isEmpty() ? "" : " and ";
    return "the ring was not joined within "
        + options.patience().toMillis() / 1000.0
        + " s: expected a connection "
        + to
        + both
        + from
        + "; their workers have not started"
        + (lastTry.isEmpty()
            ? ", or the network between them is closed"
            : ", the network between them is closed, or only one of the two encrypts");
  }

  private RingException give(RingException problem) {
    Ring.shutDown(group);
    return problem;
  }
}
