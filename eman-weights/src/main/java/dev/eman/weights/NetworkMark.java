package dev.eman.weights;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the names before a network's tensors say about its role. */
enum NetworkMark {
  /** A moving average, such as {@code ema_model.} or {@code module.encoder_k.}. */
  AVERAGED,
  /**
   * The network that an optimiser trains, such as {@code student.} or {@code module.encoder_q.}.
   */
  TRAINED,
  /** Nothing. */
  NONE,
  /** Both: a network within an average, or an average within something else. */
  UNCLEAR;

  private static final ImmutableSet<String> AVERAGES =
      ImmutableSet.of(
          "ema",
          "teacher",
          "target",
          "momentum",
          "k",
          "key",
          "averaged",
          "average",
          "avg",
          "swa",
          "shadow",
          "polyak");
  private static final ImmutableSet<String> STUDENTS =
      ImmutableSet.of("student", "online", "q", "query");

  private static final Pattern WORDS = Pattern.compile("[^A-Za-z]+|(?<=[a-z])(?=[A-Z])");

  /** PyTorch's {@code AveragedModel} keeps its count of averaged models beside its module. */
  private static final String AVERAGED_MODEL = "module.";

  /** What this library's exports say: student or teacher. */
  private static final String METADATA = "network";

  private static final String COUNT = "n_averaged";

  /**
   * The mark of a network.
   *
   * @param all the networks of the file: what the names of all have in common says nothing
   */
  static NetworkMark of(FileNetwork network, ImmutableList<FileNetwork> all, TensorFile file) {
    String prefix = network.prefix();
    if (prefix.endsWith(AVERAGED_MODEL)
        && file.tensors()
            .containsKey(prefix.substring(0, prefix.length() - AVERAGED_MODEL.length()) + COUNT)) {
      return AVERAGED;
    }
    if (prefix.isEmpty() && file instanceof SafeTensors exported) {
      return NetworkMark.of(exported.metadata().getOrDefault(METADATA, ""));
    }
    return of(prefix.substring(common(all)));
  }

  /** What a path says, such as {@code ema_model.module}. */
  static NetworkMark of(String path) {
    NetworkMark mark = NONE;
    for (String part : Splitter.on('.').split(path)) {
      NetworkMark own = ofPart(part);
      if (own != NONE) {
        mark = mark == NONE || mark == own ? own : UNCLEAR;
      }
    }
    return mark;
  }

  /** An average of a student is an average. */
  private static NetworkMark ofPart(String part) {
    List<String> words =
        Splitter.on(WORDS).splitToStream(part).map(word -> word.toLowerCase(Locale.ROOT)).toList();
    if (words.stream().anyMatch(AVERAGES::contains)) {
      return AVERAGED;
    }
    return words.stream().anyMatch(STUDENTS::contains) ? TRAINED : NONE;
  }

  /** Length of the leading parts that all prefixes share; 0 for a single network. */
  private static int common(ImmutableList<FileNetwork> all) {
    if (all.size() < 2) {
      return 0;
    }
    String first = all.get(0).prefix();
    int common = first.length();
    for (FileNetwork network : all) {
      int same = 0;
      while (same < common
          && same < network.prefix().length()
          && network.prefix().charAt(same) == first.charAt(same)) {
        same++;
      }
      common = same;
    }
    return first.lastIndexOf('.', common - 1) + 1;
  }
}
