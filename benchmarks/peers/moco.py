#!/usr/bin/env python3
"""PyTorch's side of a whole step of MoCo v2 with an EMAN or an EMA teacher, data and all.

Written from the papers (arXiv 1911.05722, 2003.04297, 2101.08482): two views of each image, an
MLP head without batch normalisation, a queue of keys, and the order queries, teacher, keys.
An EMA teacher normalises by its batch, on one device and so without shuffling.

Reads one command a line from standard input and answers with a line:
  whole N -> the times of N steps in milliseconds, separated by spaces
  loss    -> loss and contrastive accuracy (0 to 1) of the last step
  quit
"""

import argparse
import copy
import random
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image, ImageFilter
from torch.utils.data import Dataset
from torchvision import transforms as T

from data import batches
from step import network

FEATURES = 128


def blur(image):
    return image.filter(ImageFilter.GaussianBlur(random.uniform(0.1, 2.0)))


class TwoViews(Dataset):
    """Two views of each image of a raw file, both by the augmentation of MoCo v2."""

    def __init__(self, path, shape):
        self.images = np.fromfile(path, np.uint8).reshape(shape)
        side, channels = shape[1], shape[3]
        self.view = T.Compose(
            [
                T.RandomResizedCrop(side, scale=(0.2, 1.0)),
                T.RandomApply([T.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
                T.RandomGrayscale(p=0.2),
                T.RandomApply([T.Lambda(blur)], p=0.5),
                T.RandomHorizontalFlip(),
                T.ToTensor(),
                T.Normalize((0.5,) * channels, (0.25,) * channels),
            ]
        )

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        pixels = self.images[index]
        image = Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[:, :, 0])
        return self.view(image), self.view(image)


def encoder(arch, channels):
    """The benchmark's backbone with MoCo v2's head in place of the classifier."""
    net = network(arch, FEATURES)
    first, width = net[0], net[-1].in_features
    if channels != first.in_channels:
        net[0] = nn.Conv2d(
            channels,
            first.out_channels,
            first.kernel_size,
            first.stride,
            first.padding,
            bias=False,
        )
    net[-1] = nn.Sequential(
        nn.Linear(width, width), nn.ReLU(inplace=True), nn.Linear(width, FEATURES)
    )
    return net


class MoCo:
    def __init__(self, options, channels):
        self.student = encoder(options.arch, channels)
        if options.channels_last:
            self.student.to(memory_format=torch.channels_last)
        self.format = torch.channels_last if options.channels_last else torch.contiguous_format
        self.teacher = copy.deepcopy(self.student).requires_grad_(False)
        self.teacher.train(options.teacher == "ema")
        self.student.train()
        # A batch-statistics teacher keeps running statistics of its own, which nothing reads.
        state = nn.Module.parameters if options.teacher == "ema" else state_of
        self.targets = [t.data for t in state(self.teacher)]
        self.sources = [s.data for s in state(self.student)]
        self.optimizer = torch.optim.SGD(
            self.student.parameters(), 0.03, momentum=0.9, weight_decay=1e-4
        )
        self.momentum, self.temperature = options.momentum, options.temperature
        self.queue = F.normalize(torch.randn(options.queue, FEATURES), dim=1)
        self.oldest = 0
        self.zeros = torch.zeros(options.batch, dtype=torch.long)
        self.last = float("nan"), float("nan")

    @torch.no_grad()
    def update_teacher(self):
        torch._foreach_mul_(self.targets, self.momentum)
        torch._foreach_add_(self.targets, self.sources, alpha=1 - self.momentum)

    def step(self, first, second):
        queries = F.normalize(self.student(first.contiguous(memory_format=self.format)), dim=1)
        self.update_teacher()
        with torch.no_grad():
            keys = self.teacher(second.contiguous(memory_format=self.format))
            keys = F.normalize(keys, dim=1)
        positive = (queries * keys).sum(1, keepdim=True)
        logits = torch.cat((positive, queries @ self.queue.T), 1) / self.temperature
        loss = F.cross_entropy(logits, self.zeros)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        # After the backward pass, which reads the queue: no copy of it is needed.
        self.queue[self.oldest : self.oldest + len(keys)] = keys
        self.oldest = (self.oldest + len(keys)) % len(self.queue)
        self.last = loss.item(), (logits.argmax(1) == 0).float().mean().item()


def state_of(net):
    """Parameters and the running statistics of batch normalisation."""
    return [t for t in net.state_dict().values() if t.dtype.is_floating_point]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--raw", required=True)
    parser.add_argument("--shape", required=True)
    parser.add_argument("--arch", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--queue", type=int, required=True, help="a multiple of the batch")
    parser.add_argument("--teacher", choices=("eman", "ema"), default="eman")
    parser.add_argument("--momentum", type=float, default=0.999)
    parser.add_argument("--temperature", type=float, default=0.2)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    if options.queue % options.batch:
        parser.error("--queue: expected a multiple of the batch, got %d" % options.queue)
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    shape = tuple(int(n) for n in options.shape.split(","))
    data = batches(TwoViews(options.raw, shape), options.batch, options.workers)
    moco = MoCo(options, shape[3])
    print("ready", torch.__version__, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            break
        if words[0] == "loss":
            print("%.6f %.6f" % moco.last, flush=True)
            continue
        times = []
        for _ in range(int(words[1])):
            start = time.perf_counter()
            moco.step(*next(data))
            times.append("%.4f" % ((time.perf_counter() - start) * 1e3))
        print(*times, flush=True)


if __name__ == "__main__":
    main()
