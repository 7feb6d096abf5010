"""Makes src/test/resources/pillow-more: what Pillow computes for other sizes, gray images, blur and hue.

Run with Debian's Python (python3-pil, python3-numpy, python3-torchvision):
  python3 src/test/python/make_pillow_cases.py src/test/resources/pillow-more
"""

import os
import sys

import numpy as np
import PIL
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from torchvision.transforms import functional as F


def picture(r, h, w, channels):
    yy, xx = np.mgrid[0:h, 0:w]
    a = np.stack([(xx * 7) % 256, (yy * 5) % 256, ((xx + 2 * yy) * 3) % 256], -1) * 0.7 + r.randint(0, 80, (h, w, 3))
    a = a.clip(0, 255).astype("uint8")
    return Image.fromarray(a if channels == 3 else a[..., 0])


OPERATIONS = {
    "autocontrast": ImageOps.autocontrast,
    "equalize": ImageOps.equalize,
    "invert": ImageOps.invert,
    "posterize_5": lambda i: ImageOps.posterize(i, 5),
    "solarize_100": lambda i: ImageOps.solarize(i, 100),
    "brightness_1.3": lambda i: ImageEnhance.Brightness(i).enhance(1.3),
    "color_1.6": lambda i: ImageEnhance.Color(i).enhance(1.6),
    "contrast_0.4": lambda i: ImageEnhance.Contrast(i).enhance(0.4),
    "sharpness_1.9": lambda i: ImageEnhance.Sharpness(i).enhance(1.9),
    "rotate_90": lambda i: i.rotate(90),
    "rotate_180": lambda i: i.rotate(180),
    "rotate_-30": lambda i: i.rotate(-30),
    "shear_x_-0.3": lambda i: i.transform(i.size, Image.AFFINE, (1, -0.3, 0, 0, 1, 0)),
    "translate_y_3.3": lambda i: i.transform(i.size, Image.AFFINE, (1, 0, 0, 0, 1, 3.3)),
    "blur_0.1": lambda i: i.filter(ImageFilter.GaussianBlur(0.1)),
    "blur_0.9": lambda i: i.filter(ImageFilter.GaussianBlur(0.9)),
    "blur_2.0": lambda i: i.filter(ImageFilter.GaussianBlur(2.0)),
    "hue_0.1": lambda i: F.adjust_hue(i, 0.1),
    "hue_-0.08": lambda i: F.adjust_hue(i, -0.08),
    "resize_bilinear_9x40": lambda i: i.resize((9, 40), Image.BILINEAR),
    "resize_bilinear_64x7": lambda i: i.resize((64, 7), Image.BILINEAR),
}


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    r = np.random.RandomState(11)
    for name, h, w, channels in (("wide", 23, 37, 3), ("gray", 28, 28, 1), ("tiny", 2, 3, 3)):
        image = picture(r, h, w, channels)
        np.save(f"{out}/{name}_input.npy", np.asarray(image).reshape(h, w, channels))
        for operation, function in OPERATIONS.items():
            result = np.asarray(function(image))
            np.save(f"{out}/{name}_{operation}.npy", result.reshape(*result.shape[:2], channels))
    with open(f"{out}/versions.txt", "w") as f:
        f.write(f"Pillow {PIL.__version__}\n")


main()
