#!/usr/bin/env bash
# DJL: a random order never leaves an image in its place.
#
# Expected: RandomSampler draws each order of a data set with the same probability: 6 orders of 3 images, and on average
#           one image of any data set stays where it was.
# Happens:  2 of the 6 orders come, and of any data set no image ever stays where it was: each is swapped with an
#           earlier one, and never with itself, which makes one cycle of all. Two images always come in reverse order.
# With:     DJL 0.33.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>ai.djl</groupId><artifactId>api</artifactId>
<version>0.33.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.17</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.RandomSampler;
import ai.djl.training.dataset.Record;
import ai.djl.util.Progress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

public class Finding {
  /** A data set of some images that are never read. */
  static class Images extends RandomAccessDataset {
    private final int size;

    Images(int size) {
      super(new Builder().setSampling(1, true));
      this.size = size;
    }

    @Override
    protected long availableSize() {
      return size;
    }

    @Override
    public Record get(NDManager manager, long index) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void prepare(Progress progress) {}
  }

  static class Builder extends RandomAccessDataset.BaseBuilder<Builder> {
    @Override
    protected Builder self() {
      return this;
    }
  }

  static List<Long> order(int size) {
    List<Long> order = new ArrayList<>();
    for (Iterator<Long> images = new RandomSampler().sample(new Images(size)); images.hasNext(); ) {
      order.add(images.next());
    }
    return order;
  }

  public static void main(String[] args) {
    Map<String, Integer> orders = new TreeMap<>();
    int inPlace = 0;
    for (int i = 0; i < 1000; i++) {
      orders.merge(order(3).toString(), 1, Integer::sum);
      List<Long> many = order(50);
      for (int k = 0; k < 50; k++) {
        inPlace += many.get(k) == k ? 1 : 0;
      }
    }
    System.out.println("3 images, orders and how often: " + orders);
    System.out.println("50 images, 1000 orders: in their place " + inPlace + " for about 1000");
    boolean asFound = orders.size() == 2 && inPlace == 0;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'api-0[^/]*$'
java -cp "$(cat classpath)" Finding.java
