#!/usr/bin/env python3
"""Makes fashion-mnist-mini from Debian's package dataset-fashion-mnist, with the same bytes each time.

The subset: of each class the first 600 training and the first 100 test images, in their original
order. Images are kept as one sheet in PNG, 100 across, which takes less room than IDX with gzip and
which any viewer shows; labels as IDX with gzip.

Usage: make_fashion_mnist_mini.py [SOURCE_FOLDER] OUTPUT_FOLDER
"""

import gzip
import hashlib
import os
import struct
import sys
import zlib

SIDE = 28
ACROSS = 100
CLASSES = 10
SOURCE = "/usr/share/datasets/fashion-mnist"
PARTS = (("train", "train", 600), ("test", "t10k", 100))


def read(folder, name, header):
    with gzip.open(os.path.join(folder, name + ".gz")) as stream:
        return stream.read()[header:]


def first_of_each_class(labels, count):
    seen = [0] * CLASSES
    chosen = []
    for index, label in enumerate(labels):
        if seen[label] < count:
            seen[label] += 1
            chosen.append(index)
    assert seen == [count] * CLASSES, seen
    return chosen


def sheet(images):
    """Rows of pixels of all images, ACROSS of them side by side."""
    rows = []
    for top in range(0, len(images), ACROSS):
        line = images[top : top + ACROSS]
        for y in range(SIDE):
            rows.append(b"".join(image[y * SIDE : (y + 1) * SIDE] for image in line))
    return rows


def paeth(row, above):
    """PNG's filter 4 for one byte a pixel."""
    out = bytearray(len(row))
    left = corner = 0
    for x, value in enumerate(row):
        up = above[x]
        guess = left + up - corner
        dl, du, dc = abs(guess - left), abs(guess - up), abs(guess - corner)
        best = left if dl <= du and dl <= dc else up if du <= dc else corner
        out[x] = (value - best) & 255
        left, corner = value, up
    return bytes(out)


def png(rows):
    above = bytes(len(rows[0]))
    data = bytearray()
    for row in rows:
        data += b"\4" + paeth(row, above)
        above = row
    packer = zlib.compressobj(9, zlib.DEFLATED, 15, 9, zlib.Z_FILTERED)
    packed = packer.compress(bytes(data)) + packer.flush()

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    size = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def main():
    source = sys.argv[1] if len(sys.argv) > 2 else SOURCE
    target = sys.argv[-1]
    for part, prefix, count in PARTS:
        pixels = read(source, prefix + "-images-idx3-ubyte", 16)
        labels = read(source, prefix + "-labels-idx1-ubyte", 8)
        chosen = first_of_each_class(labels, count)
        area = SIDE * SIDE
        images = [pixels[i * area : (i + 1) * area] for i in chosen]
        kept = bytes(labels[i] for i in chosen)
        with open(os.path.join(target, "fashion-mnist-mini-%s.png" % part), "wb") as out:
            out.write(png(sheet(images)))
        with open(os.path.join(target, "fashion-mnist-mini-%s-labels.gz" % part), "wb") as out:
            out.write(gzip.compress(struct.pack(">II", 0x801, len(kept)) + kept, 9, mtime=0))
        digest = hashlib.sha256(b"".join(images) + kept).hexdigest()
        mean = sum(b"".join(images)) / (len(images) * area)
        square = sum(v * v for v in b"".join(images)) / (len(images) * area)
        print(part, len(images), "images, sha256 of pixels and labels", digest)
        print("mean %.6f, deviation %.6f" % (mean / 255, (square - mean * mean) ** 0.5 / 255))


if __name__ == "__main__":
    main()
