#!/usr/bin/env python3
"""PyTorch's side of the cluster benchmark: DistributedDataParallel with gloo on one machine.

ddp.py WORKERS [--steps N] [--warmup N]  -> images a second of all workers together

Each worker is a process with one thread and trains ResNet-14 of width 16 on 64 images of 32x32 a
step, in channels-last layout; the same images at every step, so that no data loading is measured.
"""
import argparse
import os
import socket
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel

from step import resnet

BATCH = 64


def work(rank, options, port, rates):
    torch.set_num_threads(1)
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    os.environ["MASTER_PORT"] = str(port)
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    torch.manual_seed(0)
    net = resnet([2, 2, 2], [16, 32, 64], False, 1, False, 10).to(memory_format=torch.channels_last)
    if options.workers > 1:
        dist.init_process_group("gloo", rank=rank, world_size=options.workers)
        net = DistributedDataParallel(net)
    optimizer = torch.optim.SGD(net.parameters(), 0.03, 0.9, weight_decay=5e-4, nesterov=True)
    torch.manual_seed(rank)
    images = torch.randn(BATCH, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (BATCH,))
    net.train()
    begin = 0.0
    for step in range(options.warmup + options.steps):
        if step == options.warmup:
            begin = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(net(images), labels).backward()
        optimizer.step()
    seconds = time.perf_counter() - begin
    if rank == 0:
        rates.put(options.workers * BATCH * options.steps / seconds)
    if options.workers > 1:
        dist.destroy_process_group()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workers", type=int)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--warmup", type=int, default=30)
    options = parser.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = mp.get_context("spawn")
    rates = context.SimpleQueue()
    processes = [
        context.Process(target=work, args=(rank, options, port, rates))
        for rank in range(options.workers)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(f"{rates.get():.1f}", flush=True)


if __name__ == "__main__":
    main()
