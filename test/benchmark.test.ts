import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { median, reportOf } from '../benchmarks/benchmark.ts';
import { pageOf, type ProofRecord } from '../scripts/proofs/records.ts';

const root = join(import.meta.dirname, '..');

describe('a benchmark', () => {
  it('takes the middle of its measurements', () => {
    expect(median([5, 1, 100])).toBe(5);
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  it('has a ratio above 1 when it is better than its peer, whichever way the unit counts', () => {
    const peer = { name: 'other', value: 50 };
    const faster = reportOf('speed', { value: 100, unit: 'images/s', better: 'higher', peer });
    const longer = reportOf('wait', { value: 100, unit: 's', better: 'lower', peer });
    expect([faster.ratio, longer.ratio]).toEqual([2, 0.5]);
  });

  it('says null where it has no peer', () => {
    expect(reportOf('decode', { value: 12.3456, unit: 's', better: 'lower' })).toEqual({
      name: 'decode',
      value: 12.35,
      unit: 's',
      peer: null,
      peerValue: null,
      ratio: null,
    });
  });
});

describe('npm run bench', () => {
  const bench = (...words: string[]) =>
    spawnSync(
      process.execPath,
      ['--conditions=source', '--import', 'tsx', 'benchmarks/run.ts', ...words],
      { cwd: root, encoding: 'utf8' },
    );

  it('prints one line of JSON with --json, and remarks elsewhere', { timeout: 120_000 }, () => {
    const { stdout, stderr } = bench('op-call', '--quick', '--json');
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(report)).toEqual(['name', 'value', 'unit', 'peer', 'peerValue', 'ratio']);
    expect(report).toMatchObject({ name: 'op-call', unit: 'µs', peer: null, ratio: null });
    expect(stderr).toMatch(/\d+ threads/);
  });

  it('refuses names and sizes that it does not know', { timeout: 120_000 }, () => {
    const unknown = bench('op-cal');
    expect(unknown.status).toBe(1);
    expect(unknown.stderr).toMatch(
      /^bench: expected NAME to be one of op-call, .*, got "op-cal"\. Did you mean "op-call"\?$/m,
    );
    expect(bench('op-call', '--batch-size', 'x').stderr).toContain(
      'bench: expected --batch-size to be a positive integer, got "x".',
    );
  });
});

describe('the record of long proofs', () => {
  const record: ProofRecord = {
    name: 'flat',
    held: true,
    claim: 'Nothing grows.',
    figure: '0 | 1 MB',
    command: 'npm run prove -- flat',
    date: '2020-01-02T03:04:05.000Z',
    commit: 'abc',
    machine: 'one core',
  };

  it('is a table with the newest row on top', () => {
    const page = pageOf([record, { ...record, name: 'later', held: false }]);
    const rows = page.split('\n').filter((line) => /^\| (flat|later) /.test(line));
    expect(rows).toEqual([
      '| later | **failed** | Nothing grows. | 0 \\| 1 MB | `npm run prove -- flat` | one core | 2020-01-02 | abc |',
      '| flat | held | Nothing grows. | 0 \\| 1 MB | `npm run prove -- flat` | one core | 2020-01-02 | abc |',
    ]);
  });
});
