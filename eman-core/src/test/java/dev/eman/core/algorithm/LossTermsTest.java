package dev.eman.core.algorithm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LossTermsTest {
  @Test
  void builder_termNamedAsTheTotal_isRefused() {
    LossTerms.Builder terms = LossTerms.builder();
    String message =
        "term \"loss\": expected another name, such as \"loss_x\", as \"loss\" is the total of all"
            + " terms";
    for (Runnable given :
        new Runnable[] {() -> terms.loss("loss", 1), () -> terms.metric("loss", 1)}) {
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, given::run);
      assertEquals(message, e.getMessage());
    }
    LossTerms built = terms.loss("loss_x", 2, 3).metric("mask_rate", 1).gradient(null).build();
    assertEquals(6, built.total());
  }
}
