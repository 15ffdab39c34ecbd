import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/dataTree.ts';
import { drawPictures } from '../../test/drawnPictures.ts';
import { readEventLog } from '../train/record/eventLog.ts';
import { type ExperimentInput, resolveExperiment } from '../train/experiment/experiment.ts';
import { stepMemory } from '../train/memory/fittingBatch.ts';
import { bestEpoch, epochsOf } from '../train/record/history.ts';
import { readCurve } from '../train/lrFinder/curve.ts';
import type { RunFolder } from '../train/runFolder/runFolder.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { resolveGroup } from './experimentGroup.ts';
import { rerun } from './rerun.ts';
import { runGroup } from './runGroup.ts';
import { newRun, resumedRun } from './runPlan.ts';
import { workOn, type WorkOptions } from './workOn.ts';

// What an experiment leaves to data and machine is found, used, written down, and not asked for again.

const root = temporaryFolder();
const runsDir = join(root, 'runs');
process.env['OCELLI_CACHE'] = join(root, 'cache');
beforeAll(() => drawPictures(join(root, 'pictures'), { train: 4, test: 2 }));

const quiet = { write: () => {} };
const silent = { mode: 'silent', report: false, err: quiet } as const;

const experimentOf = (changes: ExperimentInput) =>
  resolveExperiment({
    ...{ data: join(root, 'pictures'), epochs: 1, batchSize: 12, threads: 1 },
    ...{ model: 'resnet20', ...changes },
  });

async function trained(changes: ExperimentInput, name: string, more: Partial<WorkOptions> = {}) {
  const plan = newRun({ experiment: experimentOf(changes), runsDir, name });
  const { folder } = await workOn(plan, { ...silent, ...more });
  return folder;
}

const recordOf = (folder: RunFolder) => readRunRecord(folder).experiment;
const stepsOf = (folder: RunFolder) => epochsOf(readEventLog(folder.events))[0]?.progress.step;

/** Bytes with which a step of six of the 16×16 pictures fits, and one of twelve does not. */
function roomForSix(): number {
  const subject = { heads: [{ classes: ['blue', 'green', 'red'] }], shape: [3, 16, 16] } as const;
  const memory = stepMemory(experimentOf({}), subject);
  const fixed = memory.weights + memory.gradients + memory.optimizer;
  return Math.ceil((fixed + 6 * memory.activationsPerPicture) / 0.8);
}

test('autoBatch trains with the batch that fits, writes it down, and keeps it when the run goes on', async () => {
  const free = { freeMemory: roomForSix };
  expect(stepsOf(await trained({}, 'whole', free))).toBe(1); // of twelve pictures: it was not asked
  const folder = await trained({ autoBatch: true }, 'fitted', free);
  expect(stepsOf(folder)).toBe(2);
  expect(recordOf(folder)).toMatchObject({ autoBatch: true, batchSize: 6 });
  expect(readFileSync(folder.log, 'utf8')).toMatch(
    /^batch size 6: a step needs about \S+ GB of \S+ GB free$/m,
  );
  const more = resumedRun(folder.path, { epochs: 1, from: 'last' });
  await workOn(more, { ...silent, freeMemory: () => Infinity });
  expect(recordOf(folder).batchSize).toBe(6);
});

test('autoBatch fits the batch of each stage to its pictures', async () => {
  const stages = [{ imageSize: 8 }, { imageSize: 16 }];
  const folder = await trained({ autoBatch: true, stages }, 'staged', { freeMemory: roomForSix });
  expect(recordOf(folder).stages?.map(({ batchSize }) => batchSize)).toEqual([12, 6]);
});

test('findLr sweeps first, trains with what the curve suggests, and keeps curve and rate', async () => {
  const settings = { data: join(root, 'pictures'), model: 'resnet20', epochs: 2, threads: 1 };
  const own = { ...settings, batchSize: 12, autoBatch: true, findLr: 'minimum', name: 'own' };
  const group = resolveGroup({ name: 'group', experiments: [own] });
  const options = { ...silent, report: true, freeMemory: () => Infinity, runsDir };
  const [run] = await runGroup(group, options);
  if (run?.folder === undefined) throw run?.error;
  const { folder } = run;
  const { lr, findLr } = recordOf(folder);
  const { suggestions } = readCurve(folder.sweep);
  expect([findLr, lr]).toEqual(['minimum', suggestions.minimum]);
  expect(lr).not.toBe(0.4);
  // The triangle of two epochs of one step peaks at 3/4 and ends at 2: (2 − 1) / (2 − 3/4) after the first.
  const [first] = epochsOf(readEventLog(folder.events));
  expect((first?.lr ?? NaN) / lr).toBeCloseTo(0.8, 6);
  expect(existsSync(join(folder.pictures, 'find-lr.png'))).toBe(true);

  // What was found is no other experiment: the group knows its run again.
  expect(await runGroup(group, options)).toMatchObject([{ outcome: 'earlier' }]);
  const again = await rerun(folder.path, { ...silent, runsDir: join(root, 'again') });
  expect(again.numbers.every(({ same }) => same)).toBe(true);
  expect(existsSync(again.folder.sweep)).toBe(false); // nothing is looked for a second time
}, 120_000);

test.each<[ExperimentInput, string]>([
  [
    { findLr: 'valley', lr: 0.2 },
    'expected lr to be left out with findLr, which finds one, got 0.2.',
  ],
  [
    { findLr: 'valley', stages: [{}] },
    'expected no findLr with stages, each of which has an lr of its own.',
  ],
  [
    { autoBatch: true, fastDevRun: true },
    'expected autoBatch to be off with fastDevRun, got true.',
  ],
  [{ autoBatch: true, overfitBatch: true }, 'expected autoBatch to be off with overfitBatch'],
])('%j is refused', (settings, message) => {
  expect(() => experimentOf(settings)).toThrow(message);
});

const lucky = `
let next = 0;
export default [{ name: 'luck', compute: () => [0.9, 0.1, 0.2][next++] ?? 0 }];
`;

test('metrics of a module are measured, on record, in the report, and decide what is best', async () => {
  const file = join(root, 'luck.mjs');
  writeFileSync(file, lucky);
  const folder = await trained({ metrics: file, best: 'luck', epochs: 3 }, 'lucky', {
    report: true,
  });
  const events = readEventLog(folder.events);
  expect(epochsOf(events).map(({ validation }) => validation?.metrics)).toEqual([
    { luck: 0.9 },
    { luck: 0.1 },
    { luck: 0.2 },
  ]);
  expect(bestEpoch(events)?.epoch).toBe(1);
  expect(recordOf(folder).metrics).toBe(file);
  const page = readFileSync(folder.report, 'utf8');
  expect(page).toMatch(/<dt>luck<\/dt>\s*<dd><b>0\.9000<\/b>/);
  expect(page).toContain('aria-label="luck over the epochs"');
});

test('a module without metrics, or without the one that is watched, is refused before there is a run', async () => {
  const file = join(root, 'empty.mjs');
  writeFileSync(file, 'export default 3;');
  await expect(trained({ metrics: file }, 'none')).rejects.toThrow(
    'empty.mjs: expected metrics to be a list of { name, compute }, got 3.',
  );
  writeFileSync(join(root, 'other.mjs'), lucky);
  await expect(trained({ metrics: join(root, 'other.mjs'), best: 'lukc' }, 'none')).rejects.toThrow(
    'got "lukc". Did you mean "luck"?',
  );
  expect(existsSync(join(runsDir, 'none'))).toBe(false);
});

test('what a run starts from is looked at before there is a run', async () => {
  const startFrom = join(root, 'nowhere');
  await expect(trained({ startFrom }, 'started')).rejects.toThrow('expected a run folder');
  expect(existsSync(join(runsDir, 'started'))).toBe(false);
});
