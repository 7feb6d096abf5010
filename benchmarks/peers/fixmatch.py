#!/usr/bin/env python3
"""PyTorch's side of `./eman bench train`: FixMatch with an EMAN teacher, data and all.

Reads `whole N` from standard input, answers with N times in milliseconds; `quit` ends it.
"""

import argparse
import copy
import sys
import time

import torch
import torch.nn.functional as F
from torch.utils.data import Subset

from data import Small, batches
from step import network


class Labeled(Subset):
    """The weak view alone, with a label."""

    def __getitem__(self, index):
        weak, _ = super().__getitem__(index)
        return weak, index % 10


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--raw", required=True)
    parser.add_argument("--shape", required=True)
    parser.add_argument("--arch", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--mu", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    images = Small(options.raw, tuple(int(n) for n in options.shape.split(",")))
    few = Labeled(images, list(range(400)))
    labeled = batches(few, options.batch, options.workers)
    unlabeled = batches(images, options.batch * options.mu, options.workers)
    student = network(options.arch, 10)
    teacher = copy.deepcopy(student).eval()
    decayed = [p for p in student.parameters() if p.dim() > 1]
    others = [p for p in student.parameters() if p.dim() <= 1]
    optimizer = torch.optim.SGD(
        [dict(params=decayed, weight_decay=5e-4), dict(params=others, weight_decay=0)],
        0.03,
        momentum=0.9,
        nesterov=True,
    )

    def step():
        x, y = next(labeled)
        weak, strong = next(unlabeled)
        student.train()
        with torch.no_grad():
            confidence, label = torch.softmax(teacher(weak), -1).max(-1)
            mask = (confidence >= 0.95).float()
        logits = student(torch.cat((x, strong)))
        loss_x = F.cross_entropy(logits[: len(x)], y)
        loss_u = (F.cross_entropy(logits[len(x) :], label, reduction="none") * mask).mean()
        loss = loss_x + loss_u
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for t, s in zip(teacher.state_dict().values(), student.state_dict().values()):
                if t.dtype.is_floating_point:
                    t.mul_(0.999).add_(s, alpha=0.001)
        return loss.item(), loss_x.item(), loss_u.item(), mask.mean().item()

    print("ready", torch.__version__, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            break
        times = []
        for _ in range(int(words[1])):
            start = time.perf_counter()
            step()
            times.append("%.4f" % ((time.perf_counter() - start) * 1e3))
        print(*times, flush=True)


if __name__ == "__main__":
    main()
