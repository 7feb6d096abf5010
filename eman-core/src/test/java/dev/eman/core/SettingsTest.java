package dev.eman.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.model.TeacherMode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void values_ofAnyForm_areRead() {
    Settings settings =
        new Settings("x", Map.of("a", 2, "b", "0.5", "c", true, "d", "false", "e", "eman"));
    assertEquals(2, settings.integer("a", 0));
    assertEquals(0.5, settings.number("b", 0));
    assertEquals(true, settings.flag("c", false));
    assertEquals(false, settings.flag("d", true));
    assertEquals(TeacherMode.EMAN, settings.choice("e", TeacherMode.class, TeacherMode.NONE));
    assertEquals(7, settings.number("missing", 7));
    settings.checkAllRead();
  }

  @Test
  void wrongValues_nameOwnerOptionAndWhatWasExpected() {
    Settings settings =
        new Settings("x", Map.of("a", "two", "b", 0.5, "c", "perhaps", "d", "emna"));
    for (Runnable read :
        new Runnable[] {
          () -> settings.number("a", 0),
          () -> settings.integer("b", 0),
          () -> settings.flag("c", false),
          () -> settings.choice("d", TeacherMode.class, TeacherMode.NONE)
        }) {
      String message = String.valueOf(assertThrows(EmanException.class, read::run).getMessage());
      assertTrue(message.contains("x.") && message.contains("expected"), message);
    }
  }

  @Test
  void checkAllRead_unknownOption_suggestsTheNearest() {
    Settings settings = new Settings("x", Map.of("treshold", 1));
    settings.number("threshold", 0.95);
    String message =
        String.valueOf(assertThrows(EmanException.class, settings::checkAllRead).getMessage());
    assertTrue(message.contains("did you mean threshold?"), message);
  }
}
