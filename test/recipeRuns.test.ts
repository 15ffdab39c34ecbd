import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resultOf, runRecipe } from '../benchmarks/recipeRun.ts';
import { findingOf as differenceOf } from '../scripts/proofs/kernelsOff.ts';
import { findingOf } from '../scripts/proofs/muon94.ts';

describe('the result of a recipe', () => {
  it('is its last line', () => {
    expect(resultOf('test accuracy: 0.9402  time: 512.3')).toEqual({
      accuracy: 0.9402,
      seconds: 512.3,
    });
    expect(resultOf('epoch: 7  train loss: 0.9402  time: 512.3')).toBeUndefined();
  });
});

describe('a recipe as a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ocelli-recipe-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const recipes = join(import.meta.dirname, '..', 'recipes');
  const run = async (name: string, source: string): Promise<[object, string[]]> => {
    writeFileSync(join(folder, `${name}.ts`), source);
    const lines: string[] = [];
    const note = (line: string): void => void lines.push(line);
    const path = relative(recipes, join(folder, name));
    return [await runRecipe(path, ['--seed', '3'], { note }), lines];
  };

  it('is given its words and heard line by line', async () => {
    const source = `console.log(process.argv.slice(2).join(' '));
console.log('test accuracy: 0.9402  time: 512.3');`;
    expect(await run('whole', source)).toEqual([
      { accuracy: 0.9402, seconds: 512.3 },
      ['--seed 3', 'test accuracy: 0.9402  time: 512.3'],
    ]);
  });

  it('that is killed is no recipe to wait for', async () => {
    const source = `console.log('epoch: 1');
process.kill(process.pid, 'SIGKILL');`;
    await expect(run('killed', source)).rejects.toThrow(
      'expected it to end with its accuracy and time, got the signal SIGKILL after "epoch: 1".',
    );
  });
});

describe('several runs of a recipe', () => {
  const runs = (...accuracies: number[]) =>
    findingOf(accuracies.map((accuracy, index) => ({ accuracy, seconds: 500 + 10 * index })));

  it('hold when their mean is 94 % or more', () => {
    expect(runs(0.9385, 0.9415).held).toBe(true);
    expect(runs(0.9384, 0.9415).held).toBe(false);
  });

  it('are told with mean, deviation of a sample, and the time of each', () => {
    // Deviations of 0.1, 0 and 0.1 points: √(0.02 / 2) = 0.1.
    expect(runs(0.94, 0.941, 0.942).figure).toBe(
      '94.10 % ± 0.10 % in 510 s (94.00 % in 500 s, 94.10 % in 510 s, 94.20 % in 520 s)',
    );
  });
});

describe('a recipe with the kernels and without', () => {
  const pair = (on: number, off: number) => ({
    on: { accuracy: on, seconds: 60 },
    off: { accuracy: off, seconds: 240 },
  });

  it('is as good when the means differ by 0.1 points or less, whichever is better', () => {
    expect(differenceOf([pair(0.8, 0.81), pair(0.8108, 0.8)])).toEqual({
      held: true,
      figure:
        '0.040 points (80.00 % in 60 s and 81.00 % in 240 s; 81.08 % in 60 s and 80.00 % in 240 s)',
    });
    expect(differenceOf([pair(0.8, 0.8011)]).held).toBe(false);
    expect(differenceOf([pair(0.8011, 0.8)]).held).toBe(false);
  });
});
