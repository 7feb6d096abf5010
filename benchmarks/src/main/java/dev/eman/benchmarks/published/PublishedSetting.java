package dev.eman.benchmarks.published;

import dev.eman.cli.Main;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Any published setting by its name: {@code eman benchmark flexmatch-cifar100-400}. Those of the
 * EMAN paper have a main of their own, too.
 */
public final class PublishedSetting {
  private PublishedSetting() {}

  /** Takes the name of a setting, none to list them, and the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    Main.main(arguments(args));
  }

  static String[] arguments(String[] args) {
    List<String> all = new ArrayList<>(List.of("benchmark"));
    all.addAll(Arrays.asList(args));
    return all.toArray(new String[0]);
  }
}
