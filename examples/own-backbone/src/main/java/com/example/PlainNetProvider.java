package com.example;

import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.BackboneProvider;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Named in META-INF/services, so that {@code eman train --backbone plain-3} finds it. */
public final class PlainNetProvider implements BackboneProvider {
  private static final Pattern NAME = Pattern.compile("plain-([1-9])");

  @Override
  public String description() {
    return "plain-N: N convolutions without shortcuts";
  }

  @Override
  public List<String> names() {
    return List.of("plain-3", "plain-6");
  }

  @Override
  public Optional<Backbone> find(String name, int channels) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(new PlainNet(name, channels, Integer.parseInt(matcher.group(1))))
        : Optional.empty();
  }
}
