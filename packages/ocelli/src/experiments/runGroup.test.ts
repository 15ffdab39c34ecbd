import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getNumThreads, setNumThreads } from '@ocelli/torch';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/dataTree.ts';
import { drawPictures } from '../../test/drawnPictures.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { resolveGroup } from './experimentGroup.ts';
import { experimentGroup } from './groupBuilder.ts';
import { runGroup } from './runGroup.ts';

const root = temporaryFolder();
const runsDir = join(root, 'runs');
process.env['OCELLI_CACHE'] = join(root, 'cache');
beforeAll(() => drawPictures(join(root, 'pictures'), { train: 4, test: 2 }));

const shared = {
  ...{ data: join(root, 'pictures'), epochs: 2, batchSize: 12, threads: 1 },
  model: 'resnet20',
} as const;
const silent = { runsDir, mode: 'silent', report: false, err: { write: () => {} } } as const;

const group = experimentGroup('rates')
  .share(shared)
  .add('low', { lr: 0.1 })
  .add('burst', { lr: 1e30, epochs: 8 })
  .add('lost', { data: join(root, 'nowhere') })
  .add('high', { lr: 0.5 });

test('experiments run in order, each in a folder of its own; one that fails stops no other', async () => {
  const begun: string[] = [];
  const runs = await runGroup(resolveGroup(group), {
    ...silent,
    onBegin: ({ name }, { index, count }) => void begun.push(`${index + 1}/${count} ${name}`),
  });
  expect(begun).toEqual(['1/4 low', '2/4 burst', '3/4 lost', '4/4 high']);
  expect(runs.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['low', 'completed'],
    ['burst', 'failed'],
    ['lost', 'failed'],
    ['high', 'completed'],
  ]);
  expect(runs[0]?.folder?.path).toBe(join(runsDir, 'rates', 'low', '1'));
  const last = runs[3]?.folder;
  expect(last && readRunRecord(last).experiment.lr).toBe(0.5);
  expect(readFileSync(join(runsDir, 'rates', 'burst', '1', 'log.txt'), 'utf8')).toMatch(
    /^error: step \d+: expected the loss to be finite/m,
  );
  expect(existsSync(join(runsDir, 'rates', 'lost'))).toBe(false);
  const list = JSON.parse(readFileSync(join(runsDir, 'rates', 'group.json'), 'utf8')) as {
    runs: { name: string; folder?: string; error?: string }[];
  };
  expect(list.runs.map(({ folder }) => folder)).toEqual(['low/1', 'burst/1', undefined, 'high/1']);
  expect(list.runs[2]?.error).toContain('nowhere');
});

test('a run with stages is known again when all of them have ended', async () => {
  const stages = [{ imageSize: 8 }, { imageSize: 12, lr: 0.01 }];
  const staged = experimentGroup('staged')
    .share({ ...shared, epochs: 1, pad: 1 })
    .add('one', { stages });
  const [first] = await runGroup(resolveGroup(staged), silent);
  const [second] = await runGroup(resolveGroup(staged), silent);
  expect([first?.outcome, second?.outcome]).toEqual(['completed', 'earlier']);
});

test('run again, it goes on: what is complete is left, what was stopped is finished', async () => {
  const stop = new AbortController();
  const two = experimentGroup('stopped').share(shared).repeat(2).add('one').add('two');
  const first = await runGroup(resolveGroup(two), {
    ...silent,
    signal: () => stop.signal,
    consumers: [
      (event) => {
        const isSecond = existsSync(join(runsDir, 'stopped', 'one', '2'));
        if (isSecond && event.type === 'epochEnded') stop.abort();
      },
    ],
  });
  expect(first.map(({ outcome }) => outcome)).toEqual(['completed', 'interrupted']);
  const second = await runGroup(resolveGroup(two), silent);
  expect(second.map(({ name, seed, outcome }) => [name, seed, outcome])).toEqual([
    ['one', 0, 'earlier'],
    ['one', 1, 'completed'],
    ['two', 0, 'completed'],
    ['two', 1, 'completed'],
  ]);
  expect(second[1]?.folder?.path).toBe(first[1]?.folder?.path);
  const other = two.share({ epochs: 1 });
  const third = await runGroup(resolveGroup(other), silent);
  expect(third[0]).toMatchObject({ outcome: 'completed' });
  expect(third[0]?.folder?.path).toBe(join(runsDir, 'stopped', 'one', '3'));
});

test('an experiment that says no number of threads has not those of the one before it', async () => {
  const before = getNumThreads();
  setNumThreads(2);
  const { threads: _, ...others } = shared;
  const two = experimentGroup('threads')
    .share({ ...others, epochs: 1 })
    .add('one', { threads: 1 })
    .add('usual');
  const runs = await runGroup(resolveGroup(two), silent);
  const after = getNumThreads();
  setNumThreads(before);
  expect(runs.map(({ folder }) => folder && readRunRecord(folder).experiment.threads)).toEqual([
    1, 2,
  ]);
  expect(after).toBe(2);
});
