// A clone in a temporary folder, with the real set-up script and programs that only pretend.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** What `npm ci` does. */
export const npmInstalls = '/bin/cp -r npm-would-install/. node_modules/';

/** Every program notes its call; what else it does, a test replaces. */
const programs: Readonly<Record<string, string>> = {
  npm: `/bin/mkdir -p node_modules && ${npmInstalls}`,
  cmake:
    'if [ "$1" = --build ]; then echo "[ 50%] Building"; echo addon > "$2/ocelli_torch.node"; fi',
  'g++': '',
  make: '',
};

/** Makes of `src/a.ts` a `dist/a.js`. */
const compiler = `
const { appendFileSync, cpSync, readdirSync, rmSync } = require('node:fs');
const { dirname, join } = require('node:path');
const folder = dirname(process.argv[3]);
appendFileSync('calls', 'tsc ' + folder.split('/').at(-1) + '\\n');
for (const name of readdirSync(join(folder, 'src')))
  cpSync(join(folder, 'src', name), join(folder, 'dist', name.replace('.ts', '.js')));
`;

const lock = { packages: { 'node_modules/typescript': { version: '1.0.0' } } };

const files: Readonly<Record<string, string>> = {
  'package-lock.json': JSON.stringify(lock),
  'tsconfig.base.json': '{}',
  'npm-would-install/.package-lock.json': JSON.stringify(lock),
  'npm-would-install/typescript/package.json': '{ "version": "1.0.0" }',
  'npm-would-install/typescript/bin/tsc': compiler,
  'npm-would-install/node-addon-api/package.json': '{ "version": "1.0.0" }',
  'npm-would-install/node-api-headers/package.json': '{ "version": "1.0.0" }',
  'packages/torch/CMakeLists.txt': '',
  'packages/torch/native/addon.cc': '',
  'libtorch/lib/libtorch_cpu.so': '',
  'libtorch/include/ATen/ATen.h': '',
  'libtorch/build-version': '2.5.1',
};

/** How a set-up ended and what it said. */
export interface SetupResult {
  readonly code: number | null;
  readonly output: string;
}

export class FakeClone {
  readonly root: string = mkdtempSync(join(tmpdir(), 'fake-clone-'));

  constructor() {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    for (const name of ['torch', 'ocelli']) {
      this.write(`packages/${name}/package.json`, '{}');
      this.write(`packages/${name}/tsconfig.build.json`, '{}');
      this.write(`packages/${name}/src/index.ts`, '');
    }
    for (const [name, body] of Object.entries(programs)) this.program(name, body);
    for (const path of ['scripts', 'packages/torch/scripts']) {
      cpSync(join(repository, path), join(this.root, path), { recursive: true });
    }
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  /** Gives a program on the PATH another shell script. */
  program(name: string, body: string): void {
    this.write(`bin/${name}`, `#!/bin/sh\necho "${name} $1" >> "${this.root}/calls"\n${body}\n`);
    chmodSync(join(this.root, 'bin', name), 0o755);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Content of a file; empty where there is none. */
  text(path: string): string {
    return this.has(path) ? readFileSync(join(this.root, path), 'utf8') : '';
  }

  /** The programs called since the last time this was asked. */
  calls(): string[] {
    const text = this.text('calls');
    this.remove('calls');
    return text.trim().split('\n').filter(Boolean);
  }

  start(env: NodeJS.ProcessEnv = {}): ChildProcess {
    const own = {
      PATH: join(this.root, 'bin'),
      HOME: this.root,
      LIBTORCH: `${this.root}/libtorch`,
    };
    return spawn(process.execPath, [join(this.root, 'scripts/setup.mjs')], {
      cwd: this.root,
      env: { ...own, ...env },
    });
  }

  async setup(env: NodeJS.ProcessEnv = {}): Promise<SetupResult> {
    return ending(this.start(env));
  }
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

/** Waits for the end of a set-up. */
export async function ending(child: ChildProcess): Promise<SetupResult> {
  let output = '';
  const take = (chunk: Buffer): void => {
    output += String(chunk);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  await once(child, 'close');
  return { code: child.exitCode, output };
}
