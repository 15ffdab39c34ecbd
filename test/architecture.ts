// The rules of the house as functions of a set of files; each returns one sentence per violation.
import { dirname, join, normalize } from 'node:path/posix';
import { alone } from './alone.ts';
import { kernelRooms, placeOf } from './layers.ts';

/** Path from the repository root → content. */
export type Files = ReadonlyMap<string, string>;

type Rule = (files: Files) => string[];

const maxLines = 400;
const maxRecipeLines = 200;
/** Longer on purpose: one line an operator, one line a method, one line an export. */
const longFiles: Readonly<Record<string, number>> = {
  'packages/torch/src/aten.generated.ts': Infinity,
  'packages/torch/src/tensor.ts': 800,
  'packages/torch/src/index.ts': 800,
  'packages/ocelli/src/index.ts': 800,
};
const bannedNames = /(^|\/)(utils?|helpers?|common|core|misc)(\.|\/)/i;
const publicEntries = new Set(['ocelli', '@ocelli/torch', '@ocelli/torch/find-libtorch']);

/** Modules named by the import, export and import() lines of a source, types included. */
export function importsOf(source: string): string[] {
  const withoutComments = source.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
  const names = withoutComments.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)|^\s*import\s*['"]([^'"]+)|\bimport\(\s*['"]([^'"]+)/gm,
  );
  return Array.from(names, ([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

function isSource(path: string): boolean {
  return /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !/\.test(-d)?\.ts$/.test(path);
}

/** Pairs (importer, imported) by repository path; packages stay as they are named. */
function* edges(files: Files, includes: (path: string) => boolean): Generator<[string, string]> {
  for (const [path, content] of files) {
    if (!includes(path)) continue;
    for (const name of importsOf(content)) {
      yield [path, name.startsWith('.') ? normalize(join(dirname(path), name)) : name];
    }
  }
}

const importsGoInward: Rule = (files) => {
  const violations = [];
  for (const [from, to] of edges(files, isSource)) {
    const [importer, imported] = [placeOf(from), placeOf(to)];
    if (!importer || !imported) continue;
    if (importer.name !== imported.name) {
      violations.push(`${from} imports ${to}: another package is imported by its name`);
    } else if (importer.rank < imported.rank) {
      violations.push(`${from} imports ${to}: ${importer.entry} comes before ${imported.entry}`);
    } else if (isSiblingFolder(importer, imported)) {
      violations.push(
        `${from} imports ${to}: ${importer.entry} and ${imported.entry} are siblings`,
      );
    }
  }
  return violations;
};

function isSiblingFolder(a: { rank: number; entry: string }, b: typeof a): boolean {
  return a.rank === b.rank && a.entry !== b.entry && a.entry.endsWith('/');
}

const everySourceHasALayer: Rule = (files) =>
  [...files.keys()]
    .filter((path) => isSource(path) && !placeOf(path))
    .map((path) => `${path} has no layer: give it one in test/layers.ts`);

/** What every source imports. */
function importGraph(files: Files): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const [from, to] of edges(files, isSource)) {
    graph.set(from, [...(graph.get(from) ?? []), to]);
  }
  return graph;
}

const noCycles: Rule = (files) => {
  const graph = importGraph(files);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const begin = trail.indexOf(path);
    if (begin >= 0) cycles.push(`${[...trail.slice(begin), path].join(' → ')} is a cycle`);
    if (begin >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return cycles;
};

const isEntry = (path: string): boolean =>
  /^packages\/[^/]+\/src\/(index|cli\/main)\.ts$/.test(path);

/** What neither a command nor a public name brings along is there for its own tests alone. */
const everySourceIsReached: Rule = (files) => {
  const graph = importGraph(files);
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const next of graph.get(path) ?? []) visit(next);
  };
  for (const path of files.keys()) if (isEntry(path)) visit(path);
  return [...files.keys()]
    .filter((path) => isSource(path) && !path.endsWith('.d.ts') && !reached.has(path))
    .map((path) => `${path} is reached by no command and no public name: nobody can use it`);
};

const noInnerBarrels: Rule = (files) =>
  [...files.keys()]
    .filter((path) => /\/index\.[cm]?[jt]s$/.test(path))
    .filter((path) => !/^packages\/[^/]+\/src\/index\.ts$/.test(path))
    .map((path) => `${path} is an inner barrel: import the file that has the thing`);

const namesSayWhatIsInside: Rule = (files) =>
  [...files.keys()]
    .filter((path) => bannedNames.test(path))
    .map((path) => `${path} says nothing about what is inside: put it with its concept`);

const filesAreShort: Rule = (files) => {
  const violations = [];
  for (const [path, content] of files) {
    const limit = path.startsWith('recipes/') ? maxRecipeLines : (longFiles[path] ?? maxLines);
    const lines = content.split('\n').length - 1;
    if (lines > limit) violations.push(`${path} has ${lines} lines, the budget is ${limit}`);
  }
  return violations;
};

const kernelFolder = 'packages/torch/native/kernels/';

/** The room of a kernel's source; undefined for what lies beside the rooms, or elsewhere. */
function kernelRoomOf(path: string): string | undefined {
  const [room, file] = path.startsWith(kernelFolder)
    ? path.slice(kernelFolder.length).split('/')
    : [];
  return file === undefined ? undefined : room;
}

const kernelsIncludeInward: Rule = (files) => {
  const violations = [];
  for (const [path, content] of files) {
    const room = kernelRoomOf(path);
    if (room === undefined) continue;
    if (!kernelRooms.includes(room))
      violations.push(`${path} is in a room that test/layers.ts does not list`);
    for (const [, included = ''] of content.matchAll(/^#include "kernels\/([^"]+)"/gm)) {
      const other = kernelRoomOf(kernelFolder + included);
      if (other !== undefined && kernelRooms.indexOf(other) <= kernelRooms.indexOf(room)) continue;
      violations.push(`${path} includes ${included}: ${room} comes before it`);
    }
  }
  return violations;
};

/** Recipes and benchmarks show what users write. */
const onlyPublicEntries: Rule = (files) => {
  const showsUse = (path: string): boolean => /^(recipes|benchmarks)\//.test(path);
  const reachesIn = (to: string): boolean =>
    to.startsWith('packages/') || (/^(@?ocelli)(\/|$)/.test(to) && !publicEntries.has(to));
  return Array.from(edges(files, showsUse))
    .filter(([, to]) => reachesIn(to))
    .map(([from, to]) => `${from} imports ${to}: only the public entries are open to it`);
};

const mocksStayAlone: Rule = (files) =>
  [...files]
    .filter(([path, content]) => path.endsWith('.test.ts') && /^vi\.mock\(/m.test(content))
    .filter(([path]) => !alone.includes(path))
    .map(([path]) => `${path} mocks a module for the files after it: list it in test/alone.ts`);

/** Every rule by its name. */
export const rules: Readonly<Record<string, Rule>> = {
  'imports go inward': importsGoInward,
  'kernels include inward': kernelsIncludeInward,
  'every source has a layer': everySourceHasALayer,
  'mocks stay alone': mocksStayAlone,
  'no cycles': noCycles,
  'every source is reached': everySourceIsReached,
  'no inner barrels': noInnerBarrels,
  'names say what is inside': namesSayWhatIsInside,
  'files are short': filesAreShort,
  'recipes and benchmarks use public entries': onlyPublicEntries,
};
