import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { epochEnded, runStarted } from '../../test/scriptedRun.ts';
import { runCompare } from '../cli/compare.ts';
import { type ExperimentInput, resolveExperiment } from '../train/experiment/experiment.ts';
import { createRunFolder } from '../train/runFolder/runFolder.ts';
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

test('what differs besides the settings is told, so that equal settings do not hide it', async () => {
  const here = { processor: 'abacus', threads: 2, kernels: 'avx2' };
  const [own, off] = [here, { ...here, kernels: 'none' }].map((facts, index) => {
    const run = recordedRun('kernels', { seed: 5 }, [100 + index]);
    writeFileSync(run.folder.environment, JSON.stringify(facts));
    return run;
  });
  if (own === undefined || off === undefined) throw new Error('internal: two runs');
  const { circumstances, repetitions } = compareRuns([own, off, plain]);
  expect(circumstances).toEqual([{ name: 'kernels', values: ['avx2', 'none', null] }]);
  expect(repetitions[0]?.seeds).toEqual([5, 5, 1]);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await runCompare([own.name, off.name], {});
  const text = String(write.mock.calls[0]?.[0]);
  write.mockRestore();
  expect(text).toContain(`\nkernels: avx2 (${own.name}), none (${off.name})\n`);
  expect(text).toContain(`${own.name}, ${off.name} have the same settings: val acc`);
});

test('time to an accuracy is that of the first epoch that had it', () => {
  const { runs: found } = compareRuns([plain, again], 0.75);
  expect(found.map(({ secondsToTarget }) => secondsToTarget)).toEqual([41, 20.5]);
  expect(compareRuns([plain], 0.95).runs[0]?.secondsToTarget).toBeUndefined();
});

test('the command prints a table, and refuses a target that is no accuracy', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await runCompare([plain.name, slow.name], { target: '0.9' });
  const lines = String(write.mock.calls[0]?.[0]).split('\n');
  write.mockRestore();
  expect(lines[0]).toMatch(
    /^run +val acc +val loss +best epoch +time +parameters +to 90.00% +--lr +--flip$/,
  );
  expect(lines[1]).toMatch(/ 90\.00% +1\.0000 +2\/3 +1:02 +6,577,600 +41s +0\.4 +true$/);
  expect(lines[2]).toMatch(/ 50\.00% +1\.0000 +1\/1 +21s +6,577,600 +never +0\.1 +false$/);
  await expect(runCompare([plain.name], { target: '94' })).rejects.toThrow(
    'ocelli compare: expected --target to be an accuracy above 0 and at most 1, got "94".',
  );
});

test('each accuracy stands beside what always saying the most frequent label reaches', async () => {
  const { folder, name } = recordedRun('with-baseline', { pixelRange: [0, 1] }, []);
  const epoch = epochEnded(1, 180);
  const baselines = { majorityBaseline: { label: 'cat', share: 0.625 }, balancedAccuracy: 0.7 };
  const measured = { ...epoch, validation: { ...epoch.validation, ...baselines } };
  writeFileSync(folder.events, `${JSON.stringify(runStarted())}\n${JSON.stringify(measured)}\n`);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await runCompare([name, slow.name], {});
  const [header, first, second] = String(write.mock.calls[0]?.[0]).split('\n');
  write.mockRestore();
  expect(header).toMatch(/^run +val acc +baseline +val loss .* +--pixel-range/);
  expect(first).toMatch(/ 90\.00% +62\.50% +1\.0000 .*\[0,1\]/);
  expect(second).toMatch(/ 50\.00% +- +1\.0000 /);
});

test('sets of repetitions are told apart by their spread: difference and p', () => {
  const better = [1, 2].map((seed) => recordedRun('better', { seed, lr: 0.2 }, [190 + 2 * seed]));
  const { repetitions, contrasts } = compareRuns([plain, again, ...better]);
  expect(repetitions.map(({ n }) => n)).toEqual([2, 2]);
  // 0.90 and 0.94 against 0.96 and 0.97: t = −0.045 / √(0.0008/2 + 0.00005/2) = −0.045 / 0.0206155
  expect(contrasts).toHaveLength(1);
  expect(contrasts[0]).toMatchObject({ first: 0, second: 1 });
  expect(contrasts[0]?.difference).toBeCloseTo(-0.045, 12);
  expect(contrasts[0]?.t).toBeCloseTo(-0.045 / Math.sqrt(0.000425), 9);
});

test('the curves of all runs are drawn over one another, a panel a figure', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const out = join(runs, 'curves.svg');
  await runCompare([plain.name, again.name], { out });
  write.mockRestore();
  const svg = readFileSync(out, 'utf8');
  for (const title of ['Validation accuracy', 'Validation loss', 'Training accuracy']) {
    expect(svg).toContain(`>${title}</text>`);
  }
  // In each of four panels and once in the legend.
  expect(svg.match(/stroke="#0072b2"/g)?.length).toBeGreaterThanOrEqual(5);
  expect(svg.match(/stroke="#d55e00"/g)?.length).toBeGreaterThanOrEqual(5);
  expect(svg).toContain(`>${again.name}</text>`);
  await expect(runCompare(['nowhere'], { out: 'curves.gif' })).rejects.toThrow(
    'ocelli compare: expected --out to be a .png or .svg file, got "curves.gif".',
  );
});

test('a loss that was not finite and settings that are lists are told as such', async () => {
  const broken = recordedRun('broken', { augmentation: [{ horizontalFlip: {} }] }, [100]);
  const text = readFileSync(broken.folder.events, 'utf8');
  const events = text.replace(/("validation":\{"loss":)[\d.]+/, '$1null');
  expect(events).not.toBe(text);
  writeFileSync(broken.folder.events, events);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await runCompare([broken.name, plain.name], {});
  const [, line] = String(write.mock.calls[0]?.[0]).split('\n');
  write.mockRestore();
  expect(line).toMatch(/ 50\.00% +- +1\/1 .*\[\{"horizontalFlip":\{\}\}\]/);
});

test('a run whose record is damaged is named in one sentence, and hides no other', async () => {
  const torn = recordedRun('torn', { seed: 3 }, [100]);
  writeFileSync(torn.folder.experiment, '{"experiment": {"se');
  const unknown = recordedRun('unknown', { seed: 4 }, [100]);
  writeFileSync(unknown.folder.environment, '');
  const [write, say] = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockReturnValue(true),
  );
  const all = [plain.name, torn.name, unknown.name, slow.name];
  const [some, none] = [await runCompare(all, {}), await runCompare([torn.name], {})];
  const tables = write?.mock.calls.map(([text]) => String(text)) ?? [];
  const sentences = say?.mock.calls.map(([text]) => String(text)) ?? [];
  write?.mockRestore();
  say?.mockRestore();
  expect([some, none]).toEqual([4, 4]);
  expect(tables).toHaveLength(1);
  expect(tables[0]).toContain(plain.name);
  expect(tables[0]).toContain(slow.name);
  expect(tables[0]).not.toContain(torn.name);
  expect(sentences.map((text) => text.split(': expected')[0])).toEqual([
    `error: ${torn.folder.experiment}`,
    `error: ${unknown.folder.environment}`,
    `error: ${torn.folder.experiment}`,
  ]);
});
