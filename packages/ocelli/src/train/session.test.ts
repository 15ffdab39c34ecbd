import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors } from '@ocelli/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawPictures } from '../../test/drawnPictures.ts';
import { type ExperimentInput, resolveExperiment } from './experiment.ts';
import { openRunData } from './runData.ts';
import { createRunFolder } from './runFolder.ts';
import { runSession } from './session.ts';

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ocelli-session-'));
  await drawPictures(join(root, 'pictures'), { train: 4, test: 1 });
});
afterAll(() => rmSync(root, { recursive: true }));

/** Trains three steps of four pictures. @returns the classifier's weights. */
async function trained(input: ExperimentInput): Promise<number[]> {
  const schedule = { epochs: 1, batchSize: 4, schedule: 'constant', lr: 0.01 } as const;
  const experiment = resolveExperiment({ data: join(root, 'pictures'), ...schedule, ...input });
  const data = await openRunData(experiment, { cacheFolder: join(root, 'cache') });
  const folder = createRunFolder(join(root, 'runs'), 'run');
  const warn = (): void => {};
  await runSession({ folder, experiment, data, resume: false, consumers: [], warn });
  const weights = readSafetensors(join(folder.weights, 'last.safetensors'));
  const classifier = [...weights.values()].findLast(({ shape }) => shape.length === 2);
  return Array.from(classifier?.toTypedArray() ?? [], Number);
}

function furthest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));
}

test('gradientClip shortens the gradient of the mean, whether the loss adds up or averages', async () => {
  const free = await trained({ lossReduction: 'mean' });
  const mean = await trained({ lossReduction: 'mean', gradientClip: 0.5 });
  const sum = await trained({ lossReduction: 'sum', gradientClip: 0.5 });
  const clipped = furthest(free, mean);
  expect(clipped).toBeGreaterThan(1e-3);
  expect(furthest(mean, sum)).toBeLessThan(clipped / 100);
});
