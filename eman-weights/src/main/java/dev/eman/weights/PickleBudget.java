package dev.eman.weights;

/** What a pickle may take: counts values, copies and remembered values. */
final class PickleBudget {
  /** Each takes about 65 bytes and may come from a single byte of the file; a tensor about 30. */
  private static final int MOST_VALUES = 1 << 21;

  private int values;

  void spend(int more) throws PickleException {
    if (more > MOST_VALUES - values) {
      throw new PickleException(
          "it builds more than "
              + MOST_VALUES
              + " values, more than any network's weights need; save the state_dict alone in"
              + " Python");
    }
    values += more;
  }
}
