package dev.eman.web.label;

import dev.eman.core.EmanException;

/** A tab asks for a change to what another one has changed meanwhile. */
final class StaleTabException extends EmanException {
  private static final long serialVersionUID = 1;

  StaleTabException(String message) {
    super(message);
  }
}
