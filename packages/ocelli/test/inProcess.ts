import { vi } from 'vitest';
import { main } from '../src/cli/main.ts';
import type { Outcome } from './commandLine.ts';

/** Runs a command line in this process, where libtorch is loaded already. Paths have to be absolute. */
export async function inProcess(...words: string[]): Promise<Outcome> {
  const text = { out: '', err: '' };
  const writing = (['out', 'err'] as const).map((name) =>
    vi
      .spyOn(name === 'out' ? process.stdout : process.stderr, 'write')
      .mockImplementation((piece) => Boolean((text[name] += String(piece)))),
  );
  try {
    return { exitCode: await main(words), ...text };
  } finally {
    for (const spy of writing) spy.mockRestore();
  }
}
