package dev.eman.cli.doctor;

/**
 * One thing about the machine.
 *
 * @param name of it, in lower case
 * @param status whether anything should be done
 * @param found in words
 * @param advice what to change; empty if nothing
 */
public record Finding(String name, Status status, String found, String advice) {
  /** Whether anything should be done. */
  public enum Status {
    OK,
    /** It works, but slowly or only just. */
    WARNING,
    /** Training cannot work. */
    FAILURE
  }

  static Finding ok(String name, String found) {
    return new Finding(name, Status.OK, found, "");
  }

  static Finding warning(String name, String found, String advice) {
    return new Finding(name, Status.WARNING, found, advice);
  }

  static Finding failure(String name, String found, String advice) {
    return new Finding(name, Status.FAILURE, found, advice);
  }
}
