package dev.eman.core.io;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What tells this machine from others that see the same files. */
public final class HostName {
  private HostName() {}

  /** The machine's name, or the container's; empty if it has none. */
  public static String get() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "";
    }
  }
}
