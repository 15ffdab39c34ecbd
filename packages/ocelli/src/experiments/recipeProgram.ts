import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { DataError } from '@ocelli/torch';

/** What a recipe is told. */
export interface RecipeProgramOptions {
  /** Folder of its pictures. */
  readonly data: string;
  readonly epochs: number;
  readonly seed: number;
  /** Threads libtorch begins with. @default as many as there are cores */
  readonly threads?: number;
}

/** What a recipe came to. */
export interface RecipeProgramResult {
  /** The best accuracy it printed, from 0 to 1. */
  readonly accuracy: number;
  readonly seconds: number;
}

/**
 * Runs a recipe as a program of its own and reads what it prints. The number of threads is not among the
 * options that every recipe takes, so it gets that in its environment.
 *
 * @throws {DataError} if it prints no accuracy.
 */
export async function runRecipeProgram(
  path: string,
  { data, epochs, seed, threads }: RecipeProgramOptions,
): Promise<RecipeProgramResult> {
  const words = ['--data', resolve(data), '--epochs', String(epochs), '--seed', String(seed)];
  const own = threads === undefined ? {} : { OMP_NUM_THREADS: String(threads) };
  const startedAt = performance.now();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...process.execArgv, ...loaderFlags(), path, ...words],
    { maxBuffer: 2 ** 26, env: { ...process.env, ...own } },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const accuracy = bestPrinted(stdout);
  if (accuracy === undefined) {
    throw new DataError(`${path}: expected it to print an accuracy of its test part, got none.`);
  }
  return { accuracy, seconds };
}

/** The best accuracy in what a recipe prints, from 0 to 1. */
export function bestPrinted(text: string): number | undefined {
  const shares = [...text.matchAll(/^test accuracy: ([\d.]+)/gm)].map(([, share]) => Number(share));
  const counts = [...text.matchAll(/Accuracy: (\d+)\/(\d+)/g)].map(
    ([, right, all]) => Number(right) / Number(all),
  );
  const all = [...shares, ...counts];
  return all.length === 0 ? undefined : Math.max(...all);
}

/** TypeScript is read by Node.js itself from 22.18 on; before, by tsx, where it is installed. */
function loaderFlags(): string[] {
  if ('typescript' in process.features && process.features.typescript !== false) return [];
  try {
    const tsx = createRequire(join(process.cwd(), 'x.js')).resolve('tsx');
    return ['--import', pathToFileURL(tsx).href];
  } catch {
    return [];
  }
}
