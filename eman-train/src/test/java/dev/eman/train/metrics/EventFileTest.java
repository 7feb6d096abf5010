package dev.eman.train.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  @TempDir private Path folder;

  /** What a record says, read by the format's description alone. */
  private record Event(double wallTime, long step, String version, Map<String, Float> scalars) {}

  @Test
  void whatWasWritten_isReadBackByAnotherReader() throws IOException {
    Path file = folder.resolve("events.out.tfevents.test");
    try (EventFile events = EventFile.create(file, 1000.5)) {
      events.scalars(1001.25, 1, Map.of("loss", 2.5));
      Map<String, Double> several = new LinkedHashMap<>();
      several.put("loss", 0.125);
      several.put("mask rate", 0.75);
      events.scalars(1002, 3_000_000_000L, several);
    }
    List<Event> events = read(Files.readAllBytes(file));
    assertEquals(3, events.size());
    assertEquals(new Event(1000.5, 0, "brain.Event:2", Map.of()), events.get(0));
    assertEquals(new Event(1001.25, 1, "", Map.of("loss", 2.5f)), events.get(1));
    assertEquals(
        new Event(1002, 3_000_000_000L, "", Map.of("loss", 0.125f, "mask rate", 0.75f)),
        events.get(2));
  }

  /** Published for CRC-32C: 32 zero bytes. */
  @Test
  void masked_knownVector() {
    int crc = 0x8a9136aa;
    assertEquals(Integer.rotateRight(crc, 15) + 0xa282ead8, EventFile.masked(new byte[32], 32));
  }

  private static List<Event> read(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (in.hasRemaining()) {
      int at = in.position();
      int length = (int) in.getLong();
      assertEquals(crc(file, at, 8), in.getInt());
      int body = in.position();
      ByteBuffer data = in.slice(body, length).order(ByteOrder.LITTLE_ENDIAN);
      in.position(body + length);
      assertEquals(crc(file, body, length), in.getInt());
      events.add(event(data));
    }
    return events;
  }

  /** Bit by bit with the Castagnoli polynomial. */
  private static int crc(byte[] bytes, int from, int length) {
    int crc = -1;
    for (int i = from; i < from + length; i++) {
      crc ^= bytes[i] & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      }
    }
    return Integer.rotateRight(~crc, 15) + 0xa282ead8;
  }

  private static Event event(ByteBuffer data) {
    double wallTime = 0;
    long step = 0;
    String version = "";
    Map<String, Float> scalars = new LinkedHashMap<>();
    while (data.hasRemaining()) {
      switch ((int) varint(data)) {
        case 1 << 3 | 1 -> wallTime = data.getDouble();
        case 2 << 3 -> step = varint(data);
        case 3 << 3 | 2 -> version = text(message(data));
        case 5 << 3 | 2 -> {
          ByteBuffer summary = message(data);
          while (summary.hasRemaining()) {
            assertEquals(1 << 3 | 2, varint(summary));
            value(message(summary), scalars);
          }
        }
        default -> throw new AssertionError("unknown field");
      }
    }
    return new Event(wallTime, step, version, scalars);
  }

  private static void value(ByteBuffer data, Map<String, Float> scalars) {
    assertEquals(1 << 3 | 2, varint(data));
    String tag = text(message(data));
    assertEquals(2 << 3 | 5, varint(data));
    scalars.put(tag, data.getFloat());
    assertFalse(data.hasRemaining());
  }

  private static ByteBuffer message(ByteBuffer data) {
    int length = (int) varint(data);
    ByteBuffer part = data.slice(data.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    data.position(data.position() + length);
    return part;
  }

  private static String text(ByteBuffer data) {
    return StandardCharsets.UTF_8.decode(data).toString();
  }

  private static long varint(ByteBuffer data) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = data.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
