import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, type Tensor } from '@ocelli/torch';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/dataTree.ts';
import { drawPictures } from '../../../test/drawnPictures.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { openRunData } from '../runData/runData.ts';
import { createRunFolder, type RunFolder } from '../runFolder/runFolder.ts';
import { writeRunRecord } from '../record/runRecord.ts';
import { runSession } from '../session/session.ts';

const root = temporaryFolder();
beforeAll(() => drawPictures(join(root, 'pictures'), { train: 4, test: 1 }));

/** Trains on twelve pictures, four a step. @returns the folder and what was warned of. */
async function trained(input: ExperimentInput): Promise<{ folder: RunFolder; warnings: string[] }> {
  const small = { model: 'resnet20', epochs: 1, batchSize: 4, threads: 1, pad: 1 } as const;
  const experiment = resolveExperiment({ data: join(root, 'pictures'), ...small, ...input });
  const data = await openRunData(experiment, { cacheFolder: join(root, 'cache') });
  const folder = createRunFolder(join(root, 'runs'), 'run');
  writeRunRecord(folder, { experiment, pictures: data.facts });
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  await runSession({ folder, experiment, data, resume: false, consumers: [], warn });
  return { folder, warnings };
}

/** What is learned, without running statistics, as bytes that compare quickly. */
function weightsOf({ weights }: RunFolder, name: 'best' | 'last'): Record<string, string> {
  const state = readSafetensors(join(weights, `${name}.safetensors`));
  const learned = [...state].filter(([key]) => /(weight|bias)$/.test(key));
  const bytesOf = (tensor: Tensor): string => {
    const { buffer, byteOffset, byteLength } = tensor.toTypedArray();
    return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  };
  return Object.fromEntries(learned.map(([key, tensor]) => [key, bytesOf(tensor)]));
}

/** Nothing is learned, so what a run ends with is what it began with. */
const still = { lr: 0, weightDecay: 0, schedule: 'constant' } as const;

test('a run begins with the best weights of another one, an average of its weights too', async () => {
  const { folder: first } = await trained({ seed: 1 });
  const begun = await trained({ ...still, seed: 2, startFrom: first.path });
  expect(begun.warnings).toEqual([]);
  expect(weightsOf(begun.folder, 'last')).toEqual(weightsOf(first, 'best'));
  const { folder: anew } = await trained({ ...still, seed: 2 });
  expect(weightsOf(anew, 'last')).not.toEqual(weightsOf(first, 'best'));
  const averaged = await trained({ ...still, emaDecay: 0.5, startFrom: first.path });
  const biasOf = (folder: RunFolder, name: 'best' | 'last') =>
    readSafetensors(join(folder.weights, `${name}.safetensors`))
      .get('fc.bias')
      ?.toArray();
  expect(biasOf(averaged.folder, 'last')).toEqual(
    (biasOf(first, 'best') as number[]).map((value) => expect.closeTo(value, 6) as number),
  );
});

test('a head for other classes begins anew, which is said; another network is refused', async () => {
  const { folder: first } = await trained({});
  const data = join(root, 'two');
  await drawPictures(data, { train: 4, test: 1 });
  for (const part of ['train', 'test']) rmSync(join(data, part, 'red'), { recursive: true });
  const other = await trained({ ...still, seed: 2, data, startFrom: first.path });
  expect(other.warnings).toEqual([`not in ${first.path}, so new: fc.weight, fc.bias`]);
  const [before, after] = [weightsOf(first, 'best'), weightsOf(other.folder, 'last')];
  for (const [key, bytes] of Object.entries(after)) {
    expect([key, bytes === before[key]]).toEqual([key, !key.startsWith('fc.')]);
  }
  await expect(trained({ model: 'davidnet', startFrom: first.path })).rejects.toThrow(
    /run\/\d+: expected weights of the same network to start from, none of \d+ fits\. They are of the model resnet20\.$/,
  );
  await expect(trained({ startFrom: join(root, 'nowhere') })).rejects.toThrow(
    'expected a run folder',
  );
});
