// Brings a fresh clone to where everything runs: npm packages, libtorch, native build, TypeScript
// build. Each step is skipped when nothing it depends on has changed. Plain Node, no packages.
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interrupt } from './setup/child.mjs';
import { installDependencies } from './setup/dependencies.mjs';
import { sentence } from './setup/failure.mjs';
import { obtainLibtorch } from './setup/libtorch.mjs';
import { withLock } from './setup/lock.mjs';
import { Log } from './setup/log.mjs';
import { buildNative } from './setup/nativeBuild.mjs';
import { Stamps } from './setup/stamp.mjs';
import { requireBuildTools, requireNode } from './setup/tools.mjs';
import { buildTypescript } from './setup/typescriptBuild.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const state = join(root, '.ocelli');
const log = new Log(join(state, 'setup.log'));
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

async function setUp() {
  const begun = performance.now();
  requireNode();
  const context = {
    root,
    log,
    stamps: new Stamps(join(state, 'stamps')),
    tools: requireBuildTools(),
  };
  await installDependencies(context);
  const libtorch = await obtainLibtorch(context);
  await buildNative(context, libtorch);
  await buildTypescript(context);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    log.spoke ? `Set-up finished in ${seconds} s.` : `Set-up: nothing to do (${seconds} s).`,
  );
}

function sayWaiting(holder) {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
  log.say(
    `Another set-up is running (${who}); waiting for it. If none is, delete .ocelli/setup.lock`,
  );
}

for (const [signal, exitCode] of Object.entries(exitCodes)) {
  process.on(signal, () => {
    process.exitCode = exitCode;
    interrupt(signal);
  });
}

try {
  await withLock(join(state, 'setup.lock'), sayWaiting, setUp);
} catch (error) {
  log.detail(`\n${error?.stack}\n`);
  console.error(`Set-up stopped: ${sentence(error)}`);
  process.exitCode ||= 1;
}
