#!/usr/bin/env python3
"""PyTorch's side of `./eman bench step`: the same networks, batch and arithmetic.

Started by the benchmark, which sends one command a line and reads one answer a line:
  step N | infer N | update N   -> N times in milliseconds, separated by spaces
  rss                           -> peak resident memory in MiB
  quit
"""
import argparse
import copy
import re
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Residual(nn.Module):
    def __init__(self, inp, width, stride, bottleneck, factor):
        super().__init__()
        out = 4 * width if bottleneck else width
        if bottleneck:
            w = width * factor
            self.body = nn.Sequential(
                nn.Conv2d(inp, w, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU(inplace=True),
                nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU(inplace=True),
                nn.Conv2d(w, out, 1, bias=False), nn.BatchNorm2d(out))
        else:
            self.body = nn.Sequential(
                nn.Conv2d(inp, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True),
                nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out))
        self.shortcut = None
        if inp != out or stride != 1:
            self.shortcut = nn.Sequential(nn.Conv2d(inp, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        return F.relu(self.body(x) + (self.shortcut(x) if self.shortcut else x), inplace=True)


def resnet(blocks, widths, bottleneck, factor, imagenet, classes):
    w = widths[0]
    layers = [nn.Conv2d(3, w, 7 if imagenet else 3, 2 if imagenet else 1, 3 if imagenet else 1, bias=False),
              nn.BatchNorm2d(w), nn.ReLU(inplace=True)]
    if imagenet:
        layers.append(nn.MaxPool2d(3, 2, 1))
    for stage, count in enumerate(blocks):
        for block in range(count):
            stride = 2 if block == 0 and stage > 0 else 1
            layers.append(Residual(w, widths[stage], stride, bottleneck, factor))
            w = widths[stage] * (4 if bottleneck else 1)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(w, classes))


class WideBlock(nn.Module):
    def __init__(self, inp, out, stride, activate_first):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inp, 1e-3, 1e-3)
        self.conv1 = nn.Conv2d(inp, out, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out, 1e-3, 1e-3)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(inp, out, 1, stride, bias=False) if inp != out or stride != 1 else None
        self.activate_first = activate_first

    def forward(self, x):
        h = F.leaky_relu(self.bn1(x), 0.1, inplace=True)
        y = self.conv2(F.leaky_relu(self.bn2(self.conv1(h)), 0.1, inplace=True))
        return y + (self.shortcut(h if self.activate_first else x) if self.shortcut else x)


def wide_resnet(depth, widen, classes):
    w, layers = 16, [nn.Conv2d(3, 16, 3, 1, 1, bias=False)]
    for group in range(3):
        out = 16 * widen << group
        for block in range((depth - 4) // 6):
            layers.append(WideBlock(w, out, 2 if block == 0 and group > 0 else 1, group == 0 and block == 0))
            w = out
    return nn.Sequential(*layers, nn.BatchNorm2d(w, 1e-3, 1e-3), nn.LeakyReLU(0.1, inplace=True),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(w, classes))


def network(arch, classes):
    large = {"resnet18": ([2, 2, 2, 2], False, 1), "resnet34": ([3, 4, 6, 3], False, 1),
             "resnet50": ([3, 4, 6, 3], True, 1), "wide-resnet50-2": ([3, 4, 6, 3], True, 2)}
    if arch in large:
        blocks, bottleneck, factor = large[arch]
        return resnet(blocks, [64, 128, 256, 512], bottleneck, factor, True, classes)
    m = re.fullmatch(r"resnet(\d+)-w(\d+)", arch)
    if m:
        n, w = (int(m[1]) - 2) // 6, int(m[2])
        return resnet([n] * 3, [w, 2 * w, 4 * w], False, 1, False, classes)
    m = re.fullmatch(r"wrn-(\d+)-(\d+)", arch)
    if m:
        return wide_resnet(int(m[1]), int(m[2]), classes)
    raise SystemExit("unknown architecture " + arch)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--arch", required=True)
    p.add_argument("--batch", type=int, required=True)
    p.add_argument("--size", type=int, required=True)
    p.add_argument("--classes", type=int, required=True)
    p.add_argument("--threads", type=int, required=True)
    p.add_argument("--channels-last", action="store_true")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    student = network(a.arch, a.classes)
    x, y = torch.randn(a.batch, 3, a.size, a.size), torch.randint(0, a.classes, (a.batch,))
    if a.channels_last:
        student = student.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    teacher = copy.deepcopy(student).eval()
    optimizer = torch.optim.SGD(student.parameters(), 0.03, 0.9, weight_decay=1e-4)

    def step():
        student.train()
        optimizer.zero_grad()
        F.cross_entropy(student(x), y).backward()
        optimizer.step()

    @torch.no_grad()
    def infer():
        teacher(x)

    @torch.no_grad()
    def update():
        for t, s in zip(teacher.state_dict().values(), student.state_dict().values()):
            if t.dtype.is_floating_point:
                t.mul_(0.999).add_(s, alpha=0.001)

    work = {"step": step, "infer": infer, "update": update}
    print("ready", torch.__version__, sum(q.numel() for q in student.parameters()), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            break
        if words[0] == "rss":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
            continue
        times = []
        for _ in range(int(words[1])):
            start = time.perf_counter()
            work[words[0]]()
            times.append("%.4f" % ((time.perf_counter() - start) * 1e3))
        print(*times, flush=True)


if __name__ == "__main__":
    main()
