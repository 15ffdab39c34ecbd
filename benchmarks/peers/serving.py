"""How a peer answers: it prints its version and its modes, then for each line the seconds of one turn of work.

A mode is a memory layout, or `compiled`: channels_last through torch.compile, where this PyTorch has it.
On a CUDA device work runs in bfloat16 by autocast, and its end is waited for.
A line is a mode and the name of the work: a step of training if it is left out. Work that returns something is
answered with that instead of seconds.
"""

import sys
import time

import torch

LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def precision(device):
    """What the forward pass runs in."""
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda")


def serve(make_work, threads):
    """make_work(mode, layout) gives an object with a method for each work, made when first asked for."""
    torch.set_num_threads(threads)
    torch.backends.cudnn.benchmark = True
    modes = [*LAYOUTS, *(["compiled"] if hasattr(torch, "compile") else [])]
    print(torch.__version__, *modes, flush=True)
    made = {}
    for line in sys.stdin:
        mode, *task = line.split()
        if mode not in made:
            torch.manual_seed(0)
            made[mode] = make_work(mode, LAYOUTS.get(mode, torch.channels_last))
        work = getattr(made[mode], task[0] if task else "step")
        start = time.perf_counter()
        result = work()
        if torch.cuda.is_initialized():
            torch.cuda.synchronize()
        print(time.perf_counter() - start if result is None else result, flush=True)


def compiled(model, mode):
    """The model as it is called in that mode; parameters are shared."""
    return torch.compile(model) if mode == "compiled" else model
