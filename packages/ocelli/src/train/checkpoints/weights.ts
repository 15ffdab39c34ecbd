import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  CheckpointError,
  type AnyModule,
  type LoadReport,
  readSafetensors,
  readSafetensorsHeader,
  type Tensor,
  writeSafetensors,
} from '@ocelli/torch';
import { sha256Of } from '../runFolder/sha256Of.ts';
import { flushFolder, temporaryNameFor, writeDurably } from '../runFolder/durableFile.ts';

/** Which weights of a run: those of its best epoch, or of its last. */
export type WeightsName = 'best' | 'last';

const manifestFile = 'manifest.json';

/** Where weights come from within their run. */
export interface WeightsFacts {
  readonly epoch: number;
  readonly step: number;
}

/** For each file the SHA-256 of its newest contents, the current one first. */
type Manifest = Partial<Record<string, string[]>>;

/**
 * Saves weights as `folder/<name>.safetensors`, with their SHA-256 in `folder/manifest.json`.
 *
 * Two files cannot be replaced in one stroke. So the manifest goes first and names the hash of the new
 * file and of the one before: whichever of the two a reader finds after a crash, it is known.
 */
export function saveWeights(
  folder: string,
  name: WeightsName,
  content: { readonly model: Pick<AnyModule, 'stateDict'> } & WeightsFacts,
): void {
  const { model, epoch, step } = content;
  const file = `${name}.safetensors`;
  const temporary = temporaryNameFor(join(folder, file));
  try {
    const metadata = { format: 'pt', epoch: String(epoch), step: String(step) };
    writeSafetensors(temporary, model.stateDict(), { metadata });
    const manifest = readManifest(folder);
    const before = (manifest[file] ?? []).slice(0, 1);
    manifest[file] = [sha256Of(temporary), ...before];
    writeDurably(join(folder, manifestFile), JSON.stringify(manifest));
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
export function loadWeights(folder: string, name: WeightsName, model: AnyModule): WeightsFacts {
  const path = join(folder, `${name}.safetensors`);
  // Not strict, to say it in the words of a run; what does not fit is refused all the same.
  refuseMisfit(path, model.loadStateDict(readWeights(folder, name), { strict: false }));
  return factsOf(path);
}

/** The epoch and step that weights of a run are from; nothing if it has none. */
export function weightsFacts(folder: string, name: WeightsName): WeightsFacts | undefined {
  const path = join(folder, `${name}.safetensors`);
  return existsSync(path) ? factsOf(path) : undefined;
}

function factsOf(path: string): WeightsFacts {
  const { metadata } = readSafetensorsHeader(path);
  return { epoch: Number(metadata.get('epoch')), step: Number(metadata.get('step')) };
}

/**
 * Weights of a run by the names of the state dict.
 *
 * @throws {CheckpointError} if there are none, or they are not what was saved.
 */
export function readWeights(folder: string, name: WeightsName): ReadonlyMap<string, Tensor> {
  const path = join(folder, `${name}.safetensors`);
  if (!existsSync(path)) {
    throw new CheckpointError(
      `${path}: expected weights, got no such file. The run saved none yet.`,
    );
  }
  if (readManifest(folder)[`${name}.safetensors`]?.includes(sha256Of(path)) !== true) {
    throw new CheckpointError(
      `${path}: expected the weights that were saved, got others: the SHA-256 is not in ${manifestFile}. ` +
        'The file is damaged or was replaced.',
    );
  }
  return readSafetensors(path);
}

/** @throws {CheckpointError} if anything did not fit. */
function refuseMisfit(path: string, { mismatched, missing, unexpected }: LoadReport): void {
  const [first, ...others] = [
    ...mismatched.map(
      ({ key, expected, got }) => `${key} is (${got.join(', ')}), not (${expected.join(', ')})`,
    ),
    ...missing.map((key) => `${key} is missing`),
    ...unexpected.map((key) => `${key} is too much`),
  ];
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new CheckpointError(
    `${path}: expected the weights of the model that experiment.json and labels.json describe, got others: ` +
      `${first}${more}. Put these files back as the run wrote them, or train a new run.`,
  );
}

/** @throws {CheckpointError} if there is a manifest and it cannot be read. */
function readManifest(folder: string): Manifest {
  const path = join(folder, manifestFile);
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest; // written above
  } catch (cause) {
    throw new CheckpointError(`${path}: expected the hashes of the weights, it is damaged.`, {
      cause,
    });
  }
}
