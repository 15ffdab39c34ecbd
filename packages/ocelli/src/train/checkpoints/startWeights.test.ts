import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyModule, readSafetensors, type Tensor, writeSafetensors } from '@ocelli/torch';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/dataTree.ts';
import { drawPictures } from '../../../test/drawnPictures.ts';
import { createModel } from '../../models/catalog.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { openRunData } from '../runData/runData.ts';
import { createRunFolder, type RunFolder } from '../runFolder/runFolder.ts';
import { writeRunRecord } from '../record/runRecord.ts';
import { runSession } from '../session/session.ts';
import type { StageWork } from '../session/stageWork.ts';
import { startFrom, type StartReport } from './startWeights.ts';

const root = temporaryFolder();
beforeAll(() => drawPictures(join(root, 'pictures'), { train: 4, test: 1 }));

/** Trains on twelve pictures, four a step. @returns the folder, what was warned of, what it began with. */
async function trained(input: ExperimentInput) {
  const small = { model: 'resnet20', epochs: 1, batchSize: 4, threads: 1, pad: 1 } as const;
  const experiment = resolveExperiment({ data: join(root, 'pictures'), ...small, ...input });
  const data = await openRunData(experiment, { cacheFolder: join(root, 'cache') });
  const folder = createRunFolder(join(root, 'runs'), 'run');
  writeRunRecord(folder, { experiment, pictures: data.facts });
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  let begunWith: StartReport | undefined;
  const consumers = (stage: StageWork): [] => {
    begunWith = stage.begunWith;
    return [];
  };
  await runSession({ folder, experiment, data, resume: false, consumers, warn });
  return { folder, warnings, begunWith };
}

/** What is learned, without running statistics, as bytes that compare quickly. */
function weightsOf({ weights }: RunFolder, name: 'best' | 'last'): Record<string, string> {
  return bytesOf(readSafetensors(join(weights, `${name}.safetensors`)));
}

function bytesOf(state: ReadonlyMap<string, Tensor>): Record<string, string> {
  const learned = [...state].filter(([key]) => /(weight|bias)$/.test(key));
  const bytes = (tensor: Tensor): string => {
    const { buffer, byteOffset, byteLength } = tensor.toTypedArray();
    return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  };
  return Object.fromEntries(learned.map(([key, tensor]) => [key, bytes(tensor)]));
}

/** Nothing is learned, so what a run ends with is what it began with. */
const still = { lr: 0, weightDecay: 0, schedule: 'constant' } as const;

test('a run begins with the best weights of another one, an average of its weights too', async () => {
  const { folder: first } = await trained({ seed: 1 });
  const begun = await trained({ ...still, seed: 2, startFrom: first.path });
  expect([begun.warnings, begun.begunWith?.fresh]).toEqual([[], []]);
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

test('a head for other classes begins anew; another network is refused', async () => {
  const { folder: first } = await trained({});
  const data = join(root, 'two');
  await drawPictures(data, { train: 4, test: 1 });
  for (const part of ['train', 'test']) rmSync(join(data, part, 'red'), { recursive: true });
  const other = await trained({ ...still, seed: 2, data, startFrom: first.path });
  expect(other.begunWith?.fresh).toEqual(['fc.weight', 'fc.bias']);
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

/** Its own weights but for those of another model, under the names that these have there. */
const withTaken = (
  own: AnyModule,
  from: AnyModule,
  nameThere: (key: string) => string | undefined,
): Record<string, string> => {
  const there = bytesOf(from.stateDict());
  return Object.fromEntries(
    Object.entries(bytesOf(own.stateDict())).map(([key, bytes]) => [
      key,
      there[nameThere(key) ?? ''] ?? bytes,
    ]),
  );
};

test('a network of many attributes takes the trunk of one label, and the other way about', async () => {
  const { folder } = await trained({});
  const one = createModel('resnet20', { numClasses: 3 });
  expect(startFrom(folder.path, one).fresh).toEqual([]);
  const many = createModel('resnet20', { heads: { age: 2, pose: 3 } });
  const trunkOfOne = withTaken(many, one, (key) => /^trunk\.(.+)/.exec(key)?.[1]);
  const heads = [...many.child('heads').stateDict().keys()].map((key) => `heads.${key}`);
  const { taken, fresh } = startFrom(folder.path, many);
  expect(fresh).toEqual(heads);
  expect(taken).toEqual([...many.stateDict().keys()].filter((key) => !heads.includes(key)));
  expect(bytesOf(many.stateDict())).toEqual(trunkOfOne);

  const file = join(root, 'many.safetensors');
  writeSafetensors(file, many.stateDict());
  const another = createModel('resnet20', { numClasses: 2 });
  const trunkOfMany = withTaken(another, many, (key) => `trunk.${key}`);
  expect(startFrom(file, another).fresh).toEqual(['fc.weight', 'fc.bias']);
  expect(bytesOf(another.stateDict())).toEqual(trunkOfMany);
});

test('a file with the keys of torchvision does as well as a run', () => {
  const file = join(root, 'mobilenet_v3_small.safetensors');
  const published = createModel('mobilenet-v3-small', { numClasses: 1000 });
  writeSafetensors(file, published.stateDict());
  const five = createModel('mobilenet-v3-small', { numClasses: 5 });
  const expected = withTaken(five, published, (key) =>
    key.startsWith('classifier.3.') ? undefined : key,
  );
  expect(startFrom(file, five).fresh).toEqual(['classifier.3.weight', 'classifier.3.bias']);
  expect(bytesOf(five.stateDict())).toEqual(expected);
  const heads = createModel('mobilenet-v3-small', { heads: { age: 2 } });
  const ofHeads = [...heads.stateDict().keys()].filter((key) => key.startsWith('heads.'));
  expect(startFrom(file, heads).fresh).toEqual(ofHeads);
});

test('a file that has nothing for the network is refused, and so is one that is none', () => {
  const file = join(root, 'other.safetensors');
  writeSafetensors(file, createModel('davidnet', { numClasses: 3 }).stateDict());
  const model = createModel('resnet20', { heads: { age: 2 } });
  const before = bytesOf(model.stateDict());
  expect(() => startFrom(file, model)).toThrow(
    /other\.safetensors: expected weights of the same network to start from, none of \d+ fits\. They are called \S+, \S+, \S+ and so on\.$/,
  );
  const counters = [...model.stateDict()].filter(([key]) => key.endsWith('num_batches_tracked'));
  writeSafetensors(file, new Map(counters));
  expect(counters.length).toBeGreaterThan(0);
  expect(() => startFrom(file, model)).toThrow(`none of ${counters.length} fits`);
  expect(() => startFrom(join(root, 'no.safetensors'), model)).toThrow(
    'no.safetensors: expected a safetensors file, got no such file.',
  );
  const pickled = join(root, 'resnet20.pth');
  writeFileSync(pickled, 'pickled numbers');
  expect(() => startFrom(pickled, model)).toThrow('resnet20.pth: expected');
  expect(bytesOf(model.stateDict())).toEqual(before);
});
