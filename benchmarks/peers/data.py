"""The torchvision and Pillow side of `eman bench data`: a DataLoader over the same files.

Reads commands from standard input (small, jpeg, quit), answers each with images per second.
"""

import argparse
import random
import sys
import time

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageEnhance, ImageOps
from torch.utils.data import DataLoader, Dataset
from torchvision import datasets
from torchvision import transforms as T

GRAY = (127, 127, 127)
SKIPPED_BATCHES = 8  # Those made before the clock started.


def enhance(kind):
    return lambda image, v: kind(image).enhance(0.05 + 0.9 * v)


def affine(build):
    def apply(image, v):
        a = build(image, v * random.choice((-1, 1)))
        return image.transform(image.size, Image.AFFINE, a)

    return apply


OPERATIONS = [
    lambda image, v: ImageOps.autocontrast(image),
    enhance(ImageEnhance.Brightness),
    enhance(ImageEnhance.Color),
    enhance(ImageEnhance.Contrast),
    lambda image, v: ImageOps.equalize(image),
    lambda image, v: image,
    lambda image, v: ImageOps.posterize(image, 4 + int(4 * v)),
    lambda image, v: image.rotate(30 * v * random.choice((-1, 1))),
    enhance(ImageEnhance.Sharpness),
    affine(lambda image, v: (1, 0.3 * v, 0, 0, 1, 0)),
    affine(lambda image, v: (1, 0, 0, 0.3 * v, 1, 0)),
    lambda image, v: ImageOps.solarize(image, int(256 * v)),
    affine(lambda image, v: (1, 0, 0.3 * v * image.size[0], 0, 1, 0)),
    affine(lambda image, v: (1, 0, 0, 0, 1, 0.3 * v * image.size[1])),
]


def rand_augment(image):
    """FixMatch's: two operations, each with probability one half and random magnitude; Cutout."""
    for operation in random.choices(OPERATIONS, k=2):
        if random.random() < 0.5:
            image = operation(image, random.random())
    width, height = image.size
    side = min(width, height) // 2
    x, y = random.randrange(width), random.randrange(height)
    image = image.copy()
    left, top = x - side // 2, y - side // 2
    color = GRAY if image.mode == "RGB" else GRAY[0]
    ImageDraw.Draw(image).rectangle((left, top, left + side - 1, top + side - 1), color)
    return image


class Small(Dataset):
    """A weak and a strong view of each image of a raw file."""

    def __init__(self, path, shape):
        self.images = np.fromfile(path, np.uint8).reshape(shape)
        side, channels = shape[1], shape[3]
        weak = [
            T.RandomHorizontalFlip(),
            T.RandomCrop(side, padding=-(-side // 8), padding_mode="reflect"),
        ]
        end = [T.ToTensor(), T.Normalize((0.5,) * channels, (0.25,) * channels)]
        self.weak = T.Compose(weak + end)
        self.strong = T.Compose(weak + [rand_augment] + end)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        pixels = self.images[index]
        image = Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[:, :, 0])
        return self.weak(image), self.strong(image)


def jpeg(folder):
    transform = T.Compose(
        [
            T.RandomResizedCrop(224),
            T.RandomHorizontalFlip(),
            T.ToTensor(),
            T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )
    return datasets.ImageFolder(folder, transform)


def batches(dataset, size, workers):
    loader = DataLoader(
        dataset,
        batch_size=size,
        shuffle=True,
        drop_last=True,
        num_workers=workers,
        persistent_workers=True,
    )
    while True:
        yield from loader


def rate(stream, size, seconds):
    for _ in range(SKIPPED_BATCHES):
        next(stream)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        next(stream)
        count += size
    return count / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--raw", required=True)
    parser.add_argument("--shape", required=True)
    parser.add_argument("--jpeg", required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--small-batch", type=int, required=True)
    parser.add_argument("--jpeg-batch", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    shape = tuple(int(n) for n in options.shape.split(","))
    small = batches(Small(options.raw, shape), options.small_batch, options.workers)
    photos = batches(jpeg(options.jpeg), options.jpeg_batch, options.workers)
    print("ready", flush=True)
    for line in sys.stdin:
        command = line.strip()
        if command == "small":
            print(rate(small, options.small_batch, options.seconds), flush=True)
        elif command == "jpeg":
            print(rate(photos, options.jpeg_batch, options.seconds), flush=True)
        else:
            break


if __name__ == "__main__":
    main()
