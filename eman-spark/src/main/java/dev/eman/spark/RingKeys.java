package dev.eman.spark;

import dev.eman.spark.ring.RingSecret;
import java.io.Serializable;
import java.util.UUID;
import org.apache.spark.SparkConf;

/**
 * What a stage's workers prove to each other.
 *
 * @param secret drawn for this stage
 */
record RingKeys(RingSecret secret) implements Serializable {
  static RingKeys draw(SparkConf conf) {
    return new RingKeys(RingSecret.draw("eman stage " + UUID.randomUUID()));
  }
}
