"""A training step of a network of torchvision in stock PyTorch: networks.py NETWORK SIZE BATCH_SIZE THREADS

Answers each line on stdin, the name of a memory layout, with the seconds of one step in that layout on
noise: forward, summed cross-entropy, backward, SGD with Nesterov momentum and weight decay. After "memory"
and a layout it answers with the bytes by which a forward pass lets the process grow.
"""

import resource
import sys
import time

import torch
import torchvision
from torch import nn
from torch.nn import functional as F


def network(name):
    if name != "resnet18-cifar":
        return getattr(torchvision.models, name)(num_classes=10)
    model = torchvision.models.resnet18(num_classes=10)
    model.conv1, model.maxpool = nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.Identity()
    return model


class Trainer:
    def __init__(self, memory_format):
        torch.manual_seed(0)
        self.model = network(name).to(memory_format=memory_format)
        self.images = torch.randn(batch_size, 3, size, size).contiguous(memory_format=memory_format)
        self.labels = torch.randint(0, 10, (batch_size,))
        parameters, decay = self.model.parameters(), 5e-4 * batch_size
        self.optimizer = torch.optim.SGD(
            parameters, lr=0.1 / batch_size, momentum=0.9, nesterov=True, weight_decay=decay
        )

    def loss(self):
        return F.cross_entropy(self.model(self.images), self.labels, reduction="sum")

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.loss().backward()
        self.optimizer.step()

    def kept(self):
        """Bytes by which the process grows from before a forward pass to after it."""
        before = resident()
        loss = self.loss()
        grown = resident() - before
        del loss
        return grown


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


name, size, batch_size, threads = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(threads)
layouts = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
trainers = {}


def answer(what, trainer):
    if what == ["memory"]:
        return trainer.kept()
    start = time.perf_counter()
    trainer.step()
    return time.perf_counter() - start


print(torch.__version__, flush=True)
for line in sys.stdin:
    *what, layout = line.split()
    if layout not in trainers:
        trainers[layout] = Trainer(layouts[layout])
    print(answer(what, trainers[layout]), flush=True)
