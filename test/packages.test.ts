import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

function read<Content>(path: string): Content {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Content;
}

test.each(['torch', 'ocelli'])(
  '%s asks for exactly the versions that it is tested with, wherever it is installed',
  (name) => {
    const { packages } = read<{ packages: Record<string, Manifest> }>('package-lock.json');
    const { dependencies } = read<Manifest>(`packages/${name}/package.json`);
    const tested = Object.keys(dependencies).map((dependency) => {
      const place =
        dependency === '@ocelli/torch' ? 'packages/torch' : `node_modules/${dependency}`;
      return [dependency, packages[place]?.version];
    });
    expect(tested.length).toBeGreaterThan(1);
    expect(dependencies).toEqual(Object.fromEntries(tested));
  },
);
