import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ending, FakeClone, npmInstalls, until } from './fakeClone.ts';

let clone: FakeClone;

beforeEach(() => {
  clone = new FakeClone();
});

afterEach(() => {
  clone.remove('.');
});

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

  test('under NODE_ENV=production the compiler of the TypeScript build is installed too', async () => {
    const others = 'node_modules/node-addon-api node_modules/node-api-headers';
    clone.program(
      'npm',
      `/bin/mkdir -p ${others} && ${npmInstalls} && case "$*" in *--include=dev*) ;; *) /bin/rm -r node_modules/typescript;; esac`,
    );
    const { code, output } = await clone.setup({ NODE_ENV: 'production' });
    expect([code, output]).toEqual([0, expect.stringContaining('Set-up finished')]);
  });

  test('as many compilers run at once as OCELLI_JOBS says', async () => {
    clone.program(
      'cmake',
      '[ "$1" != --build ] || { echo "$@" > words; echo > "$2/ocelli_torch.node"; }',
    );
    await clone.setup({ OCELLI_JOBS: '37' });
    expect(clone.text('words')).toMatch(/ --parallel 37\n$/);
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

  test.each(['many', '0', '-1', '1.5'])('OCELLI_JOBS=%s', async (OCELLI_JOBS) => {
    const { code, output } = await clone.setup({ OCELLI_JOBS });
    expect(code).toBe(1);
    expect(output).toContain(
      `Set-up stopped: OCELLI_JOBS: expected a positive integer, got ${OCELLI_JOBS}. Correct the variable or unset it.`,
    );
  });

  test('a folder that cannot be written to', async () => {
    clone.write('.ocelli', 'a file');
    const { code, output } = await clone.setup();
    expect(code).toBe(1);
    expect(output).toMatch(/^Set-up stopped: .+\n$/);
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
  /** libtorch is linked to the library of a folder. */
  function linkTo(folder: string, file = 'libblas.so.3'): string {
    clone.write(`${folder}/${file}`, '');
    const path = `${clone.root}/${folder}/${file}`;
    clone.program('ldd', `echo "	${file} => ${path} (0x0)"`);
    return path;
  }

  const lastLine = (output: string): string | undefined => output.trimEnd().split('\n').at(-1);
  const remedy = 'Install OpenBLAS as root with apt-get install libopenblas0-openmp';

  test('the slow reference library stops it, until it is mended', async () => {
    const path = linkTo('blas');
    for (let run = 0; run < 2; run++) {
      const { code, output } = await clone.setup();
      expect(code).toBe(1);
      expect(lastLine(output)).toContain(
        `Set-up stopped: libtorch uses the reference BLAS (${path}), which is 70 times slower than ` +
          `OpenBLAS (this user may not install system packages). ${remedy}`,
      );
      expect(clone.calls()).not.toContain('cmake --build');
    }
    linkTo('openblas-openmp');
    expect(await clone.setup()).toMatchObject({ code: 0 });
    expect(clone.calls()).toContain('cmake --build');
  });

  test('so does one that is not installed', async () => {
    clone.program('ldd', 'echo "	libblas.so.3 => not found"');
    const { code, output } = await clone.setup();
    expect(code).toBe(1);
    expect(lastLine(output)).toContain(
      'Set-up stopped: libtorch needs libblas.so.3, which is not installed (this user may not install ' +
        `system packages). ${remedy}`,
    );
  });

  test('where it may, it installs OpenBLAS', async () => {
    linkTo('blas');
    const openblas = `${clone.root}/openblas-openmp/libblas.so.3`;
    clone.write('openblas-openmp/libblas.so.3', '');
    clone.program('sudo', 'shift; [ "$1" = true ] || exec "$@"');
    clone.program('env', 'shift; exec "$@"');
    clone.program(
      'apt-get',
      `if [ "$2" = install ]; then printf '#!/bin/sh\necho "libblas.so.3 => ${openblas} (0x0)"' > bin/ldd; fi`,
    );
    expect(await clone.setup()).toMatchObject({ code: 0 });
    expect(clone.has('packages/torch/build/ocelli_torch.node')).toBe(true);
  });

  test.each([
    ['OpenBLAS', () => linkTo('openblas-pthread')],
    ['MKL', () => linkTo('opt/intel/mkl/lib', 'libmkl_rt.so.2')],
    ['a BLAS of a processor maker', () => linkTo('opt', 'libblas_armpl.so')],
    ['a BLAS inside libtorch', () => clone.program('ldd', 'echo "	libc.so.6 => /lib/libc.so.6"')],
  ])('%s passes, and is not asked again', async (_name, install) => {
    install();
    expect(await clone.setup()).toMatchObject({ code: 0 });
    clone.calls();
    expect((await clone.setup()).output).toMatch(/^Set-up: nothing to do/);
    expect(clone.calls()).toEqual([]);
  });

  test('an OpenBLAS that was removed since is missed', async () => {
    linkTo('openblas-openmp');
    await clone.setup();
    clone.remove('openblas-openmp');
    linkTo('blas');
    expect(await clone.setup()).toMatchObject({ code: 1 });
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
