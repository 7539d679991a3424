#!/usr/bin/env python3
"""Cuts the demonstration's images out of the MNIST test set.

    cut_demo_images.py FOLDER OUT

FOLDER holds t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz. OUT receives two pairs of gzipped IDX
files: `evaluation` (images 0 to 999) and `calibration` (every 140th image from 1000 on, 64 of them). No image is
in both. The output is the same bytes each time.
"""
import gzip
import pathlib
import struct
import sys

EVALUATION = range(0, 1000)
CALIBRATION = range(1000, 1000 + 64 * 140, 140)


def write(path, data):
    # No name and no time in the gzip header: the output depends on the input only.
    with open(path, "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(data)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = map(pathlib.Path, sys.argv[1:])
    images = gzip.open(source / "t10k-images-idx3-ubyte.gz").read()
    labels = gzip.open(source / "t10k-labels-idx1-ubyte.gz").read()
    magic, count, rows, columns = struct.unpack(">4i", images[:16])
    if (magic, count) != (0x803, 10000) or struct.unpack(">2i", labels[:8]) != (0x801, 10000):
        sys.exit(f"{source}: not the MNIST test set")
    size = rows * columns
    target.mkdir(parents=True, exist_ok=True)
    for name, chosen in (("evaluation", EVALUATION), ("calibration", CALIBRATION)):
        pixels = b"".join(images[16 + i * size:16 + (i + 1) * size] for i in chosen)
        classes = bytes(labels[8 + i] for i in chosen)
        write(target / f"{name}-images-idx3-ubyte.gz",
              struct.pack(">4i", 0x803, len(chosen), rows, columns) + pixels)
        write(target / f"{name}-labels-idx1-ubyte.gz", struct.pack(">2i", 0x801, len(chosen)) + classes)


if __name__ == "__main__":
    main()
