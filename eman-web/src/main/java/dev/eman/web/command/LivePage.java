package dev.eman.web.command;

import dev.eman.cli.RunPage;
import dev.eman.web.watch.WatchPage;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The page of {@code train --watch}. */
public final class LivePage implements RunPage {
  /** For the service loader. */
  public LivePage() {}

  @Override
  public Open open(@Nullable Integer port) {
    WatchPage page = WatchPage.open(List.of(), port);
    return new Open() {
      @Override
      public String show(Path folder) {
        page.add(folder);
        return page.address();
      }

      @Override
      public void close() {
        page.close();
      }
    };
  }
}
