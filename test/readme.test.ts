import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from '@ocelli/torch';
import * as ocelli from 'ocelli';
import { describe, expect, it } from 'vitest';
import { examplesOf, runExample } from './examples.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('README.md', () => {
  const [example, ...others] = examplesOf(readme);

  it('has one example, of 12 lines at most', () => {
    expect(others).toEqual([]);
    const lines = example?.code
      .trim()
      .split('\n')
      .filter((line) => line !== '');
    expect(lines?.length).toBeLessThanOrEqual(12);
  });

  it('has an example that runs: twelve steps, and the loss falls', async () => {
    if (example === undefined) throw new Error('the README has no example');
    torch.setNumThreads(1); // small work; threads would only wait for one another
    const { printed } = await runExample(example, { '@ocelli/torch': torch, ocelli });
    const losses = printed.map((line) => Number(line.split(' ')[1]));
    expect(losses).toHaveLength(12);
    expect(losses[0]).toBeCloseTo(Math.log(10), 0); // untrained: every class is as likely
    expect(losses[11]).toBeLessThan(0.7 * (losses[0] ?? 0));
  });

  it('has no empty cell in its results, and the accuracy that is on record', () => {
    const rows = readme.split('\n').filter((line) => line.startsWith('| '));
    const cells = rows.flatMap((row) => row.split('|').slice(1, -1));
    expect(cells.length).toBeGreaterThan(20);
    expect(cells.filter((cell) => cell.trim() === '')).toEqual([]);
    const records = JSON.parse(readFileSync(join(root, 'docs/proofs.json'), 'utf8')) as {
      name: string;
      figure: string;
    }[];
    const newest = records.findLast(({ name }) => name === 'cifar10-davidnet');
    const accuracy = /([\d.]+ %)/.exec(newest?.figure ?? '')?.[1];
    expect(readme).toContain(accuracy);
  });

  it('names only scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = Array.from(readme.matchAll(/npm run ([\w:]+)/g), ([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

describe.each([
  'README.md',
  'CONTRIBUTING.md',
  'docs/torch.md',
  'docs/training.md',
  'docs/errors.md',
])('%s', (page) => {
  it('links only to files that exist', () => {
    const folder = join(root, page, '..');
    const text = readFileSync(join(root, page), 'utf8');
    const links = Array.from(text.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, link]) => link ?? '');
    expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
  });
});
