import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EvaluationFacts } from '../src/report/evaluation/evaluation.ts';
import { reportWriter } from '../src/report/reportWriter.ts';
import { createEmitter } from '../src/train/record/emitter.ts';
import { readEventLog } from '../src/train/record/eventLog.ts';
import type { Progress, TrainEvent } from '../src/train/record/events.ts';
import { bestEpoch } from '../src/train/record/history.ts';
import { openRunData } from '../src/train/runData/runData.ts';
import { type RunFolder, runFolderAt } from '../src/train/runFolder/runFolder.ts';
import { readRunRecord } from '../src/train/record/runRecord.ts';
import { type Outcome, patience, runCommand } from './commandLine.ts';
import { drawPictures } from './drawnPictures.ts';
import { progressAfter, runStarted } from './scriptedRun.ts';

let folder: string;
let whole: Outcome;
let run: RunFolder;

const command = (...words: string[]): Promise<Outcome> => runCommand(folder, words);

/** 12 pictures in batches of 5: three steps an epoch. */
const small = ['--batch-size', '5', '--threads', '1', '--model', 'resnet20', '--lr', '0.02'];
const trainWords = ['--data', 'pictures', ...small];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-report-command-'));
  await drawPictures(join(folder, 'pictures'), { train: 4, test: 2 });
  whole = await command('train', ...trainWords, '--epochs', '2', '--run-name', 'whole');
  run = runFolderAt(join(folder, 'runs', 'whole', '1'));
}, patience);
afterAll(() => rmSync(folder, { recursive: true }));

test('a run ends with a report, says where, and has no warning', () => {
  expect(whole).toMatchObject({ exitCode: 0 });
  expect(whole.out).toContain('report: runs/whole/1/report.html\n');
  expect(whole.err).not.toContain('warning');
  expect(readFileSync(run.report, 'utf8')).toContain('<h1>whole/1</h1>');
});

test.each(['curves', 'confusion', 'batch-1', 'batch-2', 'batch-3'])(
  'the run folder holds the picture %s',
  async (name) => {
    const { format, width } = await sharp(join(run.pictures, `${name}.png`)).metadata();
    expect(format).toBe('png');
    expect(width).toBeGreaterThan(600);
  },
);

test('the stored predictions cover every validation picture and give the accuracy of the record', () => {
  const rows = readFileSync(run.predictions, 'utf8').trim().split('\n').slice(1);
  expect(rows.map((row) => row.split(',').slice(0, 2)).sort()).toEqual(
    ['blue', 'green', 'red'].flatMap((label) =>
      [0, 1].map((index) => [`test/${label}/${index}.png`, label]),
    ),
  );
  const evaluation = JSON.parse(readFileSync(run.evaluation, 'utf8')) as EvaluationFacts;
  const best = bestEpoch(readEventLog(run.events));
  expect(evaluation).toMatchObject({ split: 'test', weights: 'best', epoch: best?.epoch });
  const { label } = evaluation.heads;
  expect(label).toMatchObject({ count: 6, labelled: 6 });
  expect(label?.accuracy).toBe(best?.validation?.accuracy);
  expect(label?.loss).toBeCloseTo(best?.validation?.loss ?? NaN, 2);
});

test(
  '--no-report draws nothing; the command report draws it later, and evaluates on request',
  async () => {
    const words = ['--epochs', '1', '--run-name', 'bare', '--no-report'];
    const { out } = await command('train', ...trainWords, ...words);
    const bare = runFolderAt(join(folder, 'runs', 'bare', '1'));
    expect(out).not.toContain('report');
    expect([existsSync(bare.report), existsSync(bare.pictures)]).toEqual([false, false]);
    expect(await command('report', 'runs/bare')).toMatchObject({
      exitCode: 0,
      out: 'written: runs/bare/1/report.html\n',
    });
    expect(readFileSync(bare.report, 'utf8')).toContain('No weights have been evaluated yet');
    expect((await command('report', 'runs/bare', '--evaluate')).exitCode).toBe(0);
    expect(readFileSync(bare.report, 'utf8')).toContain('Worst cases');
  },
  patience,
);

test(
  'a run that was interrupted is drawn from what is on record, and says where',
  async () => {
    // After the first epoch; Ctrl-C asks for it in the same way.
    const words = ['--epochs', '9', '--run-name', 'broken', '--progress', 'line'];
    const listening = (piece: string): void => {
      if (piece.startsWith('epoch: 1/9')) process.emit('SIGINT', 'SIGINT');
    };
    const { exitCode, err } = await runCommand(
      folder,
      ['train', ...trainWords, ...words],
      listening,
    );
    expect(exitCode).toBe(130);
    expect(err).toContain('See where it stands: runs/broken/1/report.html\n');
    const broken = runFolderAt(join(folder, 'runs', 'broken', '1'));
    const page = readFileSync(broken.report, 'utf8');
    expect(page).toContain('1 of 9 epochs · interrupted');
    expect(page).toContain('No weights have been evaluated yet');
    expect(existsSync(broken.evaluation)).toBe(false); // nobody waits for that
    expect(existsSync(join(broken.pictures, 'curves.png'))).toBe(true);
  },
  patience,
);

/** The run of this file with its pictures, as a process that goes on with it has them. */
async function opened() {
  const { experiment } = readRunRecord(run);
  const paths = { data: join(folder, 'pictures') };
  const cacheFolder = join(folder, 'cache');
  return { experiment, data: await openRunData({ ...experiment, ...paths }, { cacheFolder }) };
}

test('what cannot be drawn is one warning, and the run ends as it would', async () => {
  const copy = { ...run, pictures: join(folder, 'a-file') };
  writeFileSync(copy.pictures, '');
  const heard: TrainEvent[] = [];
  const writer = reportWriter({ folder: copy, ...(await opened()) });
  const emit = createEmitter([(event) => void heard.push(event), writer]);
  await emit(runStarted());
  await emit({ type: 'runEnded', reason: 'completed', progress: progressAfter(1) });
  expect(heard.map(({ type }) => type)).toEqual(['runStarted', 'runEnded', 'warning']);
  expect(heard[2]).toMatchObject({
    message: expect.stringMatching(/^report failed on runEnded: EEXIST/) as string,
  });
});

test(
  'a run that completes without another step is evaluated and drawn, unless that was done',
  async () => {
    const copy = runFolderAt(join(folder, 'runs', 'finished', '1'));
    cpSync(run.path, copy.path, { recursive: true });
    const parts = await opened();
    const completed = async (from: Progress): Promise<[isEvaluated: boolean, page: string]> => {
      const emit = createEmitter([reportWriter({ folder: copy, ...parts })]);
      await emit({ ...runStarted(), from });
      await emit({ type: 'runEnded', reason: 'completed', progress: progressAfter(2) });
      return [existsSync(copy.evaluation), readFileSync(copy.report, 'utf8')];
    };
    const drawn = [true, expect.stringContaining('<h1>finished/1</h1>')];
    // Interrupted when all steps were made, in the validation of the last epoch.
    rmSync(copy.evaluation);
    writeFileSync(copy.report, 'interrupted');
    const inValidation = { ...progressAfter(1), stepInEpoch: 10, step: 20 };
    expect(await completed(inValidation)).toEqual(drawn);
    // There is nothing left to do.
    writeFileSync(copy.report, 'all of it');
    expect(await completed(progressAfter(2))).toEqual([true, 'all of it']);
    // Killed before the page was drawn, and before the evaluation was stored.
    utimesSync(copy.report, 0, 0);
    expect(await completed(progressAfter(2))).toEqual(drawn);
    rmSync(copy.evaluation);
    expect(await completed(progressAfter(2))).toEqual(drawn);
  },
  patience,
);
