import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ending, FakeClone, type SetupResult, until } from './fakeClone.ts';

// Ctrl-C during a set-up: it ends soon, with the exit code of a shell, one sentence and nothing half-made.

let clone: FakeClone;
let running: ChildProcess[];

beforeEach(() => {
  clone = new FakeClone();
  running = [];
});

afterEach(async () => {
  const left = running.filter(({ exitCode, signalCode }) => exitCode === null && !signalCode);
  for (const child of left) child.kill('SIGKILL');
  await Promise.all(left.map(ending));
  clone.remove('.');
});

function start(env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = clone.start(env);
  running.push(child);
  return child;
}

/** Sends a signal. @returns how the set-up ended, and after how long; one that goes on is killed. */
async function endOf(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<SetupResult & { seconds: number }> {
  const begun = performance.now();
  child.kill(signal);
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  const result = await ending(child);
  clearTimeout(patience);
  return { ...result, seconds: (performance.now() - begun) / 1000 };
}

/** One sentence and no stack. */
function expectInterrupted({ code, output }: SetupResult, expected = 130): void {
  expect(output).toMatch(/^Set-up stopped: interrupted; run it again to go on\.$/m);
  expect(output).not.toMatch(/^ +at /m);
  expect(output.match(/stopped|Error/g)).toHaveLength(1);
  expect(code).toBe(expected);
}

/** Whether a process is there and has not ended. */
function isRunning(pid: string): boolean {
  const path = `/proc/${pid.trim()}/stat`;
  return existsSync(path) && !/\) Z /.test(readFileSync(path, 'utf8'));
}

/** The build goes on with `body` when it has begun. */
async function startBuild(body: string): Promise<ChildProcess> {
  const half = 'echo $$ > "$2/pid"; echo half > "$2/half.o"';
  clone.program('cmake', `if [ "$1" = --build ]; then ${half}; ${body}; fi`);
  const child = start();
  await until(() => clone.has('packages/torch/build/half.o'));
  return child;
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends a build with %d', async (signal, code) => {
  const ended = await endOf(await startBuild('exec /bin/sleep 8'), signal);
  expectInterrupted(ended, code);
  expect(ended.seconds).toBeLessThan(4);
  expect(isRunning(clone.text('packages/torch/build/pid'))).toBe(false);
  expect(clone.has('.ocelli/setup.lock')).toBe(false);
});

test('what does not heed it is killed, with all that it started', async () => {
  const child = await startBuild('trap "" INT; /bin/sleep 8 & echo $! > "$2/compiler"; wait; wait');
  await until(() => clone.text('packages/torch/build/compiler') !== '');
  const ended = await endOf(child);
  expectInterrupted(ended);
  expect(ended.seconds).toBeLessThan(5);
  for (const name of ['pid', 'compiler']) {
    expect(isRunning(clone.text(`packages/torch/build/${name}`))).toBe(false);
  }
});

test('a program that has ended and left another one behind is not waited for', async () => {
  const stray = `/usr/bin/setsid /bin/sh -c 'echo > "$0"; exec /bin/sleep 8' "$2/stray"`;
  const child = await startBuild(`${stray} & exit 0`);
  await until(() => clone.has('packages/torch/build/stray'));
  await until(() => !isRunning(clone.text('packages/torch/build/pid')));
  const ended = await endOf(child);
  expectInterrupted(ended);
  expect(ended.seconds).toBeLessThan(5);
});

test('what a build left half-written is not used', async () => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    await endOf(await startBuild('exec /bin/sleep 8'), signal);
    clone.program('cmake', 'if [ "$1" = --build ]; then echo addon > "$2/ocelli_torch.node"; fi');
    expect(await clone.setup()).toMatchObject({ code: 0 });
    expect(clone.has('packages/torch/build/half.o')).toBe(false);
    expect(clone.has('packages/torch/build/ocelli_torch.node')).toBe(true);
    clone.remove('packages/torch/build');
  }
});

test('one that waits for another set-up ends, and the other goes on', async () => {
  const first = await startBuild('exec /bin/sleep 8');
  const second = start();
  await until(() => clone.text('.ocelli/setup.log').includes('waiting for it'));
  const ended = await endOf(second);
  expectInterrupted(ended);
  expect(ended.seconds).toBeLessThan(4);
  expect(clone.has('.ocelli/setup.lock')).toBe(true);
  expectInterrupted(await endOf(first));
});

test('a program that Ctrl-C ended has not failed for another reason', async () => {
  clone.program('python3', 'kill -INT $PPID; exit 1');
  const child = start({ LIBTORCH: 'python' });
  expectInterrupted(await ending(child));
});

test('installing of system packages is not killed', async () => {
  clone.write('blas/libblas.so.3', '');
  clone.program('ldd', `echo "libblas.so.3 => ${clone.root}/blas/libblas.so.3 (0x0)"`);
  clone.program('sudo', 'shift; [ "$1" = true ] || exec "$@"');
  clone.program('env', 'shift; exec "$@"');
  const installing = 'trap "" INT; echo > begun; /bin/sleep 3; echo > whole';
  clone.program('apt-get', `if [ "$2" = install ]; then ${installing}; fi`);
  const child = start();
  await until(() => clone.has('begun'));
  expectInterrupted(await endOf(child));
  expect(clone.has('whole')).toBe(true);
});

test('a download ends, and what has arrived is kept', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': 2000 }).write(Buffer.alloc(1000));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP, not on a pipe
  const setup = '../packages/torch/scripts/setup';
  clone.write(
    'scripts/setup.mjs',
    `import { download } from '${setup}/archive.mjs';
     import { runSetup } from '${setup}/runSetup.mjs';
     const archive = { url: 'http://127.0.0.1:${port}/libtorch.zip', sha256: '' };
     await runSetup(process.cwd(), () => download(archive, 'libtorch.zip'));`,
  );
  try {
    const child = start();
    await until(() => clone.text('libtorch.zip.part').length === 1000);
    const ended = await endOf(child);
    expectInterrupted(ended);
    expect(ended.seconds).toBeLessThan(4);
    expect(clone.text('libtorch.zip.part')).toHaveLength(1000);
    expect(clone.has('libtorch.zip')).toBe(false);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
