package dev.eman.spark.ring;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the workers of one ring know and nobody else: drawn by the driver for one attempt of one
 * stage, and shipped to its tasks. Never logged.
 */
public final class RingSecret implements Serializable {
  @Serial private static final long serialVersionUID = 1L;
  private static final int KEY_BYTES = 32;
  private static final String MAC = "HmacSHA256";

  private final String stage;
  private final byte[] key;

  private RingSecret(String stage, byte[] key) {
    this.stage = stage;
    this.key = key;
  }

  /**
   * A new secret of 256 random bits.
   *
   * @param stage names the stage and its attempt; at most 1,000 characters
   */
  public static RingSecret draw(String stage) {
    checkArgument(
        stage.length() <= 1000, "stage: expected at most 1000 characters, got %s", stage.length());
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return new RingSecret(stage, key);
  }

  /** The stage that it was drawn for. */
  public String stage() {
    return stage;
  }

  /**
   * HMAC-SHA256 over a label, the stage and what was said so far.
   *
   * @param label sets the messages of one conversation apart
   */
  byte[] prove(byte label, byte[]... transcript) {
    byte[] name = stage.getBytes(StandardCharsets.UTF_8);
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(key, MAC));
      mac.update(
          ByteBuffer.allocate(Byte.BYTES + Integer.BYTES).put(label).putInt(name.length).flip());
      mac.update(name);
      for (byte[] part : transcript) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + MAC, e);
    }
  }

  @Override
  public String toString() {
    return "secret of " + stage;
  }
}
