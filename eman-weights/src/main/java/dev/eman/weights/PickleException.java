package dev.eman.weights;

/** Says what is wrong with a pickle. */
final class PickleException extends Exception {
  private static final long serialVersionUID = 1L;

  private static final String ADVICE =
      "Save the state_dict alone in Python, torch.save(model.state_dict(), ...), and use that file";

  PickleException(String message) {
    super(message);
  }

  /** All tensors, if there are any, are within objects. */
  static PickleException noTensors(String objects) {
    return new PickleException(
        "it has no tensors to read outside of objects that are not built ("
            + objects
            + "); nothing was executed. "
            + ADVICE);
  }

  /** The pickle holds code where tensors are needed. */
  static PickleException notData(String what) {
    return new PickleException(
        "it holds "
            + PickleValues.shortened(what)
            + ", which is code and not data: nothing was executed. "
            + ADVICE);
  }
}
