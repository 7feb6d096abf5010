package dev.eman.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.spark.SparkConf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RingKeysTest {
  @ParameterizedTest
  @CsvSource({
    "spark.network.crypto.enabled,true,true",
    "spark.ssl.rpc.enabled,true,true",
    "spark.authenticate.enableSaslEncryption,true,true",
    "spark.network.crypto.enabled,false,false",
    "spark.authenticate,true,false",
    "spark.ssl.enabled,true,false",
    "spark.io.encryption.enabled,true,false"
  })
  void draw_sparkEncryptsOrNot_asSpark(String key, String value, boolean encrypted) {
    RingKeys keys = RingKeys.draw(new SparkConf(false).set(key, value));

    assertEquals(encrypted, keys.certificate() != null);
  }
}
