package dev.eman.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.common.base.Enums;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: JSON with the type, shape and byte range of each tensor. Read
 * token by token, so that nothing but tensors takes memory.
 */
final class SafeTensorsHeader {
  static final String METADATA = "__metadata__";
  private static final int DEEPEST = 16;

  /** More tensors than any network has; a header of the maximum size could name millions. */
  private static final int MOST_NAMES = 1 << 17;

  /** Maximum number of keys of a tensor; keys unknown to the format are skipped. */
  private static final int MOST_KEYS = 16;

  /** PyTorch's limit on a tensor's dimensions. */
  private static final int MOST_DIMENSIONS = 64;

  private static final Pattern DTYPE = Pattern.compile("[A-Z][A-Z0-9_]{0,15}");

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(
              StreamReadFeature.AUTO_CLOSE_SOURCE) // The tensors are read from the same source.
          // Names from untrusted files are not cached for the next file.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /**
   * A tensor and its byte range after the header.
   *
   * @param info null for a type that is not read
   * @param dtype its type as the file names it
   */
  record Place(String name, String dtype, @Nullable TensorInfo info, long begin, long end) {}

  private final JsonParser json;
  private final long available;
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafeTensorsHeader(JsonParser json, long available) {
    this.json = json;
    this.available = available;
  }

  /**
   * Reads a header and checks that its tensors cover all bytes after it exactly once.
   *
   * @param available number of bytes after the header
   * @throws IOException saying what is wrong
   */
  static SafeTensorsHeader read(Reader text, long available) throws IOException {
    try (JsonParser json = JSON.createParser(text)) {
      SafeTensorsHeader header = new SafeTensorsHeader(json, available);
      header.read();
      header.checkOrder();
      return header;
    }
  }

  Map<String, Place> places() {
    return places;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void read() throws IOException {
    expect(JsonToken.START_OBJECT, "a JSON object");
    if (json.currentTokenLocation().getCharOffset() != 0) {
      throw new IOException("its header is damaged: expected it to begin with {, found a blank");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      if (name.equals(METADATA)) {
        readMetadata();
      } else if (places.size() == MOST_NAMES) {
        throw new IOException("its header names more than " + MOST_NAMES + " tensors");
      } else {
        places.put(name, readTensor(name));
      }
    }
    if (json.nextToken() != null) {
      throw new IOException("its header has something behind the JSON object");
    }
  }

  private void readMetadata() throws IOException {
    checkToken(JsonToken.START_OBJECT, METADATA + ": expected text by name");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      expect(
          JsonToken.VALUE_STRING, METADATA + ": expected text by name, and as " + name + " text");
      metadata.put(name, json.getText());
      if (metadata.size() > MOST_NAMES) {
        throw new IOException(METADATA + " has more than " + MOST_NAMES + " names");
      }
    }
  }

  private Place readTensor(String name) throws IOException {
    checkToken(JsonToken.START_OBJECT, "tensor " + name + ": expected a JSON object");
    String type = null;
    List<Long> shape = null;
    List<Long> offsets = List.of();
    int keys = 0;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "dtype" -> type = readType();
        case "shape" -> shape = readNumbers(name, key);
        case "data_offsets" -> offsets = readNumbers(name, key);
        default -> {
          if (++keys > MOST_KEYS || !json.currentToken().isScalarValue()) {
            throw new IOException(
                "tensor " + name + ": expected dtype, shape and data_offsets, found " + key);
          }
        }
      }
    }
    if (type == null || shape == null || offsets.size() != 2) {
      throw new IOException("tensor " + name + ": expected a dtype, a shape and two data_offsets");
    }
    ElementType known = Enums.getIfPresent(ElementType.class, type).orNull();
    TensorInfo info =
        known == null ? null : new TensorInfo(name, known, ImmutableList.copyOf(shape));
    Place place = new Place(name, type, info, offsets.get(0), offsets.get(1));
    long bytes =
        info == null
            ? place.end - place.begin
            : Math.multiplyExact(info.length(), info.type().bytes());
    // This order of the checks avoids overflow.
    if (place.end < place.begin || place.end - place.begin != bytes || place.end > available) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "tensor %s: expected %d bytes within %d, found the offsets %s%s",
              name,
              bytes,
              available,
              offsets,
              place.end > available ? PyTorchStorage.TRUNCATED : ""));
    }
    return place;
  }

  /** A type of the format, or of a later version of it. */
  private @Nullable String readType() throws IOException {
    String text = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
    return DTYPE.matcher(text).matches() ? text : null;
  }

  private List<Long> readNumbers(String name, String key) throws IOException {
    checkToken(JsonToken.START_ARRAY, "tensor " + name + ": expected an array as " + key);
    List<Long> numbers = new ArrayList<>(4);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw new IOException("tensor " + name + ": expected whole numbers from 0 on as " + key);
      }
      if (numbers.size() == MOST_DIMENSIONS) {
        throw new IOException(
            "tensor " + name + ": expected at most " + MOST_DIMENSIONS + " numbers as " + key);
      }
      numbers.add(json.getLongValue());
    }
    return numbers;
  }

  /** Checks the format's rule that every byte belongs to exactly one tensor. */
  private void checkOrder() throws IOException {
    List<Place> inOrder = new ArrayList<>(places.values());
    inOrder.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
    Place before = null;
    for (Place place : inOrder) {
      long expected = before == null ? 0 : before.end;
      if (place.begin != expected) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "tensor %s: expected its bytes to begin at %d, %s, found %d: %s",
                place.name,
                expected,
                where(before),
                place.begin,
                place.begin < expected
                    ? "two tensors overlap"
                    : "the bytes between are no tensor's"));
      }
      before = place;
    }
    long end = before == null ? 0 : before.end;
    if (end != available) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "expected its tensors to take all of the %d bytes behind the header, found that %d"
                  + " bytes at the end are no tensor's",
              available,
              available - end));
    }
  }

  private static String where(@Nullable Place before) {
    return before == null ? "right behind the header" : "where " + before.name + " ends";
  }

  private void expect(JsonToken token, String what) throws IOException {
    json.nextToken();
    checkToken(token, "expected " + what);
  }

  private void checkToken(JsonToken token, String message) throws IOException {
    if (json.currentToken() != token) {
      throw new IOException("its header is damaged: " + message);
    }
  }
}
