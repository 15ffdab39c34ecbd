"""A network of torchvision in stock PyTorch, on noise: networks.py NETWORK SIZE BATCH_SIZE THREADS

A step is forward, summed cross-entropy, backward, SGD with Nesterov momentum and weight decay. `memory` is answered
with the bytes by which a forward pass lets the process grow.
"""

import resource
import sys

import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from serving import compiled, serve


def network(name):
    if name != "resnet18-cifar":
        return getattr(torchvision.models, name)(num_classes=10)
    model = torchvision.models.resnet18(num_classes=10)
    model.conv1, model.maxpool = nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.Identity()
    return model


class Work:
    def __init__(self, mode, layout):
        self.model = network(name).to(memory_format=layout)
        self.call = compiled(self.model, mode)
        self.images = torch.randn(batch_size, 3, size, size).contiguous(memory_format=layout)
        self.labels = torch.randint(0, 10, (batch_size,))
        self.optimizer = torch.optim.SGD(
            self.model.parameters(),
            lr=0.1 / batch_size,
            momentum=0.9,
            nesterov=True,
            weight_decay=5e-4 * batch_size,
        )

    def loss(self):
        return F.cross_entropy(self.call(self.images), self.labels, reduction="sum")

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.loss().backward()
        self.optimizer.step()

    def memory(self):
        before = resident()
        loss = self.loss()
        grown = resident() - before
        del loss
        return grown


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


name, size, batch_size, threads = sys.argv[1], *map(int, sys.argv[2:])
serve(Work, threads)
