package dev.eman.spark.ring;

import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate and its private key, with which all workers of one ring show who they are, and
 * encrypt what they send: drawn by the driver for one attempt of one stage, and shipped to its
 * tasks. Never logged.
 */
public final class RingCertificate implements Serializable {
  @Serial private static final long serialVersionUID = 1L;
  private static final X500Name NAME = new X500Name("CN=eman ring");
  // No worker looks at the dates: they compare the certificate.
  private static final Duration VALID = Duration.ofDays(3650);

  private final byte[] certificate;
  private final byte[] key;

  private RingCertificate(byte[] certificate, byte[] key) {
    this.certificate = certificate;
    this.key = key;
  }

  /** A new key on the curve P-256, and a certificate that it has signed itself. */
  public static RingCertificate draw() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return sign(generator.generateKeyPair());
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new RingException("cannot make a certificate for the ring: " + e.getMessage(), e);
    }
  }

  private static RingCertificate sign(KeyPair keys) throws OperatorCreationException, IOException {
    Instant now = Instant.now();
    ContentSigner signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    byte[] certificate =
        new JcaX509v3CertificateBuilder(
                NAME,
                new BigInteger(Long.SIZE, new SecureRandom()).setBit(0),
                Date.from(now.minus(VALID)),
                Date.from(now.plus(VALID)),
                NAME,
                keys.getPublic())
            .build(signer)
            .getEncoded();
    return new RingCertificate(certificate, keys.getPrivate().getEncoded());
  }

  /** In X.509's DER. */
  byte[] certificate() {
    return certificate.clone();
  }

  /** In PKCS #8's DER. */
  byte[] key() {
    return key.clone();
  }

  @Override
  public String toString() {
    return "certificate of a ring";
  }
}
