// Makes chosen system calls of a process go wrong, by a library that is compiled and preloaded.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What happens to the chosen call: the process dies before it, or the disk is full. */
export type Fault = 'KILL' | 'ENOSPC';

/** System calls that write to `below`, of which one can be chosen. */
export class FaultyDisk {
  readonly #library: string;
  readonly #below: readonly string[];
  readonly #count: string;
  readonly #mark: string;

  /** @param below absolute paths; what lies under them is watched. */
  constructor(folder: string, below: readonly string[]) {
    this.#library = join(folder, 'faults.so');
    this.#below = below;
    this.#count = join(folder, 'calls');
    this.#mark = join(folder, 'fault');
    const source = join(import.meta.dirname, 'faults', 'faults.c');
    execFileSync('cc', ['-O1', '-shared', '-fPIC', '-o', this.#library, source, '-ldl']);
  }

  /** Environment in which the call of that number, from 1, goes wrong; without one they are counted. */
  environment(fault?: { readonly kind: Fault; readonly call: number }): NodeJS.ProcessEnv {
    return {
      LD_PRELOAD: this.#library,
      OCELLI_FAULT_BELOW: this.#below.join(':'),
      OCELLI_FAULT_COUNT: this.#count,
      OCELLI_FAULT_MARK: this.#mark,
      OCELLI_FAULT_AT: String(fault?.call ?? 0),
      ...(fault && { OCELLI_FAULT: fault.kind }),
    };
  }

  /** Calls that the process made which ended last. */
  takeCount(): number {
    const count = Number(readFileSync(this.#count, 'utf8'));
    rmSync(this.#count);
    return count;
  }

  /** The call that went wrong in the process which ended last, by its name; nothing if it made too few. */
  takeFault(): string | undefined {
    if (!existsSync(this.#mark)) return undefined;
    const name = readFileSync(this.#mark, 'utf8');
    rmSync(this.#mark);
    return name;
  }
}
