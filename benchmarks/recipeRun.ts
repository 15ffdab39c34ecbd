// A recipe as a process of its own, and what its last line says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

/** What a recipe got, from pictures in memory to the result. */
export interface RecipeResult {
  /** Share of the test pictures, 0 to 1. */
  readonly accuracy: number;
  readonly seconds: number;
}

/** How a recipe is run. */
export interface RecipeRunOptions {
  /** Hears every line it prints. */
  readonly note: (line: string) => void;
}

/**
 * Runs a recipe to its end.
 *
 * @throws {Error} if it fails, is killed, or does not end with its result.
 */
export async function runRecipe(
  name: string,
  words: readonly string[],
  { note }: RecipeRunOptions,
): Promise<RecipeResult> {
  const file = join(import.meta.dirname, '..', 'recipes', `${name}.ts`);
  const command = ['--import', 'tsx', '--conditions=source', file, ...words];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let last = '';
  const read = async (): Promise<void> => {
    for await (const line of createInterface(child.stdout)) note((last = line));
  };
  await Promise.all([read(), once(child, 'close')]);
  const { exitCode, signalCode } = child;
  const result = resultOf(last);
  if (exitCode === 0 && result !== undefined) return result;
  const got = signalCode === null ? `"${last}"` : `the signal ${signalCode} after "${last}"`;
  throw new Error(`${name}: expected it to end with its accuracy and time, got ${got}.`);
}

/** Reads `test accuracy: 0.9402  time: 512.3`. */
export function resultOf(line: string): RecipeResult | undefined {
  const match = /^test accuracy: ([\d.]+) {2}time: ([\d.]+)$/.exec(line);
  return match === null ? undefined : { accuracy: Number(match[1]), seconds: Number(match[2]) };
}
