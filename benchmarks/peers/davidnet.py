"""DavidNet in stock PyTorch on pictures of 32x32, timed: davidnet.py BATCH_SIZE THREADS [DEVICE]

A step is forward, summed cross-entropy, backward, SGD with Nesterov momentum and weight decay.
"""

import sys

import torch
from torch import nn
from torch.nn import functional as F

from serving import compiled, precision, serve


class ConvNorm(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)), inplace=True)


class Block(nn.Module):
    def __init__(self, in_channels, out_channels, residual):
        super().__init__()
        self.conv = ConvNorm(in_channels, out_channels)
        pair = [ConvNorm(out_channels, out_channels) for _ in range(2)] if residual else []
        self.residual = nn.Sequential(*pair)

    def forward(self, x):
        x = F.max_pool2d(self.conv(x), 2)
        return x + self.residual(x) if len(self.residual) else x


class DavidNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 64)
        self.blocks = nn.Sequential(Block(64, 128, True), Block(128, 256, False), Block(256, 512, True))
        self.head = nn.Linear(512, 10, bias=False)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).amax((2, 3))) * 0.125


class Work:
    def __init__(self, mode, layout):
        self.model = DavidNet().to(device, memory_format=layout)
        self.call = compiled(self.model, mode)
        self.images = torch.randn(batch_size, 3, 32, 32, device=device).contiguous(memory_format=layout)
        self.labels = torch.randint(0, 10, (batch_size,), device=device)
        self.optimizer = torch.optim.SGD(
            self.model.parameters(),
            lr=0.1 / batch_size,
            momentum=0.9,
            nesterov=True,
            weight_decay=5e-4 * batch_size,
        )

    def step(self):
        self.model.train()
        self.optimizer.zero_grad(set_to_none=True)
        with precision(device):
            loss = F.cross_entropy(self.call(self.images), self.labels, reduction="sum")
        loss.backward()
        self.optimizer.step()

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
