package dev.eman.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnJarsTest {
  @TempDir private Path folder;
  private Path classPath = Path.of(".");
  private final SparkConf conf = new SparkConf(false);

  @BeforeEach
  void write() throws IOException {
    classPath = folder.resolve("classpath.txt");
    Files.writeString(classPath, path("/m2/core.jar", "/m2/slf4j-api.jar", "/m2/pom.xml"));
  }

  private static String path(Object... entries) {
    return String.join(
        File.pathSeparator, List.of(entries).stream().map(Object::toString).toList());
  }

  @Test
  void ship_jarsOfTheUser_goToExecutors() throws IOException {
    Path own = Files.createDirectory(folder.resolve("own"));
    for (String name : List.of("b.jar", "a.jar", "notes.txt")) {
      Files.writeString(own.resolve(name), "");
    }

    OwnJars.ship(conf, classPath.toString(), path("/lib/method.jar", own + "/*", "/lib/classes"));

    assertEquals(
        "/m2/core.jar,/lib/method.jar," + own + "/a.jar," + own + "/b.jar", conf.get("spark.jars"));
    assertEquals("true", conf.get("spark.executor.userClassPathFirst"));
  }

  @Test
  void ship_settingWithJars_isKeptBesideOurs() {
    conf.set("spark.jars", "hdfs:///jars/one.jar,two.jar");

    OwnJars.ship(conf, classPath.toString(), "/lib/method.jar");

    assertEquals(
        "/m2/core.jar,/lib/method.jar,hdfs:///jars/one.jar,two.jar", conf.get("spark.jars"));
  }

  @Test
  void ship_executorsThatHaveThem_getNone() {
    conf.set("spark.executor.extraClassPath", "/opt/eman/*");

    OwnJars.ship(conf, classPath.toString(), "/lib/method.jar");

    assertFalse(conf.contains("spark.jars"));
  }

  @Test
  void ship_programThatNamesNoClassPath_sendsNothing() {
    OwnJars.ship(conf, null, "/lib/method.jar");

    assertFalse(conf.contains("spark.jars"));
  }
}
