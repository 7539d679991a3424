#!/usr/bin/env python3
"""Trains a small Vision Transformer on MNIST and exports it to ONNX, ready for `p2vit quantize`.

    train_mnist.py FOLDER MODEL.onnx [--epochs 15] [--dim 64] [--depth 4] [--heads 4] [--mlp 256] [--patch 7]

FOLDER holds the four files of the MNIST database (train-images-idx3-ubyte, train-labels-idx1-ubyte,
t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte), gzipped or not. Needs PyTorch 1.13 or newer (Debian:
python3-torch). The defaults give 99.2 % on the test images after some 12 minutes on two cores.

Images are normalized as (pixel/255 - 0.1307) / 0.3081; give p2vit the same numbers.
"""
import argparse
import gzip
import math
import pathlib
import struct
import time

import torch
from torch import nn
from torch.nn import functional as F

MEAN, STD = 0.1307, 0.3081


class Attention(nn.Module):
    """Multi-head self-attention, in operators that every ONNX opset has."""

    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.scale = (dim // heads) ** -0.5
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        batch, tokens, dim = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, dim // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        attention = ((query * self.scale) @ key.transpose(-2, -1)).softmax(dim=-1)
        context = (attention @ value).transpose(1, 2).reshape(batch, tokens, dim)
        return self.proj(context)


class Block(nn.Module):
    def __init__(self, dim, heads, hidden):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class VisionTransformer(nn.Module):
    """Class token, learned position embedding, pre-norm blocks (arXiv 2010.11929)."""

    def __init__(self, side=28, patch=7, dim=64, depth=4, heads=4, hidden=256, classes=10):
        super().__init__()
        self.patch_embed = nn.Conv2d(1, dim, patch, stride=patch)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, (side // patch) ** 2 + 1, dim))
        self.blocks = nn.ModuleList(Block(dim, heads, hidden) for _ in range(depth))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, classes)
        for parameter in (self.cls_token, self.pos_embed):
            nn.init.trunc_normal_(parameter, std=0.02)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


def read_idx(folder, name):
    for path in (folder / f"{name}.gz", folder / name):
        if path.exists():
            data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
            dims = data[3]
            shape = struct.unpack(f">{dims}i", data[4:4 + 4 * dims])
            return torch.frombuffer(bytearray(data[4 + 4 * dims:]), dtype=torch.uint8).reshape(shape)
    raise SystemExit(f"{folder}: holds neither {name}.gz nor {name}")


def load(folder, part):
    pixels = read_idx(folder, f"{part}-images-idx3-ubyte").unsqueeze(1)
    return (pixels.float() / 255 - MEAN) / STD, read_idx(folder, f"{part}-labels-idx1-ubyte").long()


def shifted(images, most=2):
    """Each image moved by up to `most` pixels each way, black coming in."""
    side = images.shape[-1]
    padded = F.pad(images, (most,) * 4, value=-MEAN / STD)
    offsets = torch.randint(0, 2 * most + 1, (len(images), 2))
    rows = offsets[:, 0, None] + torch.arange(side)
    columns = offsets[:, 1, None] + torch.arange(side)
    batch = torch.arange(len(images))[:, None, None]
    return padded[batch, 0, rows[:, :, None], columns[:, None, :]].unsqueeze(1)


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        parts = [model(part).argmax(1) for part in images.split(1000)]
    return (torch.cat(parts) == labels).float().mean().item() * 100


def train(model, images, labels, test, arguments):
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.learning_rate, weight_decay=0.05)
    per_epoch = len(images) // arguments.batch
    total = arguments.steps or arguments.epochs * per_epoch
    warm_up = max(1, total // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda s: min((s + 1) / warm_up, 0.5 + 0.5 * math.cos(math.pi * min(1, s / total))))
    start = time.time()
    step = 0
    while step < total:
        model.train()
        for chosen in torch.randperm(len(images)).split(arguments.batch)[:max(1, per_epoch)]:
            loss = F.cross_entropy(
                model(shifted(images[chosen])), labels[chosen], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            step += 1
            if step % 50 == 0:
                print(f"\rstep {step} of {total}, loss {loss.item():.3f}", end="", flush=True)
            if step == total:
                break
        print(f"\rstep {step} of {total}, test accuracy {accuracy(model, *test):.2f} %, "
              f"{time.time() - start:.0f} s")


def export(model, path):
    model.eval()
    torch.onnx.export(
        model, torch.zeros(1, 1, 28, 28), str(path), opset_version=17, input_names=["image"],
        output_names=["logits"], dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})
    print(f"wrote {path}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--steps", type=int, help="stop after so many (to try the script)")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--mlp", type=int, default=256)
    parser.add_argument("--patch", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.dim % arguments.heads or 28 % arguments.patch:
        parser.error("--heads must divide --dim, and --patch must divide 28")
    torch.manual_seed(arguments.seed)
    images, labels = load(arguments.folder, "train")
    model = VisionTransformer(
        28, arguments.patch, arguments.dim, arguments.depth, arguments.heads, arguments.mlp)
    print(f"{sum(p.numel() for p in model.parameters())} parameters")
    train(model, images, labels, load(arguments.folder, "t10k"), arguments)
    export(model, arguments.model)


if __name__ == "__main__":
    main()
