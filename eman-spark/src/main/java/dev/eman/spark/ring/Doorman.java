package dev.eman.spark.ring;

import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections that have not proved the secret yet: few at a time, each for a short time. Strangers
 * are closed, and the log tells of the first, and then of no more than one in ten seconds. Belongs
 * to the channels' thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty closes in its own time.
final class Doorman {
  /** How many connections may be proving the secret; beyond, the oldest is closed. */
  static final int MOST = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Doorman.class);
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final long millis;
  private final Set<Channel> pending = new LinkedHashSet<>();
  private long lastLogged;
  private int refused;
  private int logged;

  /**
   * Nobody has come yet.
   *
   * @param millis how long a connection may take
   */
  Doorman(long millis) {
    this.millis = millis;
  }

  /** Somebody has connected. */
  void arrived(Channel channel) {
    if (pending.size() >= MOST) {
      Iterator<Channel> oldest = pending.iterator();
      refuse(oldest.next(), "made way for others before it had proved the secret");
    }
    pending.add(channel);
    var late =
        channel
            .eventLoop()
            .schedule(
                () -> refuse(channel, "has not proved the secret within " + millis + " ms"),
                millis,
                TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(closed -> late.cancel(false));
  }

  /** Somebody has proved the secret. */
  void passed(Channel channel) {
    pending.remove(channel);
  }

  /** Closes a connection, unless it has passed. */
  void refuse(Channel channel, String why) {
    if (pending.remove(channel)) {
      channel.close();
      refused++;
      long now = System.nanoTime();
      if (logged == 0 || now - lastLogged > LOG_NANOS) {
        LOG.warn(
            "closed a connection from {}, which {} ({} closed so far)",
            channel.remoteAddress(),
            why,
            refused);
        lastLogged = now;
        logged++;
      }
    }
  }

  /** Closes all that have not passed. */
  void closeAll() {
    pending.forEach(Channel::close);
    pending.clear();
  }
}
