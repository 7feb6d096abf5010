package dev.eman.datasets.packed;

import dev.eman.datasets.table.TablePart;
import java.util.Optional;

/**
 * One image of a packed set.
 *
 * @param name its path with {@code /}, or what else it is called; no other has it
 * @param label name of its class; empty if it is not known
 * @param part that it belongs to; empty if nothing is said
 * @param file that holds it, as a position in the set's list of files
 * @param position of its first byte in the file
 * @param bytes its length
 * @param crc32c checksum of its bytes (CRC-32C)
 */
public record PackedImage(
    String name,
    String label,
    Optional<TablePart> part,
    int file,
    long position,
    int bytes,
    int crc32c) {}
