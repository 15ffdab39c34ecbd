"""The airbench network with Muon in stock PyTorch on pictures of 32x32, timed: muon.py BATCH_SIZE THREADS [DEVICE]

A step is forward, summed cross-entropy, backward, Muon for the filters and SGD for all others.
"""

import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

from serving import compiled, precision, serve


class Block(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm1, self.norm2 = (nn.BatchNorm2d(out_channels, eps=1e-12, momentum=0.4) for _ in range(2))
        for conv in (self.conv1, self.conv2):
            nn.init.dirac_(conv.weight.data[: conv.weight.shape[1]])
        for norm in (self.norm1, self.norm2):
            norm.weight.requires_grad_(False)

    def forward(self, x):
        x = F.gelu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        return F.gelu(self.norm2(self.conv2(x)))


class Airbench(nn.Module):
    def __init__(self):
        super().__init__()
        self.whitening = nn.Conv2d(3, 24, 2)
        self.whitening.requires_grad_(False)
        self.blocks = nn.Sequential(Block(24, 64), Block(64, 256), Block(256, 256))
        self.head = nn.Linear(256, 10, bias=False)

    def forward(self, x):
        x = self.blocks(F.gelu(self.whitening(x)))
        return self.head(F.max_pool2d(x, 3).flatten(1)) / 256


def orthogonalized(direction):
    x = direction.reshape(len(direction), -1)
    x = x / (x.norm() + 1e-7)
    is_tall = x.shape[0] > x.shape[1]
    x = x.t() if is_tall else x
    for _ in range(3):
        gram = x @ x.t()
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return (x.t() if is_tall else x).reshape(direction.shape)


class Work:
    def __init__(self, mode, layout):
        self.model = Airbench().to(device, memory_format=layout)
        self.call = compiled(self.model, mode)
        self.images = torch.randn(batch_size, 3, 32, 32, device=device).contiguous(memory_format=layout)
        self.labels = torch.randint(0, 10, (batch_size,), device=device)
        learned = [p for p in self.model.parameters() if p.requires_grad]
        self.filters = [p for p in learned if p.dim() == 4]
        self.buffers = [torch.zeros_like(p) for p in self.filters]
        others = [p for p in learned if p.dim() < 4]
        self.sgd = torch.optim.SGD(others, lr=0.05, momentum=0.85, nesterov=True, weight_decay=0.02)

    def step(self):
        self.model.train()
        self.model.zero_grad(set_to_none=True)
        with precision(device):
            logits = self.call(self.images)
            loss = F.cross_entropy(logits, self.labels, label_smoothing=0.2, reduction="sum")
        loss.backward()
        self.sgd.step()
        with torch.no_grad():
            for filters, buffer in zip(self.filters, self.buffers):
                buffer.mul_(0.6).add_(filters.grad)
                direction = filters.grad + 0.6 * buffer
                update = orthogonalized(direction.to(torch.bfloat16) if device == "cuda" else direction)
                filters.mul_(math.sqrt(len(filters)) / filters.norm()).add_(update, alpha=-0.2)

    def steps(self):
        for _ in range(40):
            self.step()

    def evaluate(self):
        self.model.eval()
        with torch.no_grad():
            self.call(self.images).argmax(1)


batch_size, threads = int(sys.argv[1]), int(sys.argv[2])
device = sys.argv[3] if len(sys.argv) > 3 else "cpu"
serve(Work, threads)
