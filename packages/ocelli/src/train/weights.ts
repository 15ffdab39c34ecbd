import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, type Module, readSafetensors, writeSafetensors } from '@ocelli/torch';
import { sha256Of } from './checkpoint.ts';
import { temporaryNameFor, writeJsonDurably, flushFolder } from './durableFile.ts';
import { renameSync, rmSync } from 'node:fs';

/** Which weights of a run: those of its best epoch, or of its last. */
export type WeightsName = 'best' | 'last';

/** Where weights come from within their run. */
export interface WeightsFacts {
  readonly epoch: number;
  readonly step: number;
}

interface Entry extends WeightsFacts {
  readonly sha256: string;
}

/** For each file its newest entries, the current one first. */
type Manifest = Partial<Record<string, Entry[]>>;

/**
 * Saves weights as `folder/<name>.safetensors`, with their SHA-256 in `folder/manifest.json`.
 *
 * Two files cannot be replaced in one stroke. So the manifest goes first and names the hash of the new
 * file and of the one before: whichever of the two a reader finds after a crash, it is known.
 */
export function saveWeights(
  folder: string,
  name: WeightsName,
  content: { readonly model: Module } & WeightsFacts,
): void {
  const { model, epoch, step } = content;
  const file = `${name}.safetensors`;
  const temporary = temporaryNameFor(join(folder, file));
  try {
    const metadata = { format: 'pt', epoch: String(epoch), step: String(step) };
    writeSafetensors(temporary, model.stateDict(), { metadata });
    const manifest = readManifest(folder);
    const before = (manifest[file] ?? []).slice(0, 1);
    manifest[file] = [{ sha256: sha256Of(temporary), epoch, step }, ...before];
    writeJsonDurably(join(folder, 'manifest.json'), manifest);
    renameSync(temporary, join(folder, file));
    flushFolder(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Loads weights of a run into a model.
 *
 * @returns the epoch and step they are from.
 * @throws {CheckpointError} if there are none, they are not what was saved, or they do not fit.
 */
export function loadWeights(folder: string, name: WeightsName, model: Module): WeightsFacts {
  const path = join(folder, `${name}.safetensors`);
  if (!existsSync(path)) {
    throw new CheckpointError(
      `${path}: expected weights, got no such file. The run saved none yet.`,
    );
  }
  const sha256 = sha256Of(path);
  const entry = readManifest(folder)[`${name}.safetensors`]?.find((one) => one.sha256 === sha256);
  if (entry === undefined) {
    throw new CheckpointError(
      `${path}: expected the weights that were saved, got others: the SHA-256 is not in manifest.json. ` +
        'The file is damaged or was replaced.',
    );
  }
  model.loadStateDict(readSafetensors(path));
  return { epoch: entry.epoch, step: entry.step };
}

function readManifest(folder: string): Manifest {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return {};
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest; // written above
}
