import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';

/** A process that is asked to stop and never does. */
function stubborn() {
  const module = new URL('./interrupt.ts', import.meta.url).href;
  const script = `const { listenForInterrupt } = await import('${module}');
    const { signal } = listenForInterrupt(() => console.log('heard', signal.aborted));
    signal.addEventListener('abort', () => console.log('aborted'));
    setInterval(() => {}, 1000); console.log('ready');`;
  const flags = ['--import', 'tsx', '--input-type=module', '-e', script];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (piece) => (out += piece));
  const until = async (text: string): Promise<void> => {
    while (!out.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const exit = new Promise((resolve) => child.once('exit', resolve));
  return { child, until, exit };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'the first %s is a request, the second ends the process with %i',
  async (name, code) => {
    const { child, until, exit } = stubborn();
    await until('ready');
    child.kill(name);
    await until('heard false');
    await until('aborted');
    expect(child.exitCode).toBeNull();
    child.kill(name);
    expect(await exit).toBe(code);
  },
);
