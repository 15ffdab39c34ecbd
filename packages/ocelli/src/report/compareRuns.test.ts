import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { epochEnded, runStarted } from '../../test/scriptedRun.ts';
import { runCompare } from '../cli/compare.ts';
import { type ExperimentInput, resolveExperiment } from '../train/experiment.ts';
import { createRunFolder } from '../train/runFolder.ts';
import { compareRuns } from './compareRuns.ts';

const runs = mkdtempSync(join(tmpdir(), 'ocelli-compare-'));
afterAll(() => rmSync(runs, { recursive: true }));

/** A run whose epochs got so many of 200 validation pictures right. */
function recordedRun(name: string, settings: ExperimentInput, rightAnswers: readonly number[]) {
  const folder = createRunFolder(runs, name);
  writeFileSync(folder.experiment, JSON.stringify({ experiment: resolveExperiment(settings) }));
  const epochs = rightAnswers.map((right, index) => epochEnded(index + 1, right));
  const lines = [runStarted(), ...epochs].map((event) => JSON.stringify(event));
  writeFileSync(folder.events, `${lines.join('\n')}\n`);
  return { name: folder.path, folder };
}

const plain = recordedRun('plain', { seed: 1 }, [120, 180, 170]);
const again = recordedRun('again', { seed: 2 }, [150, 150, 188]);
const slow = recordedRun('slow', { seed: 1, lr: 0.1, flip: false }, [100]);

test('the best epoch, time and size of every run come from its record', () => {
  const { runs: found } = compareRuns([plain, slow]);
  expect(
    found.map(({ best, epochs, seconds, parameters }) => [best, epochs, seconds, parameters]),
  ).toEqual([
    [{ epoch: 2, accuracy: 0.9, loss: 1 }, 3, 61.5, 6_577_600],
    [{ epoch: 1, accuracy: 0.5, loss: 1 }, 1, 20.5, 6_577_600],
  ]);
});

test('settings that are the same in all runs are left out', () => {
  expect(compareRuns([plain, again, slow]).differing).toEqual(['lr', 'flip', 'seed']);
  expect(compareRuns([plain]).differing).toEqual([]);
});

test('runs that differ in the seed alone are repetitions: mean, deviation, how many reached', () => {
  const { repetitions } = compareRuns([plain, again, slow], 0.94);
  expect(repetitions.length).toBe(1);
  const [repetition] = repetitions;
  expect(repetition?.names).toEqual([plain.name, again.name]);
  expect(repetition?.mean).toBeCloseTo(0.92, 12);
  expect(repetition?.deviation).toBeCloseTo(Math.sqrt(2 * 0.02 ** 2), 12); // 0.90 and 0.94
  expect(repetition?.reached).toBe(1);
});

test('time to an accuracy is that of the first epoch that had it', () => {
  const { runs: found } = compareRuns([plain, again], 0.75);
  expect(found.map(({ secondsToTarget }) => secondsToTarget)).toEqual([41, 20.5]);
  expect(compareRuns([plain], 0.95).runs[0]?.secondsToTarget).toBeUndefined();
});

test('the command prints a table, and refuses a target that is no accuracy', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  runCompare([plain.name, slow.name], { target: '0.9' });
  const lines = String(write.mock.calls[0]?.[0]).split('\n');
  write.mockRestore();
  expect(lines[0]).toMatch(
    /^run +val acc +val loss +best epoch +time +parameters +to 90.00% +--lr +--flip$/,
  );
  expect(lines[1]).toMatch(/ 90\.00% +1\.0000 +2\/3 +1:02 +6,577,600 +41s +0\.4 +true$/);
  expect(lines[2]).toMatch(/ 50\.00% +1\.0000 +1\/1 +21s +6,577,600 +never +0\.1 +false$/);
  expect(() => runCompare([plain.name], { target: '94' })).toThrow(
    'ocelli compare: expected --target to be an accuracy above 0 and at most 1, got "94".',
  );
});
