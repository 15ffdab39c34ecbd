import { type Check, good, missing } from './check.ts';
import { probe } from './probe.ts';

/** The programs of the native build: compiler, cmake, make. */
export async function toolChecks(): Promise<Check[]> {
  const compilers = process.env['CXX'] ? [process.env['CXX']] : ['g++', 'clang++', 'c++'];
  return Promise.all([
    toolCheck('compiler', compilers),
    toolCheck('cmake', ['cmake']),
    toolCheck('make', ['make', 'ninja']),
  ]);
}

async function toolCheck(name: string, programs: readonly string[]): Promise<Check> {
  for (const program of programs) {
    const { ok, stdout } = await probe(program, ['--version']);
    if (ok) return good(name, stdout.split('\n')[0] ?? program);
  }
  const package_ = programs[0] ?? name;
  return missing(name, 'not found', `Install it, on Debian: apt-get install ${package_}.`);
}
