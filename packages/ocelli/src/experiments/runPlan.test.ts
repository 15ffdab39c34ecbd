import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawPictures } from '../../test/drawnPictures.ts';
import { resolveExperiment } from '../train/experiment/experiment.ts';
import { openRunData } from '../train/runData/runData.ts';
import { newRun, restartedRun, resumedRun, usualName } from './runPlan.ts';

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ocelli-plan-'));
  await drawPictures(join(root, 'pictures'), { train: 2, test: 1 });
});
afterAll(() => rmSync(root, { recursive: true }));

const open = () =>
  openRunData(resolveExperiment({ data: join(root, 'pictures') }), {
    cacheFolder: join(root, 'cache'),
  });

test.each([
  ['goes on', resumedRun],
  ['begins anew', restartedRun],
] as const)(
  'a run %s only with the very files it began with, else one is named',
  async (_, plan) => {
    const experiment = resolveExperiment({ data: join(root, 'pictures') });
    const { path } = newRun({ experiment, runsDir: join(root, 'runs') }).folderFor(
      await open(),
      experiment,
    );
    expect(plan(path).folderFor(await open(), experiment).path).toBe(path);
    const picture = join(root, 'pictures/train/green/1.png');
    copyFileSync(picture, join(root, 'kept.png'));
    copyFileSync(join(root, 'pictures/train/green/0.png'), picture);
    const changed = await open();
    expect(() => plan(path).folderFor(changed, experiment)).toThrow(
      `${path}: expected the files the run began with, but train/green/1.png was changed. ` +
        'Put it back as it was, or start a new run.',
    );
    copyFileSync(join(root, 'kept.png'), picture);
    expect(plan(path).folderFor(await open(), experiment).path).toBe(path);
  },
);

test('a checkpoint is named by its path, beside those there are if there is no such one', async () => {
  const experiment = resolveExperiment({ data: join(root, 'pictures') });
  const data = await open();
  const folder = newRun({
    experiment,
    runsDir: join(root, 'runs'),
    name: 'checkpointed',
  }).folderFor(data, experiment);
  const at = (name: string): string => join(folder.checkpoints, name);
  expect(() => resumedRun(at('step-1-epoch-1'))).toThrow(
    `${at('step-1-epoch-1')}: expected a checkpoint of the run, found none. It has none.`,
  );
  for (const name of ['step-1-epoch-1', 'step-2-epoch-1']) mkdirSync(at(name));
  const plan = resumedRun(`${at('step-1-epoch-1')}/`);
  expect([plan.resume, plan.checkpoint]).toEqual([true, 'step-1-epoch-1']);
  expect(plan.folderFor(data, experiment).path).toBe(folder.path);
  expect(resumedRun(folder.path).checkpoint).toBeUndefined();
  expect(() => resumedRun(at('step-3-epoch-2'))).toThrow(
    `${at('step-3-epoch-2')}: expected a checkpoint of the run, found none. ` +
      'It has step-2-epoch-1, step-1-epoch-1.',
  );
});

test.each(['sets/pets', 'pets.tar', 'pets.tar.gz', 'pets.tgz', 'pets.zip'])(
  'a run on %s is called by its pictures, not by the kind of their file',
  (data) => expect(usualName(resolveExperiment({ data }))).toBe('pets-davidnet'),
);
