"""How a peer answers: it prints its version and its modes, then for each line the seconds of one turn of work.

A mode is a memory layout, or `compiled`: channels_last through torch.compile, where this PyTorch has it.
A line is a mode and optionally `evaluate`; without it the work is a step of training.
"""

import sys
import time

import torch

LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def serve(make_work, threads):
    """make_work(mode, layout) gives an object with step() and evaluate(), made when first asked for."""
    torch.set_num_threads(threads)
    modes = [*LAYOUTS, *(["compiled"] if hasattr(torch, "compile") else [])]
    print(torch.__version__, *modes, flush=True)
    made = {}
    for line in sys.stdin:
        mode, *task = line.split()
        if mode not in made:
            torch.manual_seed(0)
            made[mode] = make_work(mode, LAYOUTS.get(mode, torch.channels_last))
        work = made[mode].evaluate if task else made[mode].step
        start = time.perf_counter()
        work()
        print(time.perf_counter() - start, flush=True)


def compiled(model, mode):
    """The model as it is called in that mode; parameters are shared."""
    return torch.compile(model) if mode == "compiled" else model
