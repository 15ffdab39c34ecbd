import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AnyModule,
  CheckpointError,
  readSafetensors,
  scope,
  type Tensor,
} from '@ocelli/torch';
import { readRunRecord } from '../record/runRecord.ts';
import { openTrained } from '../runFolder/publishedRun.ts';
import { readWeights } from './weights.ts';

/** What a model has begun with, by the names in its state dict. */
export interface StartReport {
  /** What has the stored values now. */
  readonly taken: readonly string[];
  /** What keeps its own. */
  readonly fresh: readonly string[];
}

/**
 * Gives a model weights that were trained before, as far as they have its names and shapes; a head for
 * other classes keeps the weights it has. A trunk is the same whether one label or many attributes are
 * answered on top of it: names are compared without the `trunk.` that they begin with in models of many
 * heads.
 *
 * @param source a run, by its folder or its name: its best weights (the last ones, where nothing says which
 *   are best); or the name of weights that are published with the package; or a safetensors file with the
 *   keys of the catalog, which are torchvision's or timm's where those have the network.
 * @throws {DataError} if there is no such run.
 * @throws {CheckpointError} if there is no such file, its weights are damaged, or nothing that is learned fits.
 * @throws {SafetensorsError} if the file breaks a rule of its format.
 */
export function startFrom(source: string, model: AnyModule): StartReport {
  return scope(() => {
    const { state, origin } = isFile(source) ? weightsOfFile(source) : weightsOfRun(source);
    const stored = new Map([...state].map(([key, value]) => [withoutTrunk(key), value]));
    const own = model.stateDict();
    const fitting = new Map<string, Tensor>();
    for (const [key, { shape }] of own) {
      const value = stored.get(withoutTrunk(key));
      if (value?.shape.join() === shape.join()) fitting.set(key, value);
    }
    // Counters of batches fit those of any network; they are nothing to start from.
    if (!model.namedParameters().some(([key]) => fitting.has(key))) {
      throw new CheckpointError(
        `${source}: expected weights of the same network to start from, none of ${state.size} fits. ${origin}`,
      );
    }
    model.loadStateDict(fitting, { strict: false });
    const fresh = [...own.keys()].filter((key) => !fitting.has(key));
    return { taken: [...fitting.keys()], fresh };
  });
}

/** A name as it is where the trunk is no part of its own. */
function withoutTrunk(key: string): string {
  return key.replace(/^trunk\./, '');
}

function isFile(source: string): boolean {
  if (source.endsWith('.safetensors')) return true;
  return statSync(source, { throwIfNoEntry: false })?.isFile() === true;
}

/** Weights by their names, and a sentence that says which these are. */
interface StoredWeights {
  readonly state: ReadonlyMap<string, Tensor>;
  readonly origin: string;
}

function weightsOfFile(path: string): StoredWeights {
  if (!existsSync(path)) {
    throw new CheckpointError(`${path}: expected a safetensors file, got no such file.`);
  }
  const state = readSafetensors(path);
  const names = [...state.keys()].slice(0, 3).join(', ');
  return { state, origin: `They are called ${names} and so on.` };
}

function weightsOfRun(source: string): StoredWeights {
  const folder = openTrained(source);
  const name = existsSync(join(folder.weights, 'best.safetensors')) ? 'best' : 'last';
  const state = readWeights(folder.weights, name);
  return { state, origin: `They are of the model ${readRunRecord(folder).experiment.model}.` };
}
