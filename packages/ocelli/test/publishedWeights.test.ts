import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setNumThreads } from '@ocelli/torch';
import { beforeAll, describe, expect, test } from 'vitest';
import { createModel } from '../src/models/catalog.ts';
import { startFrom } from '../src/train/checkpoints/startWeights.ts';
import { headsOf } from '../src/data/labelNames.ts';
import { readEventLog } from '../src/train/record/eventLog.ts';
import { loadPublishedModel } from '../src/train/predict/publishedModel.ts';
import { publishedFolder, publishedNames } from '../src/train/runFolder/publishedRun.ts';
import type { RunFolder } from '../src/train/runFolder/runFolder.ts';
import { temporaryFolder } from './dataTree.ts';
import { drawPictures } from './drawnPictures.ts';
import { inProcess } from './inProcess.ts';

// The weights that are published with the package, as they lie in its folder `pretrained`.

const packageFolder = join(import.meta.dirname, '..');
const folder = temporaryFolder();
const photo = join(folder, 'test/green/0.png');
beforeAll(() => drawPictures(folder, { train: 0, test: 1, side: 48 }));
setNumThreads(1); // the work is small

/** What each must have reached at the least, on the test part and with one look at a picture. */
const leastAccuracy: Readonly<Record<string, number>> = { cifar10: 0.93 };

test('the folder of published weights is packed, and has nothing but weights with a README', () => {
  const { files } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    files: string[];
  };
  expect(files).toContain('pretrained');
  const place = join(packageFolder, 'pretrained');
  expect(readdirSync(place).toSorted()).toEqual(publishedNames());
  expect(publishedNames()).toEqual(Object.keys(leastAccuracy));
  for (const name of publishedNames()) {
    expect(readdirSync(join(place, name))).toContain('README.md');
  }
});

describe.each(publishedNames())('published weights %s', (name) => {
  const published = publishedFolder(name) as RunFolder; // it is one of the names
  const card = (): string => readFileSync(join(published.path, 'README.md'), 'utf8');

  test('are small, and answer, explain and start a training by their name', async () => {
    expect(statSync(join(published.weights, 'best.safetensors')).size).toBeLessThan(8e6);
    const { labelNames, experiment } = loadPublishedModel(name);
    const labels = headsOf(labelNames).flatMap(({ classes }) => classes);
    const predicted = await inProcess('predict', photo, '--run', name, '--format', 'csv');
    expect([predicted.exitCode, predicted.err]).toEqual([0, '']);
    expect(labels.some((label) => predicted.out.includes(`,${label},`))).toBe(true);
    const out = join(folder, 'map.png');
    const explained = await inProcess('explain', photo, '--run', name, '--out', out);
    expect([explained.exitCode, explained.err, existsSync(out)]).toEqual([0, '', true]);
    const other = createModel(experiment.model, { numClasses: labels.length + 1 });
    const { fresh } = startFrom(name, other);
    expect([fresh.length, other.stateDict().size > 10]).toEqual([1, true]); // the last layer
  });

  test('have a card with the accuracy on record, the network and the classes', () => {
    const { experiment, labelNames, pictures, weights } = loadPublishedModel(name);
    const evaluation = readEventLog(published.events).find(
      (event) => event.type === 'evaluationEnded' && event.epoch === weights.epoch,
    );
    if (evaluation?.type !== 'evaluationEnded') throw new Error(`${name} was not measured`);
    const { accuracy, count } = evaluation.scores;
    expect([evaluation.split, count]).toEqual(['test', pictures.validationCount]);
    expect(accuracy).toBeGreaterThan(leastAccuracy[name] ?? NaN);
    const classes = headsOf(labelNames).flatMap((head) => head.classes);
    const percent = `${(100 * accuracy).toFixed(2)} %`;
    for (const words of [percent, experiment.model, ...classes]) expect(card()).toContain(words);
    expect(card()).toContain('are not contained');
  });
});
