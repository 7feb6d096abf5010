#!/usr/bin/env python3
"""Makes the files that ImageFormatsTest reads, and what Pillow 9.4 makes of them.

Usage: make_format_cases.py OUTPUT_FOLDER

The folder must have restart.jpg and restart-optimized.jpg, with restart markers, which Pillow 9.4
does not write. expected.csv has a line for each file: what Pillow makes of it as it is, and turned
as its EXIF orientation says; the CRC-32 is that of red, green and blue of all pixels.
"""

import csv
import io
import os
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageOps, TiffImagePlugin

FOLDER = sys.argv[1]
CASES = []

# Pillow reads these too.
NOT_OURS = ("jpeg.tif", "fax.tif", "lossless.webp", "animated.webp")


def picture(width, height, seed, mode="RGB"):
    """Waves, so that neither rows nor columns are alike."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x * random.uniform(0.1, 0.5) + y * random.uniform(0.1, 0.5)) for _ in range(4)]
    image = (128 + 120 * np.stack(waves, -1)).clip(0, 255).astype(np.uint8)
    if mode == "RGBA":
        return Image.fromarray(image, "RGBA")
    return Image.fromarray(image[..., :3]).convert(mode)


def add(name, data):
    with open(os.path.join(FOLDER, name), "wb") as f:
        f.write(data)
    CASES.append(name)


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def orientations():
    image = picture(21, 13, 1)
    for n in range(1, 9):
        exif = Image.Exif()
        exif[0x010F] = "A camera"
        exif[0x0112] = n
        exif[0x0132] = "2020:02:02 02:02:02"
        add(f"turned-{n}.jpg", saved(image, "JPEG", exif=exif.tobytes(), quality=80))
    exif = Image.Exif()
    exif[0x0112] = 6
    big = exif.tobytes()
    little = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    add("turned-big-endian.jpg", saved(image, "JPEG", exif=big, quality=80))
    add("turned-little-endian.jpg", saved(image, "JPEG", exif=little, quality=80))
    add("turned-9.jpg", saved(image, "JPEG", exif=little.replace(b"\x06\0\0\0\0", b"\x09\0\0\0\0"), quality=80))
    add("turned-progressive.jpg", saved(image, "JPEG", exif=little, progressive=True))
    add("turned.png", saved(image, "PNG", exif=little))
    add("turned.webp", saved(image, "WEBP", exif=little, quality=70))


def restarts():
    """Restart markers lost, or with another number."""
    for base in ("restart", "restart-optimized"):
        with open(os.path.join(FOLDER, base + ".jpg"), "rb") as f:
            sound = f.read()
        CASES.append(base + ".jpg")
        places = [i for i in range(len(sound) - 1) if sound[i] == 0xFF and 0xD0 <= sound[i + 1] <= 0xD7]
        third = places[3]
        add(f"{base}-lost.jpg", sound[:third] + sound[third + 2 :])
        fourth = places[4]
        add(f"{base}-two-lost.jpg", sound[:third] + sound[third + 2 : fourth] + sound[fourth + 2 :])
        last = places[-1]
        add(f"{base}-last-lost.jpg", sound[:last] + sound[last + 2 :])
        add(f"{base}-ff-lost.jpg", sound[:third] + sound[third + 1 :])
        add(f"{base}-bytes-before.jpg", sound[:third] + b"ab\xff\0cdefghij" + sound[third:])
        for ahead in range(1, 8):
            other = bytes([0xD0 + (sound[third + 1] + ahead) % 8])
            add(f"{base}-ahead-{ahead}.jpg", sound[: third + 1] + other + sound[third + 2 :])


def bmp(width, height, depth, rows, compression=0, masks=(), palette=b"", size=40):
    header = struct.pack(
        "<IiiHHIIiiII", size, width, height, 1, depth, compression, len(rows), 0, 0, len(palette) // 4, 0
    )
    behind = b"".join(struct.pack("<I", m) for m in masks)
    if size > 40:
        header += behind + b"\0" * (size - 40 - len(behind))
        behind = b""
    offset = 14 + len(header) + len(behind) + len(palette)
    head = b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset)
    return head + header + behind + palette + rows


def packed(array, masks, depth):
    """Pixels with each color cut down to the bits of its mask."""
    rows = b""
    for row in array:
        line = b""
        for pixel in row:
            value = 0
            for mask, color in zip(masks, pixel):
                if mask:
                    bits = bin(mask).count("1")
                    value |= (int(color) >> (8 - bits)) << ((mask & -mask).bit_length() - 1)
            line += value.to_bytes(depth // 8, "little")
        rows += line + b"\0" * (-len(line) % 4)
    return rows


def bmps():
    array = np.asarray(picture(5, 4, 2, "RGBA"))
    upward = array[::-1]
    for name, depth, masks, size in (
        ("xbgr", 32, (0xFF000000, 0xFF0000, 0xFF00), 40),
        ("bgrx", 32, (0xFF0000, 0xFF00, 0xFF), 40),
        ("rgba", 32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000), 108),
        ("bgra", 32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000), 124),
        ("565", 16, (0xF800, 0x7E0, 0x1F), 40),
        ("555", 16, (0x7C00, 0x3E0, 0x1F), 40),
    ):
        masks = masks + (0,) * (size > 40 and 4 - len(masks))
        add(f"{name}.bmp", bmp(5, 4, depth, packed(upward, masks, depth), 3, masks, size=size))
        add(f"{name}-down.bmp", bmp(5, -4, depth, packed(array, masks, depth), 3, masks, size=size))
    add("16.bmp", bmp(5, 4, 16, packed(upward, (0x7C00, 0x3E0, 0x1F), 16)))
    add("32.bmp", bmp(5, 4, 32, packed(upward, (0xFF0000, 0xFF00, 0xFF), 32)))
    image = picture(13, 7, 3)
    add("24.bmp", saved(image, "BMP"))
    add("8.bmp", saved(image.quantize(50), "BMP"))
    add("gray.bmp", saved(image.convert("L"), "BMP"))
    add("1.bmp", saved(image.convert("1"), "BMP"))
    palette = bytes(v for i in range(16) for v in (i * 16, 255 - i * 7, i * 3, 0))
    add("4.bmp", bmp(5, 2, 4, b"\x01\x23\x40\0\xfe\xdc\xb0\0", palette=palette))
    runs = b"\x05\x03\0\0" + b"\0\x03\x01\x02\x0f\0\x02\x07\0\0" + b"\x03\x04\x02\x05\0\x01"
    add("runs-8.bmp", bmp(5, 3, 8, runs, 1, palette=palette))
    # Pillow 9.4 drops the last of an odd number of pixels that are in no run.
    runs = b"\x05\x3a\0\0" + b"\0\x04\x12\x34\x01\x50\0\0" + b"\x05\x45\0\x01"
    add("runs-4.bmp", bmp(5, 3, 4, runs, 2, palette=palette))
    old = b"BM" + struct.pack("<IHHIIHHHH", 26 + 16, 0, 0, 26, 12, 5, 1, 1, 24)
    add("old.bmp", old + bytes(range(15)) + b"\0")


def gifs():
    image = picture(19, 23, 4).quantize(37)
    add("plain.gif", saved(image, "GIF", interlace=0))
    add("interlaced.gif", saved(image, "GIF", interlace=1))
    add("transparent.gif", saved(image, "GIF", transparency=3))
    add("gray.gif", saved(picture(9, 8, 5, "L"), "GIF"))
    add("many-codes.gif", saved(picture(110, 90, 6).quantize(256), "GIF"))
    frames = [picture(9, 8, n).quantize(16) for n in (7, 8)]
    add("animated.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    # A frame that is smaller than the screen, with and without a transparent index.
    small = saved(picture(4, 3, 9).quantize(8), "GIF")
    assert small[:6] in (b"GIF87a", b"GIF89a")
    wide = small[:6] + struct.pack("<HH", 7, 6) + small[10:]
    add("small-frame.gif", wide)
    at = wide.index(b",\0\0\0\0\x04\0\x03\0")
    moved = wide[: at + 1] + struct.pack("<HH", 2, 1) + wide[at + 5 :]
    add("moved-frame.gif", moved)
    control = b"!\xf9\x04\x01\0\0\x05\0"
    add("moved-transparent.gif", b"GIF89a" + moved[6:at] + control + moved[at:])


def tiffs():
    image = picture(29, 22, 10)
    for mode in ("RGB", "L", "1", "CMYK", "RGBA"):
        source = picture(29, 22, 10, mode)
        for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
            if compression == "raw" or mode in ("RGB", "L"):
                add(f"{mode.lower()}-{compression}.tif", saved(source, "TIFF", compression=compression))
    add("palette.tif", saved(image.quantize(40), "TIFF"))
    add("jpeg.tif", saved(picture(9, 8, 11), "TIFF", compression="jpeg"))
    add("fax.tif", saved(picture(9, 8, 11, "1"), "TIFF", compression="group4"))
    strips = TiffImagePlugin.ImageFileDirectory_v2()
    strips[278] = 5
    add("strips.tif", saved(image, "TIFF", tiffinfo=strips, compression="tiff_lzw"))
    predicted = TiffImagePlugin.ImageFileDirectory_v2()
    predicted[317] = 2
    add("predicted.tif", saved(image, "TIFF", tiffinfo=predicted, compression="tiff_lzw"))
    turned = TiffImagePlugin.ImageFileDirectory_v2()
    turned[274] = 6
    add("turned.tif", saved(image, "TIFF", tiffinfo=turned))
    tiffs_by_hand()


def tiff(order, entries, data):
    """A TIFF whose pixels come first; entries are tag: (type, values)."""
    shape = {3: "H", 4: "I"}
    at = 8 + len(data) + len(data) % 2
    extra_at = at + 2 + 12 * len(entries) + 4
    directory = struct.pack(order + "H", len(entries))
    extra = b""
    for tag, (kind, values) in sorted(entries.items()):
        packed_values = struct.pack(order + shape[kind] * len(values), *values)
        if len(packed_values) <= 4:
            field = packed_values.ljust(4, b"\0")
        else:
            field = struct.pack(order + "I", extra_at + len(extra))
            extra += packed_values
        directory += struct.pack(order + "HHI", tag, kind, len(values)) + field
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, at)
    return head + data + b"\0" * (len(data) % 2) + directory + b"\0\0\0\0" + extra


def tiffs_by_hand():
    array = np.asarray(picture(20, 18, 12))
    for order in "<>":
        name = "little" if order == "<" else "big"
        wide = array.astype(order + "u2") * 256 + 77
        base = {256: (3, [20]), 257: (3, [18]), 259: (3, [1]), 262: (3, [2]), 273: (4, [8]), 277: (3, [3])}
        entries = dict(base)
        entries.update({258: (3, [16] * 3), 278: (3, [18]), 279: (4, [20 * 18 * 6])})
        add(f"16-bits-{name}.tif", tiff(order, entries, wide.tobytes()))
        planes = array.transpose(2, 0, 1).tobytes()
        entries = dict(base)
        entries.update({258: (3, [8] * 3), 278: (3, [18]), 284: (3, [2])})
        entries.update({273: (4, [8, 8 + 360, 8 + 720]), 279: (4, [360] * 3)})
        add(f"planes-{name}.tif", tiff(order, entries, planes))
        padded = np.zeros((32, 32, 3), np.uint8)
        padded[:18, :20] = array
        tiles = [zlib.compress(padded[y : y + 16, x : x + 16].tobytes()) for y in (0, 16) for x in (0, 16)]
        places = [8 + sum(len(t) for t in tiles[:i]) for i in range(4)]
        entries = dict(base)
        del entries[273]
        entries.update({258: (3, [8] * 3), 259: (3, [8]), 322: (3, [16]), 323: (3, [16])})
        entries.update({324: (4, places), 325: (4, [len(t) for t in tiles])})
        add(f"tiles-{name}.tif", tiff(order, entries, b"".join(tiles)))
    gray = array[..., 0]
    base = {256: (3, [20]), 257: (3, [18]), 258: (3, [8]), 259: (3, [1]), 273: (4, [8]), 277: (3, [1])}
    inverted = dict(base)
    inverted.update({262: (3, [0]), 278: (3, [18]), 279: (4, [360])})
    add("white-is-zero.tif", tiff("<", inverted, gray.tobytes()))
    halves = dict(base)
    halves.update({258: (3, [4]), 262: (3, [1]), 278: (3, [18]), 279: (4, [180])})
    add("4-bits.tif", tiff("<", halves, (gray[:, ::2] & 0xF0 | gray[:, 1::2] >> 4).tobytes()))


def webps():
    add("lossy.webp", saved(picture(33, 27, 13), "WEBP", quality=60))
    add("lossy-best.webp", saved(picture(16, 16, 14), "WEBP", quality=100))
    add("lossy-alpha.webp", saved(picture(33, 27, 13, "RGBA"), "WEBP", quality=60))
    add("lossless.webp", saved(picture(8, 6, 15), "WEBP", lossless=True))
    frames = [picture(9, 8, n) for n in (16, 17)]
    add("animated.webp", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))


def described(image):
    image = image.convert("RGB")
    return [image.width, image.height, "%08x" % zlib.crc32(image.tobytes())]


def main():
    for make in (orientations, restarts, bmps, gifs, tiffs, webps):
        make()
    with open(os.path.join(FOLDER, "expected.csv"), "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["file", "width", "height", "crc", "turned_width", "turned_height", "turned_crc"])
        for name in CASES:
            if name in NOT_OURS:
                continue
            path = os.path.join(FOLDER, name)
            plain = described(Image.open(path))
            turned = described(ImageOps.exif_transpose(Image.open(path)))
            if name == "turned.tif":  # Pillow turns a TIFF whenever it is read.
                turned = plain
                plain = described(picture(29, 22, 10))
            out.writerow([name] + plain + turned)


if __name__ == "__main__":
    main()
