#!/usr/bin/env python3
"""Makes the JPEG files that JpegDecoderTest reads, with Pillow: kinds that OpenCV does not write.

Usage: make_jpeg_cases.py OUTPUT_FOLDER
"""

import os
import sys

import numpy as np
from PIL import Image


def picture(width, height, seed):
    """Waves and noise, so that every frequency occurs."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [
        np.sin(x * random.uniform(0.02, 0.5) + y * random.uniform(0.02, 0.5)) for _ in range(3)
    ]
    image = 128 + 80 * np.stack(waves, -1) + 12 * random.randn(height, width, 3)
    return Image.fromarray(image.clip(0, 255).astype(np.uint8))


def main():
    folder = sys.argv[1]
    for name, width, height, options in (
        ("444", 45, 35, dict(subsampling=0)),
        ("422", 45, 35, dict(subsampling=1)),
        ("422-narrow", 4, 20, dict(subsampling=1)),
        ("420", 45, 35, dict(subsampling=2)),
        ("420-narrow", 3, 19, dict(subsampling=2)),
        ("420-optimized", 70, 33, dict(subsampling=2, optimize=True)),
        ("420-q10", 64, 48, dict(subsampling=2, quality=10)),
        ("420-q100", 33, 49, dict(subsampling=2, quality=100)),
        ("420-progressive", 45, 35, dict(subsampling=2, progressive=True)),
    ):
        options = dict(dict(quality=85), **options)
        picture(width, height, len(name)).save(os.path.join(folder, name + ".jpg"), **options)
    picture(45, 35, 7).convert("L").save(os.path.join(folder, "gray.jpg"), quality=85)
    picture(45, 35, 8).convert("CMYK").save(os.path.join(folder, "cmyk.jpg"), quality=85)


if __name__ == "__main__":
    main()
