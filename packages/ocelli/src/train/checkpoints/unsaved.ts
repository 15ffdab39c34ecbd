import { systemReason } from '../../data/systemReason.ts';
import type { Emit } from '../record/emitter.ts';

/** What a run keeps on the disk, each saved by itself, in words for people. */
export type SavedPart =
  'the record' | 'the table of results' | 'the best weights' | 'the last state';

/** A part of a run that is not on the disk as it should be, and why. */
export interface SaveFailure {
  readonly part: SavedPart;
  readonly reason: unknown;
}

/** The parts of a run that could not be saved. Each counts until that same part is saved. */
export class Unsaved {
  readonly #reasons = new Map<SavedPart, unknown>();

  /** Saves a part. What goes wrong is told and kept, not thrown; a reason that is known is not told again. */
  async attempt(part: SavedPart, emit: Emit, save: () => void | Promise<void>): Promise<void> {
    try {
      await save();
      this.#reasons.delete(part);
    } catch (error) {
      const isKnown = this.#reasons.get(part) === error;
      this.#reasons.set(part, error);
      if (isKnown) return;
      const message = `${part} could not be saved: ${systemReason(error)}`;
      await emit({ type: 'warning', message });
    }
  }

  /** Why a part is not saved; nothing if it is. */
  reasonOf(part: SavedPart): unknown {
    return this.#reasons.get(part);
  }

  get failures(): SaveFailure[] {
    return Array.from(this.#reasons, ([part, reason]) => ({ part, reason }));
  }
}
