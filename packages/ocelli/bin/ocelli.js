#!/usr/bin/env node
// Runs the build where there is one. In a checkout whose sources have changed since, it runs those as
// they are, so that a stale build never answers.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

const source = new URL('../src/cli/main.ts', import.meta.url);
const build = new URL('../dist/cli/main.js', import.meta.url);

async function load() {
  if (buildIsCurrent()) return import(build.href);
  const tsx = await import('tsx/esm/api');
  tsx.register();
  // Packages of the workspace are read from their sources too: the condition "source" of their exports.
  register(
    'data:text/javascript,export const resolve = (specifier, context, next) =>' +
      'next(specifier, { ...context, conditions: [...context.conditions, "source"] });',
  );
  return import(source.href);
}

function buildIsCurrent() {
  if (!existsSync(source)) return true; // the published package has no sources
  if (!existsSync(build)) return false;
  const builtAt = statSync(build).mtimeMs;
  return ['../src', '../../torch/src'].every((path) =>
    isOlder(new URL(path, import.meta.url), builtAt),
  );
}

function isOlder(folder, time) {
  const root = fileURLToPath(folder);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names.every((name) => !isCode(name) || statSync(`${root}/${name}`).mtimeMs <= time);
}

function isCode(name) {
  return name.endsWith('.ts') && !name.endsWith('.test.ts');
}

// A reader that has seen enough, such as `head`, closes the pipe: the work goes on unseen, and a run is not lost.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const { main } = await load();
process.exitCode = await main(process.argv.slice(2));
