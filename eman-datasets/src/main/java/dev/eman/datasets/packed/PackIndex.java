package dev.eman.datasets.packed;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.table.TablePart;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a packed set holds, as the file {@link #NAME} says, which is written last: without it there
 * is no set. The images are listed in {@link #LIST}, a table that programs for tables read too, and
 * lie in tar archives.
 *
 * @param images how many there are
 * @param numbers whether classes that are all numbers come by number, as in a table, and not by
 *     code point, as folders do
 * @param list SHA-256 of the list, in hexadecimal
 * @param files in the order of {@link PackedImage#file}
 */
public record PackIndex(int images, boolean numbers, String list, ImmutableList<PackFile> files) {
  /** The file that makes a folder a packed set. */
  public static final String NAME = "packed.json";

  /** The table of images. */
  public static final String LIST = "images.csv";

  private static final String FORMAT = "eman-packed-images-1";
  private static final String HEADER = "image,label,split,file,position,bytes,crc32c\n";
  private static final int COLUMNS = 7;
  private static final int MOST_BYTES = 1 << 26;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();
  private static final ObjectReader CELLS =
      new CsvMapper().readerFor(String[].class).with(CsvParser.Feature.WRAP_AS_ARRAY);

  /**
   * An archive of images.
   *
   * @param name within the set's folder
   * @param bytes its length
   * @param sha256 of its content, in hexadecimal
   */
  public record PackFile(String name, long bytes, String sha256) {}

  /** As it is written. */
  private record Text(
      String format, int images, boolean numbers, String list, List<PackFile> files) {}

  /** The head of the list. */
  public static String header() {
    return HEADER;
  }

  /** An image's line in the list. */
  public static String line(PackedImage image) {
    return String.format(
        Locale.ROOT,
        "%s,%s,%s,%d,%d,%d,%08x\n",
        quoted(image.name()),
        quoted(image.label()),
        image.part().map(TablePart::label).orElse(""),
        image.file(),
        image.position(),
        image.bytes(),
        image.crc32c());
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }

  /** Writes the file {@link #NAME}. */
  public void write(OutputStream out) throws IOException {
    out.write(
        JSON.writerWithDefaultPrettyPrinter()
            .writeValueAsBytes(new Text(FORMAT, images, numbers, list, files)));
  }

  /**
   * Reads a set's index, and checks that its files are there as a whole.
   *
   * @throws DatasetException if there is none, or files are missing or of other sizes
   */
  public static PackIndex read(PackFiles from) {
    PackIndex index = parse(from);
    for (PackFile file : index.files()) {
      long size;
      try {
        size = from.size(file.name());
      } catch (FileNotFoundException | NoSuchFileException e) {
        size = -1;
      } catch (IOException e) {
        throw cannotRead(from, file.name(), e);
      }
      if (size != file.bytes()) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s: expected %s of %,d bytes, found %s; pack the images again",
                from.place(),
                file.name(),
                file.bytes(),
                size < 0 ? "nothing" : String.format(Locale.ROOT, "%,d", size)));
      }
    }
    return index;
  }

  private static PackIndex parse(PackFiles from) {
    try (InputStream in = from.open(NAME)) {
      Text text = JSON.readValue(in.readNBytes(MOST_BYTES), Text.class);
      if (text == null || !FORMAT.equals(text.format())) {
        throw new DatasetException(
            from.place() + ": expected the format " + FORMAT + ", found another one");
      }
      return new PackIndex(
          text.images(), text.numbers(), text.list(), ImmutableList.copyOf(text.files()));
    } catch (FileNotFoundException | NoSuchFileException e) {
      throw new DatasetException(
          from.place() + ": expected a set of packed images (" + NAME + "), found none", e);
    } catch (JacksonException e) {
      throw new DatasetException(
          from.place() + ": expected " + NAME + " as it was written, found other content", e);
    } catch (IOException e) {
      throw cannotRead(from, NAME, e);
    }
  }

  /**
   * Reads the list of images, in its order.
   *
   * @throws DatasetException if it is not the one that the index was written with; images that were
   *     given are to be forgotten then
   */
  public void read(PackFiles from, Consumer<PackedImage> into) {
    int count = 0;
    try (HashingInputStream in =
            new HashingInputStream(
                Hashing.sha256(), new BufferedInputStream(from.open(LIST), 1 << 16));
        MappingIterator<String[]> rows =
            CELLS.readValues(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (boolean header = true; rows.hasNextValue(); header = false) {
        String[] cells = rows.nextValue();
        if (!header) {
          into.accept(image(cells));
          count++;
        }
      }
      if (count != images || !in.hash().toString().equals(list)) {
        throw new DatasetException(changed(from));
      }
    } catch (JacksonException | RuntimeJsonMappingException | IllegalArgumentException e) {
      throw new DatasetException(changed(from), e);
    } catch (IOException e) {
      throw cannotRead(from, LIST, e);
    }
  }

  private PackedImage image(String[] cells) {
    if (cells.length != COLUMNS) {
      throw new IllegalArgumentException("columns");
    }
    Optional<TablePart> part =
        cells[2].isEmpty() ? Optional.empty() : Optional.of(TablePart.valueOf(upper(cells[2])));
    int file = Integer.parseInt(cells[3]);
    if (file < 0 || file >= files.size()) {
      throw new IllegalArgumentException("file");
    }
    return new PackedImage(
        cells[0],
        cells[1],
        part,
        file,
        Long.parseLong(cells[4]),
        Integer.parseInt(cells[5]),
        Integer.parseUnsignedInt(cells[6], 16));
  }

  private static String upper(String part) {
    return Ascii.toUpperCase(part);
  }

  private static String changed(PackFiles from) {
    return from.place()
        + ": expected "
        + LIST
        + " as it was written, found other content; pack the images again";
  }

  private static DatasetException cannotRead(PackFiles from, String name, IOException e) {
    return new DatasetException(
        "cannot read " + from.place() + "/" + name + ": " + IoFailures.reason(e), e);
  }
}
