package dev.eman.spark.ml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterExamplesTest {
  private static final Path SOURCE =
      Path.of("src/test/java/dev/eman/spark/ml/ClusterExamples.java");

  private static List<String> found(Path file, String pattern) throws IOException {
    Matcher blocks = Pattern.compile(pattern, Pattern.DOTALL).matcher(Files.readString(file));
    return blocks.results().map(ClusterExamplesTest::withoutIndentation).toList();
  }

  private static String withoutIndentation(MatchResult code) {
    return code.group(1).lines().map(String::strip).collect(Collectors.joining("\n"));
  }

  @Test
  void javaBlocks_ofTheClusterPage_areTheCompiledExamples() throws IOException {
    List<String> compiled = found(SOURCE, "// README: (?!end)\\w+\\n(.*?)\\s*// README: end");
    assertEquals(5, compiled.size());
    assertEquals(
        compiled, found(Path.of("../docs/cluster.md"), "```java in-eman-spark\\n(.*?)\\s*```"));
  }

  @Test
  void examples_smallFolder_labelAndFindNeighbors(@TempDir Path temporary) throws IOException {
    try (SparkSession spark = LocalSpark.start()) {
      String run = LocalSpark.run("fixmatch").toString();
      Path photos = temporary.resolve("photos");
      LocalSpark.images(photos.resolve("below"), 12);
      Dataset<Row> answers = ClusterExamples.label(spark, run, photos.toString()).cache();
      assertEquals(12, answers.where("error is null").count());
      String csv = temporary.resolve("labels.csv").toString();
      // A network of a few steps is sure of nothing.
      assertThrows(
          EmanException.class, () -> ClusterExamples.pseudoLabels(answers, photos.toString(), csv));
      Dataset<Row> found =
          ClusterExamples.neighbors(
              spark,
              run,
              answers.select("path"),
              answers.selectExpr("path", "class as label"),
              temporary.resolve("features").toString());
      assertEquals(12, found.where("size(neighbors) = 12 and label is not null").count());
    }
  }
}
