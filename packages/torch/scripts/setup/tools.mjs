// The programs that have to be there before anything starts.
import { existsSync } from 'node:fs';
import { findProgram } from './child.mjs';
import { SetupFailure } from './failure.mjs';

const oldestNode = [20, 19];

export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new SetupFailure(
    `Node ${oldestNode.join('.')} or newer is needed, this is ${version}. ` +
      'Install a newer one from https://nodejs.org.',
  );
}

export function requireNpm() {
  return findProgram('npm') ?? missing('npm', 'It comes with Node: https://nodejs.org.');
}

/** The programs of the native build, by absolute path. */
export function requireBuildTools(env = process.env) {
  const compilers = env.CXX ? [env.CXX] : ['g++', 'clang++', 'c++'];
  const compiler = firstProgram(compilers) ?? missing('A C++ compiler', installWith('g++'));
  const cmake = findProgram('cmake') ?? missing('cmake', installWith('cmake'));
  const make = firstProgram(['make', 'ninja']) ?? missing('make', installWith('make'));
  return { compiler, cmake, generator: make.endsWith('ninja') ? 'Ninja' : 'Unix Makefiles' };
}

function firstProgram(names) {
  return names
    .map((name) => (name.includes('/') && existsSync(name) ? name : findProgram(name)))
    .find(Boolean);
}

function installWith(name) {
  if (process.platform === 'darwin')
    return `Install it: ${name === 'cmake' ? 'brew install cmake' : 'xcode-select --install'}.`;
  const commands = { 'apt-get': 'apt-get install', dnf: 'dnf install', pacman: 'pacman -S' };
  const manager = Object.keys(commands).find(findProgram);
  const packageName = name === 'g++' && manager !== 'apt-get' ? 'gcc-c++' : name;
  return manager ? `Install it: ${commands[manager]} ${packageName}.` : 'Install it and run again.';
}

function missing(what, remedy) {
  throw new SetupFailure(`${what} is missing. ${remedy}`);
}
