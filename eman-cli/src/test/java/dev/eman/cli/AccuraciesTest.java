package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class AccuraciesTest {
  private static String print(Accuracies accuracies) {
    StringWriter text = new StringWriter();
    accuracies.printMeans(new PrintWriter(text), "k");
    return text.toString().replace(System.lineSeparator(), "\n");
  }

  @Test
  void printMeans_severalNetworks_areInPercent() {
    Accuracies accuracies = new Accuracies();
    accuracies.add("20", "plain", 0.5);
    accuracies.add("20", "weighted", 0.625);
    accuracies.add("20", "plain", 0.54);
    accuracies.add("20", "weighted", 0.625);
    assertEquals(
        """

        mean and deviation of 2 networks

                 k            plain         weighted
                20     52.00 ± 2.83     62.50 ± 0.00
        """,
        print(accuracies));
  }

  @Test
  void printMeans_oneNetwork_printsNothing() {
    Accuracies accuracies = new Accuracies();
    accuracies.add("20", "plain", 0.5);
    accuracies.add("200", "plain", 0.5);
    assertEquals("", print(accuracies));
  }
}
