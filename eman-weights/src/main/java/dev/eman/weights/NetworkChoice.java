package dev.eman.weights;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Chooses one of a file's networks by role or by prefix. Where the names do not tell, nothing is
 * chosen: the wrong one of two networks would work, and nobody would notice.
 */
final class NetworkChoice {
  /** More are not read to find out whether they are equal. */
  private static final int MOST_COMPARED = 4;

  private static final int MOST_SHOWN = 12;

  private final TensorFile file;
  private final ImmutableMap<String, ImmutableList<Long>> shapes;

  /** All prefixes with a tensor of the network's names. */
  private final ImmutableList<FileNetwork> found;

  /** Those with at least half of its tensors. */
  private final ImmutableList<FileNetwork> networks;

  /**
   * A network, and how it was chosen.
   *
   * @param description such as "the averaged network"
   */
  record Chosen(FileNetwork network, String description) {}

  /**
   * Of a file.
   *
   * @param shapes of a network's tensors, by torchvision's names
   */
  NetworkChoice(ImmutableMap<String, ImmutableList<Long>> shapes, TensorFile file) {
    this.file = file;
    this.shapes = shapes;
    this.found = FileNetworks.of(shapes.keySet(), file);
    this.networks =
        found.stream()
            .filter(network -> 2 * network.tensors() >= shapes.size())
            .collect(toImmutableList());
  }

  /** The networks in the file, with at least half of the tensors. */
  ImmutableList<FileNetwork> networks() {
    return networks;
  }

  /**
   * Chooses by role.
   *
   * @param role null for the trained network if there are two, else for the only one
   * @throws EmanException with a list of the networks if none or several are meant
   */
  Chosen byRole(WeightImport.@Nullable Role role) {
    if (networks.isEmpty()) {
      FileNetwork best = found.isEmpty() ? new FileNetwork("", ImmutableMap.of()) : found.get(0);
      return new Chosen(best, "the nearest in the file");
    }
    ImmutableList<FileNetwork> averaged = marked(NetworkMark.AVERAGED);
    ImmutableList<FileNetwork> trained = marked(NetworkMark.TRAINED);
    ImmutableList<FileNetwork> unmarked = marked(NetworkMark.NONE);
    if (role == WeightImport.Role.TEACHER) {
      return averaged.isEmpty() ? onlyOne(unmarked) : one(averaged, "the averaged network", role);
    }
    boolean named = trained.size() + unmarked.size() > 0;
    if (networks.size() == 1 && (role == null || named)) {
      String kind = averaged.isEmpty() ? "" : ", which is an average";
      return new Chosen(networks.get(0), "the only network in the file" + kind);
    }
    ImmutableList<FileNetwork> students = trained.isEmpty() ? unmarked : trained;
    return one(students, "the trained network", WeightImport.Role.STUDENT);
  }

  private ImmutableList<FileNetwork> marked(NetworkMark mark) {
    return networks.stream()
        .filter(network -> NetworkMark.of(network, networks, file) == mark)
        .collect(toImmutableList());
  }

  /** A file with one network, which does not say what it is, serves as the teacher. */
  private Chosen onlyOne(ImmutableList<FileNetwork> unmarked) {
    boolean hidden =
        file.unread().entrySet().stream()
            .anyMatch(
                other ->
                    other.getValue().tensors()
                        && NetworkMark.of(other.getKey()) == NetworkMark.AVERAGED);
    if (networks.size() > 1 || unmarked.isEmpty() || hidden) {
      throw unclear(WeightImport.Role.TEACHER, networks);
    }
    return new Chosen(
        networks.get(0), "the only network in the file, which does not say that it is an average");
  }

  private Chosen one(
      ImmutableList<FileNetwork> candidates, String description, WeightImport.Role role) {
    ImmutableList<FileNetwork> complete =
        candidates.stream()
            .filter(network -> network.isComplete(shapes, file))
            .collect(toImmutableList());
    ImmutableList<FileNetwork> left = complete.isEmpty() ? candidates : complete;
    if (left.size() == 1 || (!complete.isEmpty() && allEqual(left))) {
      return new Chosen(left.get(0), description);
    }
    throw unclear(role, left.isEmpty() ? networks : left);
  }

  private boolean allEqual(ImmutableList<FileNetwork> several) {
    return several.size() <= MOST_COMPARED
        && several.stream().allMatch(network -> network.equalsByValue(several.get(0), file));
  }

  /**
   * Chooses by prefix.
   *
   * @param prefix of the names, or its last parts
   * @param role decides between several whose prefixes end so
   */
  Chosen byPrefix(String prefix, WeightImport.@Nullable Role role) {
    String dotted = prefix.isEmpty() || prefix.endsWith(".") ? prefix : prefix + ".";
    FileNetwork exact = null;
    ImmutableList.Builder<FileNetwork> ending = ImmutableList.builder();
    for (FileNetwork network : found) {
      if (network.prefix().equals(dotted)) {
        exact = exact == null ? network : exact; // The one with more tensors comes first.
      } else if (!dotted.isEmpty() && network.prefix().endsWith("." + dotted)) {
        ending.add(network);
      }
    }
    String description = "chosen by its prefix";
    if (exact != null) {
      return new Chosen(exact, description);
    }
    ImmutableList<FileNetwork> candidates = ending.build();
    if (candidates.isEmpty()) {
      return new Chosen(new FileNetwork(dotted, ImmutableMap.of()), description);
    }
    ImmutableList<FileNetwork> whole =
        candidates.stream().filter(networks::contains).collect(toImmutableList());
    if (whole.size() < 2) {
      return new Chosen(whole.isEmpty() ? candidates.get(0) : whole.get(0), description);
    }
    NetworkMark mark =
        role == WeightImport.Role.TEACHER ? NetworkMark.AVERAGED : NetworkMark.TRAINED;
    ImmutableList<FileNetwork> marked =
        whole.stream()
            .filter(network -> NetworkMark.of(network, whole, file) == mark)
            .collect(toImmutableList());
    return one(
        marked.isEmpty() ? whole : marked,
        description,
        role == null ? WeightImport.Role.STUDENT : role);
  }

  private EmanException unclear(WeightImport.Role role, ImmutableList<FileNetwork> candidates) {
    boolean teacher = role == WeightImport.Role.TEACHER;
    String one = teacher ? "only one that is not" : "only one that is named as an average";
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: expected one network named as %s, found %s; nothing was loaded",
            file.path(),
            teacher ? "an average (the teacher)" : "the trained one (the student)",
            candidates.size() == 1 ? one : candidates.size() + " candidates"));
    candidates.stream()
        .limit(MOST_SHOWN)
        .forEach(network -> text.append(String.format(Locale.ROOT, "%n  %s", network)));
    text.append(candidates.size() > MOST_SHOWN ? String.format(Locale.ROOT, "%n  ...") : "");
    text.append(hidden());
    text.append(
        String.format(
            Locale.ROOT,
            "%nChoose one by its prefix: --init-prefix, or --prefix of knn, linear and map"));
    return new EmanException(text.toString());
  }

  /** What is passed over although it holds tensors, for a message: a network may be in it. */
  String hidden() {
    ImmutableList<String> objects =
        file.unread().entrySet().stream()
            .filter(other -> other.getValue().tensors())
            .limit(MOST_SHOWN)
            .map(
                other ->
                    String.format(
                        Locale.ROOT,
                        "%n  not read: %s (%s)",
                        PickleValues.shortened(other.getKey()),
                        other.getValue()))
            .collect(toImmutableList());
    return objects.isEmpty()
        ? ""
        : String.join("", objects)
            + String.format(
                Locale.ROOT,
                "%nIf the network is in what is not read, save its state_dict() in Python");
  }
}
