"""Checkpoints laid out as common trainers write them, for LayoutsTest.

    make_layouts.py layouts.zip         (PyTorch 1.13)

The networks are resnet8-w1 (torchvision's names), tiny, and filled by the formula of
FormulaWeights.java: the student's values from a tensor's name, the teacher's from "teacher:" and
that name. The layouts were written from the trainers' documented formats, without their code.
"""
import argparse
import collections
import datetime
import decimal
import enum
import functools
import io
import pathlib
import sys
import types
import zipfile

import numpy as np
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inner, outer, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outer)
        if inner != outer or stride != 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))


class Net(nn.Module):
    """resnet8-w1; only its tensors matter, nothing is computed."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 1, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(1)
        self.relu = nn.ReLU()
        self.layer1 = nn.Sequential(Block(1, 1, 1))
        self.layer2 = nn.Sequential(Block(1, 2, 2))
        self.layer3 = nn.Sequential(Block(2, 4, 2))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(4, 10)

    def forward(self, x):
        return x


def splitmix(x):
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def filled(salt):
    net = Net()
    state = net.state_dict()
    with np.errstate(over="ignore"):
        for name, tensor in state.items():
            if name.endswith("num_batches_tracked"):
                continue
            seed = np.uint64(0xCBF29CE484222325)
            for c in (salt + name).encode():
                seed = (seed ^ np.uint64(c)) * np.uint64(0x100000001B3)
            u = (splitmix(seed + np.arange(tensor.numel(), dtype=np.uint64)) >> np.uint64(40)) / 2.0 ** 24
            if tensor.dim() > 1:
                v = (2 * u - 1) * np.sqrt(6.0 / tensor[0].numel())
            elif name.endswith("running_var"):
                v = 0.5 + u
            elif name.endswith(".weight"):
                v = 0.25 + 0.5 * u
            else:
                v = 0.2 * (u - 0.5)
            state[name] = torch.from_numpy(v.astype(np.float32)).reshape(tensor.shape)
    net.load_state_dict(state)
    return net


def below(**states):
    """One dictionary of several; __ in a prefix stands for a dot."""
    return collections.OrderedDict(
        (prefix.replace("__", ".") + name, tensor)
        for prefix, state in states.items() for name, tensor in state.items())


def body(net):
    """Without the classifier."""
    return collections.OrderedDict((k, v) for k, v in uncounted(net.state_dict()).items() if not k.startswith("fc"))


def numbered(net):
    return uncounted(nn.Sequential(*list(net.children())[:-1]).state_dict())


def uncounted(state):
    """Without num_batches_tracked, which would only take place."""
    return collections.OrderedDict((k, v) for k, v in state.items() if not k.endswith("tracked"))


class Shift(enum.Enum):
    LEFT = 1


class Config(dict):
    """As a library's own dictionary."""


class Ordered(collections.OrderedDict):
    pass


def outside(module, *classes):
    """Makes pickles name these classes as of a module that readers do not have."""
    sys.modules[module.split(".")[0]] = types.ModuleType(module.split(".")[0])
    sys.modules[module] = types.ModuleType(module)
    for c in classes:
        c.__module__ = module
        setattr(sys.modules[module], c.__name__, c)


def objects():
    """What people have beside their tensors."""
    namespace = argparse.Namespace(lr=0.1, out=pathlib.PurePosixPath("/tmp/out"), stages={1, 2})
    default = collections.defaultdict(dict)
    default["state"][0] = 1
    ordered = Ordered(a=1)
    ordered.note = "x"
    return {
        "args": namespace,
        "best": np.float64(0.9), "count": np.int64(3), "array": np.arange(3.0), "dtype": np.dtype("f4"),
        "set": {1, 2}, "frozen": frozenset([3]), "precision": torch.float16, "where": torch.device("cpu"),
        "ordered": ordered, "path": pathlib.PurePosixPath("a/b"), "date": datetime.datetime(2024, 1, 2),
        "shift": Shift.LEFT, "partial": functools.partial(int, base=2), "default": default,
        "config": Config(lr=1), "complex": 1 + 2j, "decimal": decimal.Decimal("1.5"), "range": range(3),
        "class": Net, "bytes": b"abc", ("a", 1): "a key of two", Shift.LEFT: 1, Net: {"patience": 3},
        "counter": collections.Counter("aab"), "size": torch.Size([2, 3]), "none": None, "big": 2 ** 80,
        "w": torch.tensor([1.0, 2.0]), "attributed": attributed(),
    }


def attributed():
    """A tensor with an attribute of its own is saved by another function."""
    tensor = nn.Parameter(torch.tensor([3.0]))
    tensor.decay = False
    return tensor


def layouts():
    s, t = filled(""), filled("teacher:")
    student, teacher = uncounted(s.state_dict()), uncounted(t.state_dict())
    optimizer = torch.optim.SGD(s.parameters(), 0.1, momentum=0.9)
    for p in s.parameters():
        p.grad = torch.ones_like(p)
    before = {k: v.clone() for k, v in student.items()}
    optimizer.step()
    s.load_state_dict(before, strict=False)
    trained, optimizer = optimizer, torch.optim.SGD(s.parameters(), 0.1)  # With and without momentum.
    args = argparse.Namespace(lr=0.03, arch="resnet8", opt_betas=None)
    average = torch.optim.swa_utils.AveragedModel(t)
    head = collections.OrderedDict([("0.weight", torch.ones(4, 4)), ("0.bias", torch.zeros(4))])
    yield "plain", s.state_dict()
    yield "usb", {
        "model": student, "optimizer": optimizer.state_dict(), "scheduler": {"last_epoch": 5, "_get_lr_called_within_step": False},
        "it": 5, "epoch": 1, "best_it": 4, "best_eval_acc": np.float64(0.5), "ema_model": teacher}
    yield "torchssl", {"model": below(module__=student), "optimizer": optimizer.state_dict(), "scheduler": None, "it": 5, "ema_model": teacher}
    yield "fixmatch-pytorch", {
        "epoch": 3, "state_dict": student, "ema_state_dict": teacher, "acc": np.float32(0.4), "best_acc": 0.5,
        "optimizer": optimizer.state_dict(), "scheduler": {}}
    yield "timm", {
        "epoch": 3, "arch": "resnet8", "state_dict": student, "optimizer": optimizer.state_dict(), "version": 2,
        "args": args, "amp_scaler": {"scale": 65536.0}, "state_dict_ema": teacher, "metric": np.float64(70)}
    yield "target-encoder", {
        "encoder": below(module__=body(s)), "predictor": below(module__=head), "target_encoder": below(module__=body(t)),
        "opt": optimizer.state_dict(), "scaler": None, "epoch": 2, "loss": 0.5, "lr": 0.1}
    yield "solo-learn", {
        "epoch": 3, "global_step": 10, "pytorch-lightning_version": "1.8.0", "callbacks": {Shift: {"best": np.float64(1)}},
        "state_dict": below(backbone__=body(s), classifier__=head, projector__=head, momentum_backbone__=body(t), momentum_projector__=head),
        "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [], "hyper_parameters": Config(backbone=Config(name="resnet8"))}
    yield "lightly", {
        "epoch": 3, "state_dict": below(backbone__=numbered(s), projection_head__layers__=head, backbone_momentum__=numbered(t), projection_head_momentum__layers__=head)}
    yield "moco", {
        "epoch": 3, "arch": "resnet8", "optimizer": trained.state_dict(), "state_dict": below(
            module__encoder_q__=body(s), module__encoder_q__fc__=head, module__encoder_k__=body(t), module__encoder_k__fc__=head,
            module__={"queue": torch.ones(4, 8), "queue_ptr": torch.zeros(1, dtype=torch.long)})}
    yield "eman", {"epoch": 3, "state_dict": below(module__main__=student, module__ema__=teacher), "best_acc1": torch.tensor(51.2)}
    yield "mean-teacher", {"state_dict": below(mean_teacher__student__=student, mean_teacher__teacher__=teacher)}
    yield "dino", {
        "student": below(module__backbone__=body(s), module__head__=head), "teacher": below(module__backbone__=body(t), module__head__=head),
        "optimizer": optimizer.state_dict(), "epoch": 3, "args": args, "dino_loss": {"center": torch.zeros(1, 4)}}
    yield "mmselfsup", {
        "meta": {"mmcv_version": "1.7", "time": "now"},
        "state_dict": below(online_net__0__=body(s), online_net__1__=head, target_net__0__=body(t), target_net__1__=head, head__=head)}
    yield "torchvision-references", {
        "model": student, "optimizer": optimizer.state_dict(), "lr_scheduler": {}, "epoch": 3, "args": args, "model_ema": average.state_dict()}
    yield "lightning", {
        "epoch": 3, "state_dict": below(model__=student, ema_model__=teacher), "loops": {},
        "hyper_parameters": {"precision": torch.float16, "out": pathlib.PurePosixPath("out"), "seeds": {1, 2}}}
    yield "byol-pytorch", {
        "online_network_state_dict": below(encoder__=numbered(s), projetion__=head),
        "target_network_state_dict": below(encoder__=numbered(t), projetion__=head), "optimizer_state_dict": optimizer.state_dict()}
    yield "simclr", below(f__=numbered(s), g__=head)
    yield "detectron", {"model": student, "iteration": 5, "optimizer": optimizer.state_dict()}
    yield "averaged-model", average.state_dict()
    yield "two-models", {"model1": student, "model2": teacher}
    yield "two-names", {"state_dict": student, "best_state_dict": below(module__=student)}
    yield "parameters-only", {"model": student, "ema_shadow": dict(t.named_parameters())}
    yield "average-in-object", {"model": student, "ema": t}
    yield "whole-models", {"model": s, "ema": t, "args": args}


def main():
    outside("trainers.config", Config, Ordered, Shift)
    outside("models.resnet", Net, Block)
    with zipfile.ZipFile(sys.argv[1], "w") as out:
        def put(name, what, **how):
            data = io.BytesIO()
            torch.save(what, data, **how)
            entry = zipfile.ZipInfo(name + ".pth", (2024, 1, 1, 0, 0, 0))
            out.writestr(entry, data.getvalue(), zipfile.ZIP_DEFLATED, 9)

        torch.manual_seed(1)
        for name, what in layouts():
            put(name, what)
            if name in ("timm", "solo-learn", "average-in-object"):
                put(name + "-legacy", what, _use_new_zipfile_serialization=False)
        for protocol in range(2, 6):
            put("objects-%d" % protocol, objects(), pickle_protocol=protocol)
        put("objects-legacy", objects(), _use_new_zipfile_serialization=False)
        unread = {
            "before": torch.tensor([1.0, 2.0]), "complex": torch.ones(3, dtype=torch.complex64), "wide": torch.ones(3, dtype=torch.complex128),
            "quantised": torch.quantize_per_tensor(torch.ones(2, 2), 0.1, 0, torch.qint8),
            "sparse": torch.eye(2).to_sparse(), "rows": torch.eye(2).to_sparse_csr(), "after": torch.tensor([3.0])}
        put("unread", unread)
        put("unread-legacy", unread, _use_new_zipfile_serialization=False)


main()
