package dev.eman.spark.ring;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS 1.3 for the connections of one ring. Both ends show the ring's certificate and prove that
 * they have its key; no other certificate passes.
 */
final class RingTls {
  private static final String VERSION = "TLSv1.3";

  /** For what TLS says at the end; frames have said all that matters. */
  private static final long CLOSE_MILLIS = 500;

  private final SslContext connecting;
  private final SslContext listening;

  RingTls(RingCertificate identity) {
    try {
      X509Certificate certificate = certificate(identity);
      PrivateKey key = key(identity);
      connecting =
          build(SslContextBuilder.forClient().keyManager(key, certificate), new Same(certificate));
      listening =
          build(
              SslContextBuilder.forServer(key, certificate).clientAuth(ClientAuth.REQUIRE),
              new Same(certificate));
    } catch (GeneralSecurityException | SSLException e) {
      throw new RingException("cannot encrypt the ring's connections: " + e.getMessage(), e);
    }
  }

  static PrivateKey key(RingCertificate identity) throws GeneralSecurityException {
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(identity.key()));
  }

  static X509Certificate certificate(RingCertificate identity) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(identity.certificate()));
  }

  private static SslContext build(SslContextBuilder builder, Same trusted) throws SSLException {
    return builder.sslProvider(SslProvider.JDK).protocols(VERSION).trustManager(trusted).build();
  }

  /** What JDK sockets need to speak with this ring. */
  SslContext context(boolean listens) {
    return listens ? listening : connecting;
  }

  /**
   * Encrypts a connection.
   *
   * @param listens whether the other end has called
   * @param patience how long the handshake may take
   */
  SslHandler handler(SocketChannel channel, boolean listens, Duration patience) {
    SslHandler handler = context(listens).newHandler(channel.alloc());
    handler.setHandshakeTimeoutMillis(patience.toMillis());
    handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
    return handler;
  }

  /**
   * Trusts one certificate. Neither names nor dates are looked at: whoever has the key got it from
   * the driver of this stage, at whatever address it runs, and nobody else passes.
   */
  private static final class Same extends X509ExtendedTrustManager {
    private final X509Certificate expected;

    Same(X509Certificate expected) {
      this.expected = expected;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
      if (chain.length == 0 || !expected.equals(chain[0])) {
        throw new CertificateException("shows another certificate than this ring's");
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
