// The table of features in docs/features.md as data, and what must hold for it.

/** One row of the table. */
export interface Feature {
  readonly id: string;
  readonly feature: string;
  /** Paths from the repository root. */
  readonly places: readonly string[];
  readonly proofs: readonly Proof[];
}

/** A test by file and title, or a long proof by name, which counts once it is on record. */
export type Proof =
  | { readonly kind: 'test'; readonly file: string; readonly title: string }
  | { readonly kind: 'record'; readonly name: string };

/** How many rows each section of the list has; ids are the letter and 1, 2, … */
const sections: Readonly<Record<string, number>> = {
  D: 33,
  N: 13,
  A: 33,
  Y: 18,
  M: 23,
  O: 13,
  P: 8,
  L: 20,
  F: 11,
  T: 20,
  C: 15,
  G: 18,
  V: 20,
  X: 12,
  E: 15,
  R: 9,
};

/** Ids of all rows, in order. */
export const featureIds: readonly string[] = Object.entries(sections).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
);

/** Reads the rows of the Markdown tables. */
export function readFeatures(markdown: string): Feature[] {
  const rows = markdown.matchAll(/^\| ([A-Z]\d+) \|(.*)\|(.*)\|(.*)\|$/gm);
  return Array.from(rows, ([, id = '', feature = '', places = '', proofs = '']) => ({
    id,
    feature: feature.trim(),
    places: Array.from(places.matchAll(/`([^`]+)`/g), ([, path = '']) => path),
    proofs: readProofs(id, proofs),
  }));
}

const proofPattern = /`npm run prove -- ([\w-]+)`|`([^`]+\.test\.ts)` “([^”]+)”/g;

function readProofs(id: string, cell: string): Proof[] {
  const rest = cell.replace(proofPattern, '').replaceAll('<br>', '').trim();
  if (rest !== '') throw new Error(`features.md, ${id}: a proof that cannot be read: ${rest}`);
  return Array.from(cell.matchAll(proofPattern), ([, name, file = '', title = '']): Proof =>
    name === undefined ? { kind: 'test', file, title } : { kind: 'record', name },
  );
}

/** What the checks look at: the working tree, or what a test makes up. */
export interface Evidence {
  exists(path: string): boolean;
  read(path: string): string;
  /** Whether the long proof of that name is on record, with what it claims held. */
  isRecorded(name: string): boolean;
}

/** One sentence for each thing that a row names and that does not exist. */
export function faultsOf(feature: Feature, evidence: Evidence): string[] {
  const { id, places, proofs } = feature;
  const faults = places
    .filter((path) => !evidence.exists(path))
    .map((path) => `${id} lives in ${path}, which does not exist`);
  for (const proof of proofs) {
    const fault = faultOf(proof, evidence);
    if (fault !== undefined) faults.push(`${id} ${fault}`);
  }
  if (proofs.length > 0 && places.length === 0) faults.push(`${id} has a proof but no place`);
  return faults;
}

function faultOf(proof: Proof, evidence: Evidence): string | undefined {
  if (proof.kind === 'record') {
    if (evidence.isRecorded(proof.name)) return undefined;
    return `rests on the long proof ${proof.name}, which is not on record`;
  }
  const { file, title } = proof;
  if (!evidence.exists(file)) return `is proven in ${file}, which does not exist`;
  if (!hasTest(evidence.read(file), title)) return `is proven by "${title}", which ${file} lacks`;
  return undefined;
}

/** Whether a test or suite of that title is in the source, and is neither skipped nor to do. */
export function hasTest(source: string, title: string): boolean {
  const literal = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/['"]/g, '\\\\?[\'"]');
  const opening = String.raw`^\s*(?:it|test|describe)(\.\w+)?\b[^;]*?\(\s*`;
  const match = new RegExp(`${opening}(['"\`])${literal}\\2`, 'm').exec(source);
  return match !== null && match[1] !== '.skip' && match[1] !== '.todo';
}
