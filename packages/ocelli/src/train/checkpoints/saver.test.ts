import fs, {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type AnyModule, Linear, type Module, noGrad, Sequential } from '@ocelli/torch';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { epochEnded, progressAfter, runStarted } from '../../../test/scriptedRun.ts';
import { tinyModel, tinyTraining } from '../../../test/tinyTraining.ts';
import {
  listCheckpoints,
  loadCheckpoint,
  newestCheckpoint,
  saveCheckpoint,
  type TrainingState,
} from './checkpoint.ts';
import type { Totals } from '../../metrics/scores.ts';
import type { CheckpointEntry } from './checkpointIndex.ts';
import { createEmitter } from '../record/emitter.ts';
import type { TrainEvent } from '../record/events.ts';
import { createRunFolder, type RunFolder } from '../runFolder/runFolder.ts';
import { runSaver, type SaverOptions } from './saver.ts';
import { loadWeights, saveWeights } from './weights.ts';

let runs: string;
let folder: RunFolder;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'ocelli-saver-'));
  folder = createRunFolder(runs, 'run');
});
afterEach(() => rmSync(runs, { recursive: true }));

/** Sends events to a saver; the model is changed before each, so that every save differs. */
async function save(events: readonly TrainEvent[], options: Partial<SaverOptions> = {}) {
  const training = tinyTraining();
  const saver = runSaver({ ...training, folder, ...options });
  const said: TrainEvent[] = [];
  const emit = createEmitter([saver.consume, (event) => void said.push(event)]);
  for (const [index, event] of events.entries()) {
    setBias(training.model, index);
    await emit(event);
  }
  return { said, failures: saver.failures(), training };
}

/** Restores the newest checkpoint that is whole. */
const loadNewest = (state: TrainingState, warn: (message: string) => void = () => {}) =>
  loadCheckpoint(newestCheckpoint(folder.checkpoints, warn).path, state);

function setBias(model: AnyModule, value: number): void {
  noGrad(() => model.parameters()[1]?.fill_(value));
}

function biasOf(name: 'best' | 'last'): unknown {
  const model = tinyModel(5);
  const facts = loadWeights(folder.weights, name, model);
  return [model.parameters()[1]?.toArray(), facts];
}

test('after every epoch: a checkpoint, the last weights, the best weights, the results', async () => {
  const { said } = await save([
    runStarted(),
    epochEnded(1, 150),
    epochEnded(2, 180),
    epochEnded(3, 170),
  ]);
  expect(listCheckpoints(folder.checkpoints).map((path) => path.split('/').at(-1))).toEqual([
    'step-30-epoch-3-accuracy-0.8500',
    'step-20-epoch-2-accuracy-0.9000',
  ]);
  expect(biasOf('best')).toEqual([[2, 2, 2, 2], { epoch: 2, step: 20 }]);
  expect(biasOf('last')).toEqual([[3, 3, 3, 3], { epoch: 3, step: 30 }]);
  expect(readFileSync(folder.results, 'utf8').split('\n').length).toBe(5); // header, 3 rows, ''
  const saved = said.filter((event) => event.type === 'checkpointSaved');
  expect(saved.map(({ step, best }) => [step, best])).toEqual([
    [10, true],
    [20, true],
    [30, false],
  ]);
});

test('of weights that are the best so far the value before and the new one are told', async () => {
  const epochs = [epochEnded(1, 150), epochEnded(2, 180), epochEnded(3, 170), epochEnded(4, 190)];
  const { said } = await save([runStarted(), ...epochs]);
  const told = said.filter((event) => event.type === 'bestSaved');
  expect(told.map(({ epoch, before, now }) => [epoch, before, now])).toEqual([
    [1, null, 0.75],
    [2, 0.75, 0.9],
    [4, 0.9, 0.95],
  ]);
  expect(told[0]?.figures).toEqual(['accuracy']);
});

test('an index lists the checkpoints there are, with time, epoch and figure, the newest first', async () => {
  const before = new Date().toISOString();
  await save([runStarted(), epochEnded(1, 150), epochEnded(2, 180), epochEnded(3, 170)]);
  const index = JSON.parse(readFileSync(folder.checkpointIndex, 'utf8')) as CheckpointEntry[];
  expect(index).toMatchObject([
    { step: 30, epoch: 3, figure: { name: 'accuracy', value: 0.85 } },
    { step: 20, epoch: 2, figure: { name: 'accuracy', value: 0.9 } },
  ]);
  expect(index.map(({ name }) => join(folder.checkpoints, name))).toEqual(
    listCheckpoints(folder.checkpoints),
  );
  const times = index.map(({ time }) => time);
  const around = [new Date().toISOString(), ...times, before];
  expect(around).toEqual(around.toSorted().toReversed());
});

test('keep says how many checkpoints stay', async () => {
  await save([epochEnded(1, 1), epochEnded(2, 2), epochEnded(3, 3), epochEnded(4, 4)], { keep: 3 });
  expect(listCheckpoints(folder.checkpoints).length).toBe(3);
});

const names = (): string[] => listCheckpoints(folder.checkpoints).map((path) => basename(path));

test('where a run stops at the end of an epoch, its checkpoint keeps the figure of that epoch', async () => {
  const history = [runStarted(), epochEnded(1, 150), epochEnded(2, 180)];
  const progress = progressAfter(2);
  const stopping = { type: 'runStopping', reason: 'stopped', progress } as const;
  const both = ['step-20-epoch-2-accuracy-0.9000', 'step-10-epoch-1-accuracy-0.7500'];
  await save([...history, stopping]);
  expect(names()).toEqual(both);
  await save([runStarted(2), stopping], { history }); // gone on with, and stopped at once
  expect(names()).toEqual(both);
  const stage = { number: 2, epoch: 3, step: 20 }; // how good its first weights are, nobody knows
  await save([runStarted(2), stopping], { history, stage });
  expect(names()).toEqual(['step-20-epoch-2-stage-2', 'step-20-epoch-2-accuracy-0.9000']);
});

test('a checkpoint that makes room for a new one of its name counts until that one is there', async () => {
  const { training } = await save([epochEnded(1, 100)]);
  const [path = ''] = listCheckpoints(folder.checkpoints);
  renameSync(path, `${path}-before`); // as a process leaves it that is killed in between
  expect(loadNewest(training).step).toBe(10);
  for (let time = 0; time < 2; time++) {
    await save([epochEnded(1, 100)]);
    expect(readdirSync(folder.checkpoints)).toEqual(['step-10-epoch-1-accuracy-0.5000']);
  }
});

/** The end of an epoch after which attributes have these losses. */
function attributesEnded(epoch: number, losses: readonly number[]): TrainEvent {
  const scores = losses.map((loss) => ({ loss, correct: 100, labelled: 200, accuracy: 0.5 }));
  const attributes = Object.fromEntries(scores.map((one, index) => [`part${index}`, one]));
  const validation = { loss: 1, correct: 100, count: 200, accuracy: 0.5, attributes };
  return { ...epochEnded(epoch, 100), validation };
}

test('of means of losses the lowest are the best to keep', async () => {
  const started = { ...runStarted(), best: ['part0.loss', 'part1.loss'] };
  const losses = [
    [2, 4],
    [1, 2],
    [1, 3],
    [4, 4],
  ];
  const epochs = losses.map((pair, index) => attributesEnded(index + 1, pair));
  await save([started, ...epochs], { keep: 1, keepBest: 2 });
  expect(names()).toEqual([
    'step-40-epoch-4-meanLoss-4.0000',
    'step-30-epoch-3-meanLoss-2.0000',
    'step-20-epoch-2-meanLoss-1.5000',
  ]);
});

test.each(['loss', 'accuracy'])(
  'the best to keep are those of the newest stage, also where the one before went by its %s',
  async (figure) => {
    const keeping = { keep: 1, keepBest: 1 };
    // Of all epochs together, one of the first stage would be the best.
    const epochs = [epochEnded(1, 196, 0.1), epochEnded(2, 194, 2)];
    const history = [{ ...runStarted(), best: [figure] }, ...epochs];
    await save(history, { ...keeping, stage: { number: 1, epoch: 1, step: 0 } });
    const later = [runStarted(2), epochEnded(3, 180), epochEnded(4, 150)];
    await save(later, { ...keeping, history, stage: { number: 2, epoch: 3, step: 20 } });
    expect(names()).toEqual(['step-40-epoch-4-accuracy-0.7500', 'step-30-epoch-3-accuracy-0.9000']);
  },
);

test('what earlier sessions reached is known: a worse epoch does not become the best', async () => {
  await save([runStarted(), epochEnded(1, 190)]);
  const history = [runStarted(), epochEnded(1, 190)];
  await save([runStarted(1), epochEnded(2, 120)], { history });
  expect(biasOf('best')).toEqual([[1, 1, 1, 1], { epoch: 1, step: 10 }]);
});

test('a run that stops early is saved where it stands', async () => {
  const progress = { ...progressAfter(0), stepInEpoch: 4, step: 4 };
  await save([runStarted(), { type: 'runStopping', reason: 'interrupted', progress }]);
  expect(biasOf('last')).toEqual([[1, 1, 1, 1], { epoch: 1, step: 4 }]);
  expect(existsSync(join(folder.weights, 'best.safetensors'))).toBe(false);
  const fresh = tinyTraining();
  expect(loadNewest(fresh)).toEqual(progress);
});

test('a long epoch is saved every so often, at a step whose totals are known', async () => {
  const step = (number: number, seconds: number, totals?: Totals): TrainEvent => {
    const counts = { epoch: 1, stepInEpoch: number, stepsPerEpoch: 9, step: number };
    return { type: 'stepEnded', ...counts, lr: 0.1, seconds, ...(totals && { totals }) };
  };
  const totals = { lossSum: 3, correct: 2, count: 5 };
  const events = [step(1, 59, totals), step(2, 61), step(3, 62, totals), step(4, 90, totals)];
  const last = step(9, 500, totals); // the epoch's own save follows at once
  await save([runStarted(), ...events, last], { everySeconds: 60 });
  expect(readdirSync(folder.checkpoints)).toEqual(['step-3-epoch-1']);
  const progress = loadNewest(tinyTraining());
  expect(progress).toEqual({ epoch: 1, stepInEpoch: 3, step: 3, seconds: 62, totals });
});

test('the best weights are kept also where no checkpoint is due', async () => {
  const epochs = [epochEnded(1, 120), epochEnded(2, 180), epochEnded(3, 170)];
  await save([runStarted(), ...epochs], { everyEpochs: 3 });
  expect(readdirSync(folder.checkpoints)).toEqual(['step-30-epoch-3-accuracy-0.8500']);
  expect(biasOf('best')).toEqual([[2, 2, 2, 2], { epoch: 2, step: 20 }]);
});

test('weights that are not finite are never saved, and the good ones stay', async () => {
  await save([runStarted(), epochEnded(1, 100)]);
  const training = tinyTraining();
  setBias(training.model, Infinity);
  const saver = runSaver({ ...training, folder });
  const said: TrainEvent[] = [];
  await createEmitter([saver.consume, (event) => void said.push(event)])(epochEnded(2, 199));
  const why = 'expected 0.bias to be finite, it is not. These weights are not saved.';
  expect(said.slice(0, -1)).toEqual([
    { type: 'warning', message: `the best weights could not be saved: ${why}` },
    { type: 'warning', message: `the last state could not be saved: ${why}` },
  ]);
  expect(saver.failures()).toMatchObject([
    { part: 'the best weights', reason: { code: 'NUMERIC' } },
    { part: 'the last state', reason: { code: 'NUMERIC' } },
  ]);
  expect(listCheckpoints(folder.checkpoints).length).toBe(1);
  expect(biasOf('last')).toEqual([[1, 1, 1, 1], { epoch: 1, step: 10 }]);
});

test('a save that fails is reported, and the next one that works clears it', async () => {
  const aside = `${folder.checkpoints}-aside`;
  writeFileSync(aside, '');
  const broken = { ...folder, checkpoints: aside }; // a file where a folder should be
  const { failures, said } = await save([epochEnded(1, 100)], { folder: broken });
  expect(failures).toMatchObject([{ part: 'the last state', reason: { code: 'ENOTDIR' } }]);
  expect(said.map(({ type }) => type)).toContain('warning');
  // No checkpoint is ever there without the last weights that belong to it.
  expect(biasOf('last')).toEqual([[0, 0, 0, 0], { epoch: 1, step: 10 }]);
  expect((await save([epochEnded(1, 100)])).failures).toEqual([]);
});

const files = ['weights.safetensors', 'optimizer.safetensors', 'state.json', 'manifest.json'];

test.each(files)(
  'a checkpoint with a damaged %s is passed over for the one before',
  async (file) => {
    const { training } = await save([epochEnded(1, 100), epochEnded(2, 100)]);
    const damaged = join(folder.checkpoints, 'step-20-epoch-2-accuracy-0.5000', file);
    const half = Math.floor(readFileSync(damaged).length / 2);
    truncateSync(damaged, half);
    const warnings: string[] = [];
    const progress = loadNewest(training, (text) => warnings.push(text));
    expect(progress.step).toBe(10);
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toContain('step-20');
  },
);

test('one flipped bit in the weights is found', async () => {
  const { training } = await save([epochEnded(1, 100)]);
  const path = join(folder.checkpoints, 'step-10-epoch-1-accuracy-0.5000', 'weights.safetensors');
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 4, bytes.length - 9);
  writeFileSync(path, bytes);
  expect(() => loadNewest(training)).toThrow(
    `${folder.checkpoints}: expected a readable checkpoint, got none (1 tried). Start a new run.`,
  );
});

test('half-written checkpoints of killed processes are not seen', async () => {
  const { training } = await save([epochEnded(1, 100)]);
  const path = saveCheckpoint(folder.checkpoints, training, progressAfter(9));
  copyFileSync(join(path, 'state.json'), join(folder.checkpoints, 'step-90.tmp-1-abc'));
  rmSync(path, { recursive: true });
  expect(listCheckpoints(folder.checkpoints).length).toBe(1);
});

test('a checkpoint that is being removed when the process is killed is not seen any more', async () => {
  const dying = vi.spyOn(fs, 'rmSync').mockImplementation((path) => {
    unlinkSync(join(String(path), 'manifest.json')); // it comes no further
    throw new Error('killed');
  });
  syncBuiltinESMExports();
  await save([epochEnded(1, 1), epochEnded(2, 2)], { keep: 1 });
  dying.mockRestore();
  syncBuiltinESMExports();
  expect(names()).toEqual(['step-20-epoch-2-accuracy-0.0100']);
});

test('saving the same step again replaces the checkpoint', async () => {
  const { training } = await save([epochEnded(1, 100)]);
  setBias(training.model, 42);
  saveCheckpoint(folder.checkpoints, training, progressAfter(1));
  const fresh = tinyTraining();
  loadNewest(fresh);
  expect(fresh.model.parameters()[1]?.toArray()).toEqual([42, 42, 42, 42]);
  expect(readdirSync(folder.checkpoints)).toEqual(['step-10-epoch-1']);
});

test('weights that were replaced by others are refused', async () => {
  await save([epochEnded(1, 100)]);
  const last = join(folder.weights, 'last.safetensors');
  truncateSync(last, 100);
  expect(() => loadWeights(folder.weights, 'last', tinyModel())).toThrow(
    `${last}: expected the weights that were saved, got others`,
  );
});

test('a crash between manifest and rename leaves the old weights valid', () => {
  const model = tinyModel();
  saveWeights(folder.weights, 'last', { model, epoch: 1, step: 10 });
  const last = join(folder.weights, 'last.safetensors');
  copyFileSync(last, `${last}.old`);
  setBias(model, 7);
  saveWeights(folder.weights, 'last', { model, epoch: 2, step: 20 });
  copyFileSync(`${last}.old`, last); // as if the rename had not happened
  expect(loadWeights(folder.weights, 'last', tinyModel())).toEqual({ epoch: 1, step: 10 });
});

test('weights that a run has not saved are an error with a remedy', () => {
  expect(() => loadWeights(folder.weights, 'best', tinyModel())).toThrow(
    'expected weights, got no such file. The run saved none yet.',
  );
});

test('weights of another model are refused with what does not fit and what to do', () => {
  saveWeights(folder.weights, 'best', { model: tinyModel(), epoch: 1, step: 10 });
  const layers = [...tinyModel().children.values()] as Module[];
  const wider = new Sequential(...layers.slice(0, 4), new Linear(256, 5));
  expect(() => loadWeights(folder.weights, 'best', wider)).toThrow(
    /best\.safetensors: expected the weights of the model that experiment\.json and labels\.json describe, got others: 4\.weight is \(3, 256\), not \(5, 256\) \(and 1 more\)\. Put these files back as the run wrote them, or train a new run\.$/,
  );
});
