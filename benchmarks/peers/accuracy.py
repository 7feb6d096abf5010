#!/usr/bin/env python3
"""FixMatch with an EMAN teacher in PyTorch, on the data and labels of one of our runs on CIFAR-10.

Same arithmetic, views, network, initial distribution, batches, steps and schedule as
`eman train`; random numbers differ. Prints the accuracies of student and teacher and the time:

    accuracy.py --cifar DIR --split RUN/labels.split --arch resnet8-w16 --steps 1000 --seed 0
"""

import argparse
import copy
import math
import os
import random
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as T

from data import rand_augment
from step import network

MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2471, 0.2435, 0.2616)


def read(folder, names):
    records = np.concatenate(
        [np.fromfile(os.path.join(folder, n), np.uint8).reshape(-1, 3073) for n in names]
    )
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0].astype(int)


def labeled_positions(split):
    with open(split) as file:
        lines = file.read().split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("labeled: "))
    count = int(lines[start].split()[1])
    return [int(line) for line in lines[start + 1 : start + 1 + count]]


class Views(Dataset):
    def __init__(self, pixels, labels, positions, strong):
        self.pixels, self.labels, self.positions, self.strong = pixels, labels, positions, strong
        self.weak = T.Compose(
            [T.RandomHorizontalFlip(), T.RandomCrop(32, padding=4, padding_mode="reflect")]
        )
        self.end = T.Compose([T.ToTensor(), T.Normalize(MEAN, DEVIATION)])

    def __len__(self):
        return len(self.positions)

    def __getitem__(self, index):
        position = self.positions[index]
        image = Image.fromarray(self.pixels[position])
        weak = self.end(self.weak(image))
        if not self.strong:
            return weak, self.labels[position]
        return weak, self.end(rand_augment(self.weak(image)))


class Shuffled(torch.utils.data.Sampler):
    """All positions in a new order each epoch, without an end."""

    def __init__(self, size):
        self.size = size

    def __iter__(self):
        while True:
            yield from torch.randperm(self.size).tolist()


def batches(views, size, workers):
    def seed(worker):
        random.seed(torch.initial_seed() % 2**32)

    return iter(
        DataLoader(
            views, size, sampler=Shuffled(len(views)), num_workers=workers, worker_init_fn=seed
        )
    )


def initialize(module):
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


@torch.no_grad()
def accuracy(model, images, labels):
    model.eval()
    right = 0
    for start in range(0, len(images), 500):
        part = images[start : start + 500]
        x = torch.stack([T.functional.to_tensor(i) for i in part])
        x = T.functional.normalize(x, MEAN, DEVIATION)
        right += (model(x).argmax(1).numpy() == labels[start : start + 500]).sum()
    return 100 * right / len(images)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--cifar", required=True, help="the folder of data_batch_1.bin")
    p.add_argument("--split", required=True)
    p.add_argument("--arch", default="resnet8-w16")
    p.add_argument("--steps", type=int, default=1000)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--mu", type=int, default=4)
    p.add_argument("--threshold", type=float, default=0.9)
    p.add_argument("--teacher-momentum", type=float, default=0.99)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--workers", type=int, default=1)
    p.add_argument("--threads", type=int, default=int(os.environ.get("OMP_NUM_THREADS", "2")))
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    names = sorted(n for n in os.listdir(a.cifar) if n.startswith("data_batch_"))
    pixels, labels = read(a.cifar, names)
    few = labeled_positions(a.split)
    labeled = batches(Views(pixels, labels, few, False), a.batch, a.workers)
    everything = list(range(len(pixels)))
    unlabeled = batches(Views(pixels, labels, everything, True), a.batch * a.mu, a.workers)
    student = network(a.arch, 10).apply(initialize)
    teacher = copy.deepcopy(student).eval()
    decayed = [q for q in student.parameters() if q.dim() > 1]
    others = [q for q in student.parameters() if q.dim() <= 1]
    optimizer = torch.optim.SGD(
        [dict(params=decayed, weight_decay=5e-4), dict(params=others, weight_decay=0)],
        0.03,
        momentum=0.9,
        nesterov=True,
    )
    start = time.time()
    for t in range(a.steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.03 * math.cos(7 * math.pi * t / (16 * a.steps))
        x, y = next(labeled)
        weak, strong = next(unlabeled)
        student.train()
        with torch.no_grad():
            confidence, pseudo = torch.softmax(teacher(weak), -1).max(-1)
            mask = (confidence >= a.threshold).float()
        logits = student(torch.cat((x, strong)))
        loss_x = F.cross_entropy(logits[: len(x)], y)
        loss_u = (F.cross_entropy(logits[len(x) :], pseudo, reduction="none") * mask).mean()
        optimizer.zero_grad()
        (loss_x + loss_u).backward()
        optimizer.step()
        m = min(a.teacher_momentum, (1 + t) / (10 + t))
        with torch.no_grad():
            for w, s in zip(teacher.state_dict().values(), student.state_dict().values()):
                if w.dtype.is_floating_point:
                    w.mul_(m).add_(s, alpha=1 - m)
    seconds = time.time() - start
    test, truth = read(a.cifar, ["test_batch.bin"])
    print(
        "student %.2f%%, teacher %.2f%%, %.0f s"
        % (accuracy(student, test, truth), accuracy(teacher, test, truth), seconds)
    )


if __name__ == "__main__":
    main()
