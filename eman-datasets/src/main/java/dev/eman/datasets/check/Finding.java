package dev.eman.datasets.check;

/**
 * One thing that was found.
 *
 * @param part that it is in: {@code train}
 * @param subject the image's or class's name; empty for a part as a whole
 * @param detail what there is to say: the other image, the reason, the numbers
 */
public record Finding(FindingKind kind, String part, String subject, String detail) {}
