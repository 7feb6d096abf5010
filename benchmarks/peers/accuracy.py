#!/usr/bin/env python3
"""Supervised training and FixMatch in PyTorch, on the data and labels of one of our CIFAR-10 runs.

Same arithmetic, views, network, initial distribution, batches, steps and schedule as
`eman train`; random numbers differ. Prints the accuracies of student and teacher and the time:

    accuracy.py --cifar DIR --split RUN/labels.split --arch resnet8-w16 --steps 1000 --seed 0

Long runs evaluate on the way, write a table, and go on from their state when started again:

    accuracy.py --cifar DIR --split RUN/labels.split --steps 20000 --teacher ema \
        --threshold 0.95 --teacher-momentum 0.999 \
        --evaluate-every 1000 --curve ema-s0.csv --state ema-s0.pt
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


def seeded(seed, workers):
    def seed_worker(worker):
        random.seed(torch.initial_seed() % 2**32)

    torch.manual_seed(seed)
    random.seed(seed)  # Of the views where this process makes them.
    return None if workers == 0 else seed_worker


def batches(views, size, workers, seed_worker):
    return iter(
        DataLoader(
            views,
            size,
            sampler=Shuffled(len(views)),
            num_workers=workers,
            worker_init_fn=seed_worker,
        )
    )


def initialize(module):
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


class Test:
    """The whole test set, in batches as `eman train` evaluates it."""

    BATCH = 200  # An EMA teacher's accuracy depends on it.

    def __init__(self, folder):
        self.images, self.labels = read(folder, ["test_batch.bin"])

    @torch.no_grad()
    def top1(self, model):
        right = 0
        for start in range(0, len(self.images), self.BATCH):
            part = self.images[start : start + self.BATCH]
            x = torch.stack([T.functional.to_tensor(i) for i in part])
            x = T.functional.normalize(x, MEAN, DEVIATION)
            right += (model(x).argmax(1).numpy() == self.labels[start : start + self.BATCH]).sum()
        return right / len(self.images)


class Teacher:
    """None, or a network that follows the student: ema normalises by its batch, eman does not."""

    def __init__(self, kind, student, momentum):
        self.kind, self.momentum = kind, momentum
        self.network = None if kind == "none" else copy.deepcopy(student).train(kind == "ema")

    def logits(self, x):
        with torch.no_grad():
            return self.network(x)

    @torch.no_grad()
    def follow(self, student, t):
        if self.network is None:
            return
        m = min(self.momentum, (1 + t) / (10 + t))
        for w, s in zip(self.network.parameters(), student.parameters()):
            w.mul_(m).add_(s, alpha=1 - m)
        if self.kind == "eman":
            for w, s in zip(self.network.buffers(), student.buffers()):
                if w.dtype.is_floating_point:
                    w.mul_(m).add_(s, alpha=1 - m)


def fixmatch_loss(student, teacher, labeled, unlabeled, threshold):
    x, y = labeled
    weak, strong = unlabeled
    if teacher.network is None:  # The student's own pass has all three.
        logits = student(torch.cat((x, weak, strong)))
        guess = logits[len(x) : len(x) + len(weak)].detach()
    else:
        guess = teacher.logits(weak)
        logits = student(torch.cat((x, strong)))
    confidence, pseudo = torch.softmax(guess, -1).max(-1)
    mask = (confidence >= threshold).float()
    loss_x = F.cross_entropy(logits[: len(x)], y)
    loss_u = F.cross_entropy(logits[-len(strong) :], pseudo, reduction="none") * mask
    return loss_x + loss_u.mean()


class Run:
    """What a run has come to: networks, optimiser, step, seconds and rows of its table."""

    def __init__(self, a):
        torch.manual_seed(a.seed)
        self.student = network(a.arch, 10).apply(initialize)
        self.teacher = Teacher(a.teacher, self.student, a.teacher_momentum)
        decayed = [q for q in self.student.parameters() if q.dim() > 1]
        others = [q for q in self.student.parameters() if q.dim() <= 1]
        self.optimizer = torch.optim.SGD(
            [dict(params=decayed, weight_decay=5e-4), dict(params=others, weight_decay=0)],
            0.03,
            momentum=0.9,
            nesterov=True,
        )
        self.step, self.seconds, self.rows = 0, 0.0, []

    def parts(self):
        parts = dict(student=self.student, optimizer=self.optimizer)
        return dict(parts, teacher=self.teacher.network) if self.teacher.network else parts

    def load(self, path, options):
        saved = torch.load(path)
        if saved["options"] != options:
            raise SystemExit("%s is of other options: %s" % (path, saved["options"]))
        for name, part in self.parts().items():
            part.load_state_dict(saved[name])
        self.step, self.seconds, self.rows = saved["step"], saved["seconds"], saved["rows"]

    def save(self, path, options):
        saved = {name: part.state_dict() for name, part in self.parts().items()}
        saved.update(options=options, step=self.step, seconds=self.seconds, rows=self.rows)
        torch.save(saved, path + ".new")
        os.replace(path + ".new", path)

    def evaluate(self, test):
        student = test.top1(self.student.eval())
        teacher = test.top1(self.teacher.network) if self.teacher.network else None
        self.rows.append((self.step, student, teacher, self.seconds))

    def write(self, path):
        with open(path + ".new", "w") as file:
            file.write("step,student_top1,teacher_top1,seconds\n")
            for step, student, teacher, seconds in self.rows:
                cells = step, student, "" if teacher is None else "%.4f" % teacher, seconds
                file.write("%d,%.4f,%s,%.1f\n" % cells)
        os.replace(path + ".new", path)


def options():
    p = argparse.ArgumentParser()
    p.add_argument("--cifar", required=True, help="the folder of data_batch_1.bin")
    p.add_argument("--split", required=True)
    p.add_argument("--arch", default="resnet8-w16")
    p.add_argument("--algorithm", choices=["fixmatch", "supervised"], default="fixmatch")
    p.add_argument("--teacher", choices=["none", "ema", "eman"], default="eman")
    p.add_argument("--steps", type=int, default=1000)
    p.add_argument("--limit-steps", type=int, help="stop after that many of the schedule")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--mu", type=int, default=4)
    p.add_argument("--threshold", type=float, default=0.9)
    p.add_argument("--teacher-momentum", type=float, default=0.99)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--evaluate-every", type=int, default=0, help="steps; 0 for the end alone")
    p.add_argument("--curve", help="a CSV file of the evaluations")
    p.add_argument("--state", help="saved with each evaluation; a run that has one goes on")
    p.add_argument("--workers", type=int, default=1, help="processes for each stream of views")
    p.add_argument("--threads", type=int, default=int(os.environ.get("OMP_NUM_THREADS", "2")))
    a = p.parse_args()
    if a.algorithm == "supervised":
        a.teacher = "none"
    return a


def main():
    a = options()
    torch.set_num_threads(a.threads)
    same = {k: v for k, v in vars(a).items() if k not in ("curve", "state", "threads", "workers")}
    same.pop("limit_steps")
    run = Run(a)
    if a.state and os.path.exists(a.state):
        run.load(a.state, same)
    pixels, labels = read(a.cifar, sorted(n for n in os.listdir(a.cifar) if n.startswith("data_")))
    # A run that goes on draws other batches than it would have.
    seed_worker = seeded(a.seed + 1_000_003 * (run.step + 1), a.workers)
    few = labeled_positions(a.split)
    labeled = batches(Views(pixels, labels, few, False), a.batch, a.workers, seed_worker)
    unlabeled = None
    if a.algorithm == "fixmatch":
        every = Views(pixels, labels, range(len(pixels)), True)
        unlabeled = batches(every, a.batch * a.mu, a.workers, seed_worker)
    test = Test(a.cifar)
    end = min(a.steps, a.limit_steps or a.steps)
    start = time.time() - run.seconds
    while run.step < end:
        t = run.step
        for group in run.optimizer.param_groups:
            group["lr"] = 0.03 * math.cos(7 * math.pi * t / (16 * a.steps))
        run.student.train()
        if unlabeled is None:
            x, y = next(labeled)
            loss = F.cross_entropy(run.student(x), y)
        else:
            loss = fixmatch_loss(
                run.student, run.teacher, next(labeled), next(unlabeled), a.threshold
            )
        run.optimizer.zero_grad()
        loss.backward()
        run.optimizer.step()
        run.teacher.follow(run.student, t)
        run.step += 1
        if run.step == end or a.evaluate_every and run.step % a.evaluate_every == 0:
            run.seconds = time.time() - start
            run.evaluate(test)
            start = time.time() - run.seconds  # Evaluations do not count.
            if a.curve:
                run.write(a.curve)
            if a.state:
                run.save(a.state, same)
    if not run.rows:
        raise SystemExit("nothing was trained: --steps %d" % a.steps)
    _, student, teacher, seconds = run.rows[-1]
    who = "" if teacher is None else ", teacher %.2f%%" % (100 * teacher)
    print("student %.2f%%%s, %.0f s" % (100 * student, who, seconds))


if __name__ == "__main__":
    main()
