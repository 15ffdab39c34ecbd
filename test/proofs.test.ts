import { describe, expect, it } from 'vitest';
import { findingOf as fuzzFinding } from '../scripts/proofs/safetensorsFuzz.ts';
import { findingOf as parityFinding } from '../scripts/proofs/vectorParity.ts';

// What the long proofs make of what they measured: nothing tried is nothing proven.

describe('the proof that instruction sets compute the same', () => {
  /** As many sums as the program prints, all of them 1 but for the changes. */
  const sums = (changes: Readonly<Record<number, number>> = {}): number[] =>
    Object.assign(Array<number>(160).fill(1), changes);
  const of = (first: number[], second: number[], name = 'neon') =>
    parityFinding([
      { name: 'avx2', sums: first },
      { name, sums: second },
    ]);

  it('holds where all sums are alike to a hundred-thousandth', () => {
    expect(of(sums(), sums({ 7: 1 + 5e-6 }))).toEqual({
      held: true,
      figure: 'neon beside avx2: 160 sums, 5.0e-6',
    });
    expect(of(sums(), sums({ 7: 1 + 2e-5 })).held).toBe(false);
    expect(of(sums({ 7: 0 }), sums()).held).toBe(false);
  });

  it('fails where no sums were printed, or fewer than there are', () => {
    expect(of([], [])).toEqual({
      held: false,
      figure: 'avx2 printed 0 numbers, where 160 are expected',
    });
    // Two that are not finite, in both.
    expect(of(sums().slice(2), sums().slice(2)).held).toBe(false);
    expect(of(sums(), sums().slice(2)).held).toBe(false);
  });

  it('fails where kernels wrote nothing, alike on all of them', () => {
    const nothing = Array<number>(160).fill(0);
    expect(of(nothing, nothing).figure).toBe('of avx2 160 sums are 0, where at most 10 may be');
    expect(of(nothing, nothing).held).toBe(false);
  });

  it('fails without a second instruction set, and without NEON', () => {
    expect(parityFinding([]).held).toBe(false);
    expect(parityFinding([{ name: 'neon', sums: sums() }]).held).toBe(false);
    expect(of(sums(), sums(), 'avx512')).toEqual({
      held: false,
      figure: 'NEON cannot be run here: install g++-aarch64-linux-gnu and qemu-user-static',
    });
  });
});

describe('the proof about malformed safetensors headers', () => {
  const rules = Array.from({ length: 22 }, (_, index) => `rule ${index}`);
  /** So many refused, by so many rules. */
  const refused = (count: number, by = 22) =>
    Object.fromEntries(
      rules.slice(0, by).map((rule, index) => [rule, index === 0 ? count - by + 1 : 1]),
    );
  const tried = {
    accepted: 22_765,
    untouched: 17_000,
    refused: refused(77_235),
    faults: [],
    slowestMs: 8.31,
  };

  it('holds where every kind of file was tried without a fault', () => {
    expect(fuzzFinding(tried)).toEqual({
      held: true,
      figure:
        '100000 headers: 0 faults, 77235 refused by 22 rules, 22765 lawful, 17000 of them untouched, slowest 8.3 ms',
    });
  });

  it.each([
    ['nothing was tried', { accepted: 0, untouched: 0, refused: {} }],
    ['fewer files were tried than are claimed', { refused: refused(77_234) }],
    ['every header was refused', { accepted: 0, refused: refused(100_000) }],
    ['every header was accepted', { accepted: 100_000, refused: {} }],
    ['no file was left untouched', { untouched: 0 }],
    ['a rule refused nothing', { refused: refused(77_235, 21) }],
    ['there is a fault', { faults: [{ base64: '', fault: 'RangeError' }] }],
  ])('fails where %s', (_, change) => {
    expect(fuzzFinding({ ...tried, ...change }).held).toBe(false);
  });
});
