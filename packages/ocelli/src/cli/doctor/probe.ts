import { execFile } from 'node:child_process';

const longestMs = 30_000;

/** How a program ended. */
export interface ProbeResult {
  /** Whether it ended with exit code 0. */
  readonly ok: boolean;
  readonly stdout: string;
  /** Its complaint, or why it could not be run. */
  readonly problem: string;
}

/** Runs a program in a process of its own, whose crash is an answer and not ours. Never throws. */
export async function probe(program: string, args: readonly string[]): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const options = { timeout: longestMs, encoding: 'utf8' } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ ok: error === null, stdout: stdout.trim(), problem: problemOf(error, stderr) });
    });
  });
}

function problemOf(error: (Error & { signal?: unknown }) | null, stderr: string): string {
  if (error === null) return '';
  if (typeof error.signal === 'string') return `ended by ${error.signal}`;
  const complaint = stderr.split('\n').find((line) => /error/i.test(line));
  return (complaint ?? error.message.split('\n')[0] ?? '').trim();
}
