import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ending, FakeClone } from './fakeClone.ts';

let clone: FakeClone;

beforeEach(() => {
  clone = new FakeClone();
});

afterEach(() => {
  clone.remove('.');
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

const native = ['cmake -S', 'cmake --build'];
const everything = ['npm ci', ...native, 'tsc torch', 'tsc ocelli'];

describe('steps', () => {
  test('from nothing every step runs, in order', async () => {
    expect(await clone.setup()).toMatchObject({ code: 0 });
    expect(clone.calls()).toEqual(everything);
  });

  test('done already, it starts no program and takes less than 2 seconds', async () => {
    await clone.setup();
    clone.calls();
    const begun = performance.now();
    const { output } = await clone.setup();
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(output).toMatch(/^Set-up: nothing to do \(\d+\.\d s\)\.\n$/);
    expect(clone.calls()).toEqual([]);
  });

  const changes: [what: string, path: string, content: string, calls: string[]][] = [
    ['a native source', 'packages/torch/native/addon.cc', '// new', native],
    ['libtorch', 'libtorch/build-version', '2.6.0', native],
    ['the Node-API', 'node_modules/node-addon-api/package.json', '{ "version": "2" }', native],
    ['a source of torch', 'packages/torch/src/index.ts', '// new', ['tsc torch', 'tsc ocelli']],
    ['a source of ocelli', 'packages/ocelli/src/index.ts', '// new', ['tsc ocelli']],
    ['a test', 'packages/ocelli/src/index.test.ts', '// new', []],
    ['the TypeScript settings', 'tsconfig.base.json', '{ }', ['tsc torch', 'tsc ocelli']],
  ];

  test.each(changes)('a change of %s redoes only what depends on it', async (...change) => {
    const [, path, content, calls] = change;
    await clone.setup();
    clone.calls();
    clone.write(path, content);
    await clone.setup();
    expect(clone.calls()).toEqual(calls);
  });

  test('what was deleted is made again', async () => {
    await clone.setup();
    clone.calls();
    for (const path of ['packages/torch/build', 'packages/torch/dist']) clone.remove(path);
    await clone.setup();
    expect(clone.calls()).toEqual([...native, 'tsc torch']);
  });

  test('a lock file that asks for another version is followed', async () => {
    await clone.setup();
    clone.calls();
    clone.write(
      'package-lock.json',
      '{"packages":{"node_modules/typescript":{"version":"2.0.0"}}}',
    );
    await clone.setup();
    expect(clone.calls()).toContain('npm ci');
  });

  test('the output of a deleted source is deleted', async () => {
    clone.write('packages/torch/src/old.ts', '');
    await clone.setup();
    expect(clone.has('packages/torch/dist/old.js')).toBe(true);
    clone.remove('packages/torch/src/old.ts');
    await clone.setup();
    expect(clone.has('packages/torch/dist/old.js')).toBe(false);
    expect(clone.has('packages/torch/dist/index.js')).toBe(true);
  });

  test('another libtorch begins with an empty build folder', async () => {
    await clone.setup();
    clone.write('packages/torch/build/old.o', '');
    clone.write('libtorch/build-version', '2.6.0');
    await clone.setup();
    expect(clone.has('packages/torch/build/old.o')).toBe(false);
  });
});

describe('failures are one sentence', () => {
  const failures: [cause: string, program: [string, string], sentence: string][] = [
    [
      'no network',
      ['npm', 'echo "npm error code EAI_AGAIN"; exit 1'],
      'npm: the network could not be reached. Connect, or set the proxy that this network needs and run it again',
    ],
    [
      'a full disk',
      ['cmake', 'echo "error: /x.o: No space left on device"; exit 1'],
      'cmake: the disk is full. Free some space and run it again',
    ],
    [
      'a compiler killed for memory',
      ['cmake', 'echo "g++: fatal error: Killed signal terminated program cc1plus"; exit 1'],
      'cmake: memory ran out. Close other programs, or set OCELLI_JOBS=1 and run it again',
    ],
    [
      'an error in a source',
      ['cmake', 'echo "Scanning"; echo "addon.cc:3:1: error: expected a type"; exit 2'],
      'cmake: addon.cc:3:1: error: expected a type. Mend what it says and run it again',
    ],
  ];

  test.each(failures)('%s', async (_cause, [name, body], sentence) => {
    clone.program(name, body);
    const { code, output } = await clone.setup();
    expect(code).toBe(1);
    const details = `(details: ${clone.root}/.ocelli/setup.log)`;
    expect(output.trimEnd().split('\n').at(-1)).toBe(`Set-up stopped: ${sentence} ${details}.`);
  });

  test.each(['cmake', 'make', 'g++'])('without %s nothing begins', async (name) => {
    clone.remove(`bin/${name}`);
    const { code, output } = await clone.setup();
    expect(code).toBe(1);
    const what = name === 'g++' ? 'A C++ compiler' : name;
    expect(output).toBe(`Set-up stopped: ${what} is missing. Install it and run again.\n`);
    expect(clone.calls()).toEqual([]);
  });

  test('with apt-get there, a missing program is named as its package', async () => {
    clone.remove('bin/cmake');
    clone.program('apt-get', '');
    const { output } = await clone.setup();
    expect(output).toBe('Set-up stopped: cmake is missing. Install it: apt-get install cmake.\n');
  });

  test('LIBTORCH=python without a torch in Python', async () => {
    const { code, output } = await clone.setup({ LIBTORCH: 'python' });
    expect(code).toBe(1);
    expect(output).toContain('Set-up stopped: No usable libtorch was found for LIBTORCH=python.');
  });

  test('after a failure the next run goes on where it stopped', async () => {
    clone.program('cmake', 'echo "addon.cc:1: error: x"; exit 1');
    await clone.setup();
    clone.calls();
    clone.program('cmake', 'if [ "$1" = --build ]; then echo addon > "$2/ocelli_torch.node"; fi');
    expect(await clone.setup()).toMatchObject({ code: 0 });
    expect(clone.calls()).toEqual(everything.slice(1));
  });
});

describe('linear algebra', () => {
  function linkTo(folder: string): void {
    clone.write(`${folder}/libblas.so.3`, '');
    const path = `${clone.root}/${folder}/libblas.so.3`;
    clone.program('ldd', `echo "	libblas.so.3 => ${path} (0x0)"`);
  }

  test('the slow reference library is said at every run, until it is mended', async () => {
    linkTo('blas');
    await clone.setup();
    const { code, output } = await clone.setup();
    expect(code).toBe(0);
    const sentence = `libtorch uses the reference BLAS (${clone.root}/blas/libblas.so.3), 70 times slower than OpenBLAS. Mend it: apt-get install libopenblas0-openmp`;
    expect(output).toContain(sentence);
    linkTo('openblas-openmp');
    expect((await clone.setup()).output).toMatch(/^Set-up: nothing to do/);
  });

  test('once found fast it is not asked again', async () => {
    linkTo('openblas-openmp');
    await clone.setup();
    clone.calls();
    await clone.setup();
    expect(clone.calls()).toEqual([]);
  });
});

describe('interrupted', () => {
  const hanging = 'echo half > "$2/half.o"; /bin/sleep 8; true';
  const building = `if [ "$1" = --build ]; then ${hanging}; fi`;

  async function startBuild(): Promise<ReturnType<FakeClone['start']>> {
    clone.program('cmake', building);
    const child = clone.start();
    await until(() => clone.has('packages/torch/build/half.o'));
    return child;
  }

  test('Ctrl-C ends the compilers too, and the exit code is 130', async () => {
    const child = await startBuild();
    const begun = performance.now();
    child.kill('SIGINT');
    const { code, output } = await ending(child);
    expect(code).toBe(130);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(output).toContain('Set-up stopped: interrupted; run it again to go on.');
    expect(clone.has('.ocelli/setup.lock')).toBe(false);
  });

  test('what a killed build left half-written is not used', async () => {
    const child = await startBuild();
    child.kill('SIGKILL');
    await ending(child);
    clone.program('cmake', 'if [ "$1" = --build ]; then echo addon > "$2/ocelli_torch.node"; fi');
    expect(await clone.setup()).toMatchObject({ code: 0 });
    expect(clone.has('packages/torch/build/half.o')).toBe(false);
    expect(clone.has('packages/torch/build/ocelli_torch.node')).toBe(true);
  });
});

describe('two at once', () => {
  test('the second waits and then finds the work done', async () => {
    clone.program('npm', '/bin/sleep 0.5; /bin/cp -r npm-would-install/. node_modules/');
    clone.write('node_modules/x', '');
    const first = ending(clone.start());
    await until(() => clone.has('.ocelli/setup.lock'));
    const second = await clone.setup();
    expect(await first).toMatchObject({ code: 0 });
    expect(second.code).toBe(0);
    expect(second.output).toMatch(
      /^Another set-up is running \(process \d+ on .+\); waiting for it/,
    );
    expect(clone.calls()).toEqual(everything);
  });

  test('the lock of a process that died is taken over', async () => {
    clone.write('.ocelli/setup.lock', JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
    expect(await clone.setup()).toMatchObject({ code: 0 });
  });

  test('so is that of an earlier process with the number of a running one', async () => {
    const holder = { pid: process.pid, host: hostname(), started: 'earlier' };
    clone.write('.ocelli/setup.lock', JSON.stringify(holder));
    expect(await clone.setup()).toMatchObject({ code: 0 });
  });
});
