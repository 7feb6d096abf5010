"""Loads what `eman export --format safetensors` wrote into torchvision's network, and compares its answers with ours.

    ./eman export RUN --format safetensors --out model.safetensors
    ./eman predict RUN IMAGES --csv ours.csv
    python3 weights.py resnet18 model.safetensors ours.csv --mean M,M,M --std S,S,S

Mean and deviation are those that `eman export RUN --out model.zip` prints. Images are read in the size that the network was trained at.
"""
import argparse
import csv
import json
import struct

import numpy as np
import torch
import torchvision
from PIL import Image

TYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64}


def read(path):
    """The format by its definition: a length, a header in JSON, the tensors."""
    with open(path, "rb") as f:
        whole = f.read()
    length = struct.unpack("<Q", whole[:8])[0]
    header = json.loads(whole[8:8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        values = np.frombuffer(whole[8 + length + begin:8 + length + end], TYPES[t["dtype"]])
        tensors[name] = torch.from_numpy(values.copy()).reshape(t["shape"])
    return tensors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("network"); parser.add_argument("weights"); parser.add_argument("ours")
    parser.add_argument("--mean", required=True); parser.add_argument("--std", required=True)
    args = parser.parse_args()
    mean, std = (torch.tensor([float(v) for v in text.split(",")]).reshape(-1, 1, 1) for text in (args.mean, args.std))
    tensors = read(args.weights)
    net = getattr(torchvision.models, args.network)(num_classes=tensors["fc.weight"].shape[0])
    print(net.load_state_dict(tensors, strict=True))
    net.eval()
    furthest, compared = 0.0, 0
    with open(args.ours) as f, torch.no_grad():
        for row in csv.DictReader(f):
            image = np.asarray(Image.open(row["file"]).convert("RGB"), np.float32) / 255
            theirs = net(((torch.from_numpy(image).permute(2, 0, 1) - mean) / std)[None]).softmax(1)[0].sort(descending=True)[0]
            for i in range(5):
                furthest = max(furthest, abs(theirs[i].item() - float(row[f"probability{i + 1}"])))
                compared += 1
    print(f"{compared} probabilities compared, furthest apart by {furthest:.2e}")


main()
