import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { denseBoundsProgram } from '../scripts/proofs/denseBounds.ts';
import { kernelBoundsProgram } from '../scripts/proofs/kernelBounds.ts';
import {
  definitionsOf,
  nativeFolder,
  type NativeProgram,
  sourcesOf,
} from '../scripts/proofs/nativeProgram.ts';
import { vectorParityProgram } from '../scripts/proofs/vectorParity.ts';
import { possibleTargets, vectorTargets } from '../scripts/proofs/vectorTargets.ts';

// The long proofs that compile kernels are seldom run: what they compile is to be found all the same.

const programs: readonly NativeProgram[] = [
  denseBoundsProgram,
  kernelBoundsProgram,
  vectorParityProgram,
];
const builds = programs.flatMap((program) =>
  vectorTargets.map((target) => ({ program, target, file: program.file, name: target.name })),
);

/** A source and all that it includes in quotes; those that a compiler would not find as they are written. */
function withIncludes(path: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  if (!existsSync(path)) return seen;
  for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(/^#include "(.+)"$/gm)) {
    const beside = join(dirname(path), name);
    withIncludes(existsSync(beside) ? beside : join(nativeFolder, name), seen);
  }
  return seen;
}

test.each(builds)('every file that $file is compiled from for $name exists', (build) => {
  const sources = sourcesOf(build.program, build.target);
  const files = sources.flatMap((path) => [...withIncludes(path)]);
  expect(files.filter((path) => !existsSync(path))).toEqual([]);
  // What a header declares is in the source beside it, which has to be linked.
  const wanted = files.map((path) => path.replace(/\.h$/, '.cc')).filter(existsSync);
  expect([...new Set(wanted)].sort()).toEqual([...sources].sort());
});

test.each(builds)('none of them needs libtorch: $file for $name', ({ program, target }) => {
  const files = sourcesOf(program, target).flatMap((path) => [...withIncludes(path)]);
  const needing = files.filter((path) =>
    /^#include <(ATen|c10|torch)\//m.test(readFileSync(path, 'utf8')),
  );
  expect(needing).toEqual([]);
});

test.each(builds)('its sources define the tables that $file calls for $name', (build) => {
  const sources = sourcesOf(build.program, build.target).map((path) => readFileSync(path, 'utf8'));
  const program = sources[0] ?? '';
  for (const definition of definitionsOf(build.program, build.target)) {
    const [macro = '', table = ''] = definition.split('=');
    expect(program).toMatch(new RegExp(`extern const \\w+Kernels ${macro};`));
    expect(sources.filter((text) => new RegExp(`Kernels ${table}\\b`).test(text))).toHaveLength(1);
  }
});

test.each(programs)('$file agrees with the headers that it includes', (program) => {
  for (const target of possibleTargets().slice(0, 1)) {
    const { status, stderr } = spawnSync(target.compiler, [
      ...['-std=c++17', '-fsyntax-only', `-I${nativeFolder}`, ...target.flags],
      ...definitionsOf(program, target).map((definition) => `-D${definition}`),
      ...sourcesOf(program, target).slice(0, 1),
    ]);
    expect({ status, said: stderr.toString() }).toEqual({ status: 0, said: '' });
  }
});

test('every program of the folder belongs to a proof', () => {
  const folder = join(nativeFolder, '../test/native');
  expect(readdirSync(folder).sort()).toEqual(programs.map(({ file }) => file).sort());
});
