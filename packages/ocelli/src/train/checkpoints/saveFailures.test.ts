import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { noGrad, readSafetensors } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/dataTree.ts';
import { onFullDisk } from '../../../test/fullDisk.ts';
import { epochEnded, progressAfter, runStarted } from '../../../test/scriptedRun.ts';
import { tinyTraining } from '../../../test/tinyTraining.ts';
import { createEmitter } from '../record/emitter.ts';
import type { TrainEvent } from '../record/events.ts';
import { createRunFolder } from '../runFolder/runFolder.ts';
import { listCheckpoints } from './checkpoint.ts';
import { runSaver, type SaverOptions } from './saver.ts';
import type { SaveFailure } from './unsaved.ts';
import { weightsFacts } from './weights.ts';

// What a run says, and keeps, of what it could not save.

const root = temporaryFolder();

/** A run whose events are sent one by one; its weights are others at each of them. */
function scripted(options: Partial<SaverOptions> = {}) {
  const { folder = createRunFolder(root, 'run') } = options;
  const training = tinyTraining();
  const saver = runSaver({ ...training, folder, ...options });
  const warnings: string[] = [];
  const emit = createEmitter([
    saver.consume,
    (event) => void (event.type === 'warning' && warnings.push(event.message)),
  ]);
  let sent = 0;
  const send = async (...events: TrainEvent[]): Promise<void> => {
    for (const event of events) {
      noGrad(() => training.model.parameters()[1]?.fill_(++sent));
      await emit(event);
    }
  };
  return { folder, send, warnings, failures: () => saver.failures().map(told) };
}

const told = ({ part, reason }: SaveFailure): string =>
  `${part}: ${reason instanceof Error && 'code' in reason ? String(reason.code) : String(reason)}`;

const ended: TrainEvent = { type: 'runEnded', reason: 'completed', progress: progressAfter(3) };
const isBest = /best\.safetensors$/;
const isBestOrCheckpoint = /best\.safetensors$|\/step-[^/]+$/;

/** Epochs of the rows of the table of results. */
const rowsOf = ({ folder: { results } }: ReturnType<typeof scripted>): (string | undefined)[] =>
  readFileSync(results, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',')[0]);

test('where the table of results cannot be written, all else is saved, and the end tells of it', async () => {
  const run = scripted();
  await onFullDisk({ names: /results\.csv$/ }, () =>
    run.send(runStarted(), epochEnded(1, 150), ended),
  );
  expect(run.failures()).toEqual(['the table of results: ENOSPC']);
  const warning = 'the table of results could not be saved: a full disk (ENOSPC)';
  expect(new Set(run.warnings)).toEqual(new Set([warning]));
  const names = listCheckpoints(run.folder.checkpoints).map((path) => basename(path));
  expect(names).toEqual(['step-10-epoch-1-accuracy-0.7500']);
  const facts = { epoch: 1, step: 10 };
  expect(weightsFacts(run.folder.weights, 'best')).toEqual(facts);
  expect(weightsFacts(run.folder.weights, 'last')).toEqual(facts);
});

test('a table of results that failed at the last epoch is drawn at the end of the run, or when it goes on', async () => {
  const events = [runStarted(), epochEnded(1, 150)];
  const run = scripted();
  await onFullDisk({ names: /results\.csv$/ }, () => run.send(...events));
  await run.send(ended);
  expect([run.failures(), rowsOf(run)]).toEqual([[], ['1']]);

  const next = scripted({ history: events });
  await next.send(runStarted(1), ended);
  expect(rowsOf(next)).toEqual(['1']);
});

test('best weights that are lost are told of at the end, whatever was saved after them', async () => {
  const run = scripted();
  await run.send(runStarted(), epochEnded(1, 150));
  await onFullDisk({ names: isBestOrCheckpoint }, () => run.send(epochEnded(2, 180)));
  expect(run.failures()).toEqual(['the best weights: ENOSPC', 'the last state: ENOSPC']);
  await run.send(epochEnded(3, 170), ended);
  expect(run.failures()).toEqual(['the best weights: ENOSPC']);
  expect(weightsFacts(run.folder.weights, 'best')?.epoch).toBe(1);
  const said = run.warnings.filter((warning) => warning.startsWith('the best weights'));
  expect(said).toEqual(['the best weights could not be saved: a full disk (ENOSPC)']); // once
});

test('best weights that are lost are told of when the run has gone on, too', async () => {
  const { folder, send } = scripted();
  const events = [runStarted(), epochEnded(1, 150), epochEnded(2, 180), epochEnded(3, 170)];
  await send(...events.slice(0, 2));
  await onFullDisk({ names: isBestOrCheckpoint }, () => send(...events.slice(2, 3)));
  await send(...events.slice(3));
  const next = scripted({ folder, history: events });
  await next.send(runStarted(3), epochEnded(4, 160), ended);
  expect(next.failures()).toEqual(['the best weights: CHECKPOINT']);
  expect(next.warnings).toEqual([
    `the best weights could not be saved: ${folder.weights}/best.safetensors: expected the weights of epoch 2, ` +
      'the best, got others or none. No checkpoint has them.',
  ]);
});

test('best weights that could not be saved come from the checkpoint of their epoch', async () => {
  const run = scripted();
  await run.send(runStarted(), epochEnded(1, 150));
  await onFullDisk({ names: isBest }, () => run.send(epochEnded(2, 180)));
  expect(run.failures()).toEqual(['the best weights: ENOSPC']);
  await run.send(epochEnded(3, 170));
  expect(run.failures()).toEqual([]);
  expect(weightsFacts(run.folder.weights, 'best')).toEqual({ epoch: 2, step: 20 });
  const kept = readSafetensors(join(run.folder.weights, 'best.safetensors'));
  expect(kept.get('0.bias')?.toArray()).toEqual([3, 3, 3, 3]); // as at the third event
});

test('a better epoch takes the place of best weights that are lost', async () => {
  const run = scripted();
  await onFullDisk({ names: isBestOrCheckpoint }, () => run.send(runStarted(), epochEnded(1, 150)));
  await run.send(epochEnded(2, 180), ended);
  expect(run.failures()).toEqual([]);
  expect(weightsFacts(run.folder.weights, 'best')?.epoch).toBe(2);
});

/** Three epochs, the first of them the best, whose checkpoint is kept no more. */
const worsening = [runStarted(), epochEnded(1, 150), epochEnded(2, 140), epochEnded(3, 130)];

test('an epoch that a killed session saved as its best, and that comes again, is not lost', async () => {
  const { folder, send } = scripted();
  const fourth = epochEnded(4, 180);
  await send(...worsening);
  await onFullDisk({ names: /\/step-[^/]+$/ }, () => send(fourth)); // killed before its checkpoint
  const next = scripted({ folder, history: [...worsening, fourth] });
  await next.send(runStarted(3));
  expect([next.failures(), next.warnings]).toEqual([[], []]);
  expect(weightsFacts(folder.weights, 'best')?.epoch).toBe(4);
});
