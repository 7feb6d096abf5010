package dev.eman.web.label;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.train.select.SelectionPool;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

class LabelSessionTest {
  private static final ImmutableList<String> IMAGES =
      ImmutableList.of("a.png", "b.png", "c.png", "d.png");

  @TempDir Path folder;

  @Test
  void counts_imagesThatTheNetworkCannotRead_thoseThatAreOpen() {
    SelectionPool pool = SelectionPool.of(Nd4j.eye(IMAGES.size()));
    LabelSession session =
        new LabelSession(
            IMAGES,
            LabelTable.open(folder.resolve("labels.csv"), IMAGES),
            List.of("red"),
            pool,
            null);
    session.label(0, "red");
    session.skip(1);
    assertEquals(0, session.counts().unreadable());

    session.use(new NetworkView(pool, ImmutableList.of(), null, ImmutableSet.of(0, 1, 2)));

    assertEquals(1, session.counts().unreadable(), "labelled and skipped ones are done");
    assertEquals(List.of(3), session.next(4));
    session.label(3, "red");
    assertEquals(List.of(), session.next(4));
    assertEquals(1, session.counts().unreadable());
  }
}
