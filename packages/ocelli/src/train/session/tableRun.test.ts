import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/dataTree.ts';
import { assemble } from '../assembly/assemble.ts';
import { countedHeads } from '../loss/countedHeads.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { TrainEvent } from '../record/events.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { fit } from '../loop/fit.ts';
import { evaluationBatches, trainingBatches } from '../batches/pictureBatches.ts';
import { openRunData } from '../runData/runData.ts';
import { createRunFolder, splitOf, writeLabels } from '../runFolder/runFolder.ts';
import { writeRunRecord } from '../record/runRecord.ts';
import { runSession } from './session.ts';

const folder = temporaryFolder();
const table = join(folder, 'labels.csv');
const listeners = { cacheFolder: join(folder, 'cache') };
const colours = ['#c03030', '#30c030', '#3030c0'];

/** 24 pictures of 8 pixels: the colour says the hue, light or dark the shade; some labels are missing. */
beforeAll(async () => {
  mkdirSync(join(folder, 'images'));
  const lines = ['image,hue,shade'];
  for (let row = 0; row < 24; row++) {
    const hue = row % 3;
    const isDark = row % 2 === 1;
    const name = `images/${row}.png`;
    const canvas = { width: 8, height: 8, channels: 3, background: colours[hue] ?? '' } as const;
    await sharp({ create: canvas })
      .modulate({ brightness: (isDark ? 0.4 : 1.2) + row / 200 })
      .png()
      .toFile(join(folder, name));
    const shade = row % 5 === 0 ? '' : isDark ? 'dark' : 'light';
    lines.push(`${name},${['red', 'green', 'blue'][hue]},${shade}`);
  }
  writeFileSync(table, `${lines.join('\n')}\n`);
});

const tiny = {
  imageSize: 8,
  model: 'resnet20',
  epochs: 2,
  batchSize: 8,
  lr: 0.01,
  pad: 1,
} as const;

async function trained(input: ExperimentInput): Promise<{ events: TrainEvent[]; split: string }> {
  const experiment = resolveExperiment({ table, ...tiny, ...input });
  const data = await openRunData(experiment, listeners);
  const run = createRunFolder(join(folder, 'runs'), 'table');
  writeRunRecord(run, { experiment, pictures: data.facts });
  writeLabels(run, data.facts.labelNames);
  data.writeSplit?.(run.split);
  const events: TrainEvent[] = [];
  const consumers = [(event: TrainEvent) => void events.push(event)];
  const session = { folder: run, experiment, data, resume: false, consumers, warn: () => {} };
  await runSession(session);
  // A later stage, an evaluation or a resumed run finds the same rows in the same parts.
  const again = await openRunData(experiment, { ...listeners, ...splitOf(run) });
  const names = (set: typeof data.train): string[] =>
    Array.from({ length: set.length }, (_, index) => set.nameOf(index));
  expect(names(again.validation.dataset)).toEqual(names(data.validation.dataset));
  return { events, split: readFileSync(run.labels, 'utf8') };
}

test('a table trains a model of many heads; a missing label drops no row', async () => {
  const { events, split } = await trained({ best: 'mean', validationShare: 0.25 });
  expect(JSON.parse(split)).toEqual({
    attributes: { hue: ['blue', 'green', 'red'], shade: ['dark', 'light'] },
  });
  const epochs = events.filter((event) => event.type === 'epochEnded');
  const [first] = epochs;
  expect(epochs).toHaveLength(2);
  expect([first?.train.count, first?.validation?.count]).toEqual([18, 6]);
  const labelled = [first?.train, first?.validation].map((part) => part?.attributes?.['shade']);
  // 5 of 24 pictures have no shade
  expect(labelled.reduce((sum, one) => sum + (one?.labelled ?? 0), 0)).toBe(19);
  expect(first?.train.attributes?.['hue']?.labelled).toBe(18);
});

test('the same settings learn the same, so that a change tells of what was changed', async () => {
  plain ??= lossesOf({});
  expect(await lossesOf({})).toEqual(await plain);
});

test.each([
  { lossWeights: 'learned' },
  { gradients: 'separate', attributes: { hue: { lossWeight: 0.3 } } },
  { gradients: 'projected' },
  { trunkLr: 0.1 },
  { attributes: { hue: { lr: 3 } } },
  { attributes: { shade: { loss: 'binary' } } },
  { pad: 0, augmentation: [{ mixup: { alpha: 1 } }] },
  { pad: 0, augmentation: [{ cutmix: { alpha: 1 } }] },
  { pad: 0, augmentation: [{ cutout: { size: 4 } }] },
  { originals: true },
  { oversampling: ['shade = dark x3'] },
  { pixelRange: [0, 1] },
  { constants: 'persons' },
  { corrections: ['hue = red => shade := dark'] },
] satisfies ExperimentInput[])('%j changes what is learned', async (input) => {
  plain ??= lossesOf({});
  expect(await lossesOf(input)).not.toEqual(await plain);
});

let plain: Promise<unknown> | undefined;

/** Losses of both heads after two steps, without a run folder. */
async function lossesOf(input: ExperimentInput): Promise<unknown> {
  const experiment = resolveExperiment({
    table,
    ...tiny,
    epochs: 1,
    schedule: 'constant',
    ...input,
  });
  const { train, validation, facts } = await openRunData(experiment, listeners);
  const data = trainingBatches(train, facts, experiment);
  const { stepsPerEpoch, batchSize } = data;
  const parts = assemble(experiment, { heads: countedHeads(train), stepsPerEpoch, batchSize });
  await fit({ ...parts, data, epochs: 1 });
  const held = evaluationBatches(validation.dataset, facts, experiment);
  const { attributes } = (await evaluate(parts.model, held)) ?? {};
  return [attributes?.['hue']?.loss, attributes?.['shade']?.loss];
}
