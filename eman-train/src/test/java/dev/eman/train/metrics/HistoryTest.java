package dev.eman.train.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.train.options.Network;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private final History history = new History(Network.TEACHER);

  private boolean add(long step, int student, @Nullable Integer teacher) {
    return history.add(Evaluations.report(step, student, teacher));
  }

  @Test
  void add_teacher_decidesWhatIsBest() {
    assertTrue(add(1, 5, 4));
    assertFalse(add(2, 9, 3));
    assertFalse(add(3, 9, 4), "as good is not better");
    assertTrue(add(4, 1, 5));
  }

  @Test
  void add_teacherThatIsNotDeployed_studentDecidesWhatIsBest() {
    History students = new History(Network.STUDENT);
    assertTrue(students.add(Evaluations.report(1, 5, 4)));
    assertTrue(students.add(Evaluations.report(2, 6, 3)));
    assertFalse(students.add(Evaluations.report(3, 5, 9)));
    assertEquals(1, students.sinceBest());
    assertEquals(1, History.parse(students.toText(), Network.STUDENT).sinceBest());
    assertEquals(0, History.parse(students.toText(), Network.TEACHER).sinceBest());
    History.Summary teacher = students.summary(true);
    assertNotNull(teacher);
    assertEquals(0.9, teacher.bestTop1(), "its column stays");
  }

  @Test
  void add_studentAlone_decidesWhatIsBest() {
    assertTrue(add(1, 5, null));
    assertFalse(add(2, 5, null));
    assertTrue(add(3, 6, null));
  }

  @Test
  void summary_sevenEvaluations_bestFinalAndMeanOfTheLastFive() {
    int[] tenths = {9, 1, 8, 9, 2, 3, 4};
    for (int i = 0; i < tenths.length; i++) {
      add(10L * (i + 1), tenths[i], null);
    }
    History.Summary student = history.summary(false);
    assertNotNull(student);
    assertEquals(0.9, student.bestTop1());
    assertEquals(10, student.bestStep(), "the first, of which the checkpoint is");
    assertEquals(0.4, student.finalTop1());
    assertEquals(1, student.finalTop5());
    assertEquals((8 + 9 + 2 + 3 + 4) / 50.0, student.meanLastFiveTop1(), 1e-12);
    assertNull(history.summary(true));
  }

  @Test
  void print_fewerThanFive_saysMeanOfAll() {
    for (int i = 1; i <= 4; i++) {
      add(i, i, null);
    }
    assertTrue(printed().contains("mean of all"), this::printed);
    add(5, 5, null);
    assertTrue(printed().contains("mean of last five"), this::printed);
  }

  private String printed() {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    history.print(out, "test");
    out.flush();
    return text.toString();
  }

  @Test
  void summary_lastAsGoodAsAnEarlierOne_theEarlierIsTheBest() {
    assertTrue(add(1, 7, null));
    assertFalse(add(2, 7, null));
    History.Summary student = history.summary(false);
    assertNotNull(student);
    assertEquals(1, student.bestStep());
  }

  @Test
  void sinceBest_asGoodAsAnEarlierOne_countsFromTheEarlier() {
    assertEquals(0, history.sinceBest());
    add(1, 7, null);
    add(2, 7, null);
    assertEquals(1, history.sinceBest());
    add(3, 8, null);
    assertEquals(0, history.sinceBest());
  }

  @Test
  void summary_studentAndTeacher_eachItsOwnTop5() {
    History both = History.parse("1,0.5,0.8,0.6,0.9\n", Network.TEACHER);
    History.Summary student = both.summary(false);
    History.Summary teacher = both.summary(true);
    assertNotNull(student);
    assertNotNull(teacher);
    assertEquals(0.8, student.finalTop5());
    assertEquals(0.9, teacher.finalTop5());
  }

  @Test
  void summary_nothingEvaluated_isNull() {
    assertNull(history.summary(false));
  }

  @Test
  void parse_ownText_isTheSame() {
    add(3, 5, 4);
    add(6, 7, 8);
    History read = History.parse(history.toText(), Network.TEACHER);
    assertEquals(history.toText(), read.toText());
    assertEquals(history.summary(true), read.summary(true));
    assertEquals("3,0.5,1.0,0.4,1.0\n6,0.7,1.0,0.8,1.0\n", read.toText());
  }

  @Test
  void forEachAccuracy_withoutTeacher_onlyTheStudents() {
    add(3, 5, null);
    List<String> found = new ArrayList<>();
    history.forEachAccuracy((step, name, value) -> found.add(step + " " + name + " " + value));
    assertEquals(List.of("3 student_top1 0.5", "3 student_top5 1.0"), found);
  }

  @Test
  void print_bothNetworks_percent() {
    add(3, 5, 4);
    StringWriter text = new StringWriter();
    history.print(new PrintWriter(text, true), "validation");
    List<String> lines = text.toString().lines().skip(1).toList();
    assertTrue(lines.get(0).startsWith("validation set"), text::toString);
    assertTrue(lines.get(1).matches("student +50\\.00% +50\\.00% +3 +50\\.00%"), text::toString);
    assertTrue(lines.get(2).matches("teacher +40\\.00% +40\\.00% +3 +40\\.00%"), text::toString);
  }
}
