package dev.eman.spark;

import dev.eman.spark.ring.RingCertificate;
import dev.eman.spark.ring.RingSecret;
import java.io.Serializable;
import java.util.List;
import java.util.UUID;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/**
 * What a stage's workers prove to each other. Spark ships it with the task: as well hidden from
 * others as Spark's own connections are.
 *
 * @param secret drawn for this stage
 * @param certificate drawn for it as well, where Spark encrypts its connections; null elsewhere
 */
record RingKeys(RingSecret secret, @Nullable RingCertificate certificate) implements Serializable {
  /** Any of these encrypts Spark's remote calls, blocks and broadcasts. */
  private static final List<String> ENCRYPTION =
      List.of(
          "spark.network.crypto.enabled",
          "spark.ssl.rpc.enabled",
          "spark.authenticate.enableSaslEncryption");

  static RingKeys draw(SparkConf conf) {
    boolean encrypted = ENCRYPTION.stream().anyMatch(key -> conf.getBoolean(key, false));
    return new RingKeys(
        RingSecret.draw("eman stage " + UUID.randomUUID()),
        encrypted ? RingCertificate.draw() : null);
  }
}
