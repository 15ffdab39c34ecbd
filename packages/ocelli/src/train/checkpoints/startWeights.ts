import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyModule, CheckpointError, scope, type Tensor } from '@ocelli/torch';
import { readRunRecord } from '../record/runRecord.ts';
import { openTrained } from '../runFolder/publishedRun.ts';
import { readWeights } from './weights.ts';

/**
 * Gives a model the best weights of another run (the last ones, where nothing says which are best), as far
 * as they have its names and shapes. A head for other classes keeps the weights it has.
 *
 * @param source folder of that run or of its name, or the name of weights that are published with the
 *   package.
 * @returns the names of what keeps its own weights.
 * @throws {DataError} if there is no such run.
 * @throws {CheckpointError} if its weights are damaged, or none of them fits.
 */
export function startFrom(source: string, model: AnyModule): readonly string[] {
  const folder = openTrained(source);
  const name = existsSync(join(folder.weights, 'best.safetensors')) ? 'best' : 'last';
  return scope(() => {
    const stored = readWeights(folder.weights, name);
    const own = [...model.stateDict()];
    const kept = own.filter(([key, tensor]) => !fits(stored.get(key), tensor)).map(([key]) => key);
    if (kept.length === own.length) {
      throw new CheckpointError(
        `${source}: expected weights of the same network to start from, none of ${stored.size} fits. ` +
          `They are of the model ${readRunRecord(folder).experiment.model}.`,
      );
    }
    const fresh = new Set(kept);
    model.loadStateDict(
      new Map(
        own.map(([key, tensor]) => [key, fresh.has(key) ? tensor : (stored.get(key) ?? tensor)]),
      ),
    );
    return kept;
  });
}

function fits(stored: Tensor | undefined, own: Tensor): boolean {
  return stored !== undefined && stored.shape.join() === own.shape.join();
}
