import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { AttributeScores, Scores } from '../../metrics/scores.ts';
import type { TrainEventConsumer } from '../../train/record/emitter.ts';
import type { EpochEnded, StepEnded } from '../../train/record/events.ts';
import type { RunFolder } from '../../train/runFolder/runFolder.ts';
import { encodeEvent, type EventMessage, type ImageMessage, type NodeMessage } from './messages.ts';
import { createRecordFile, type RecordFile } from './recordFile.ts';

export interface TensorBoardOptions {
  readonly folder: RunFolder;
  /** The model as a graph; asked for once. */
  readonly graph: () => readonly NodeMessage[];
}

/** Rates are written at most this often, in seconds of the run. */
const stepEverySeconds = 1;

/**
 * A consumer that writes a run for TensorBoard into `tensorboard/` of its folder, while it works: losses
 * and accuracies of every epoch and attribute, the learning rate, the model's graph, and at the end the
 * pictures that the report has drawn; it comes after the writer of the report.
 *
 * `tensorboard --logdir runs` shows all runs below. A run that goes on writes another file, in place of what
 * earlier ones have of later steps: a run that was taken back or killed does those again.
 */
export function tensorBoardWriter({ folder, graph }: TensorBoardOptions): TrainEventConsumer {
  let file: RecordFile | undefined;
  let lastStepAt = -Infinity;
  const write = (event: Omit<EventMessage, 'wallTime'>): void =>
    file?.append(encodeEvent({ wallTime: Date.now() / 1000, ...event }));
  return async function tensorBoard(event) {
    if (event.type === 'runStarted') {
      file ??= createRecordFile(freeName(folder.tensorboard));
      write({ fileVersion: 'brain.Event:2' });
      if (event.from.step > 0) write({ step: event.from.step + 1, starts: true });
      write({ graph: graph() });
    }
    if (event.type === 'stepEnded' && event.seconds - lastStepAt >= stepEverySeconds) {
      lastStepAt = event.seconds;
      write({ step: event.step, scalars: stepScalars(event) });
    }
    if (event.type === 'epochEnded') {
      write({ step: event.progress.step, scalars: epochScalars(event) });
    }
    if (event.type !== 'runEnded') return;
    const images = await drawnPictures(folder.pictures);
    if (Object.keys(images).length > 0) write({ step: event.progress.step, images });
    file?.close();
    file = undefined;
  };
}

/** TensorBoard reads every file with `tfevents` in its name. */
function freeName(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const start = `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${hostname()}`;
  for (let count = 0; ; count++) {
    const path = join(folder, `${start}.${process.pid}.${count}`);
    if (!existsSync(path)) return path;
  }
}

function stepScalars({ lr }: StepEnded): Record<string, number> {
  return { 'learning rate': lr };
}

function epochScalars({ epoch, train, validation }: EpochEnded): Record<string, number> {
  return {
    epoch,
    ...scoreScalars(train, 'training'),
    ...(validation && scoreScalars(validation, 'validation')),
  };
}

function scoreScalars(scores: Scores, part: string): Record<string, number> {
  const figures: [string, Pick<Scores, 'loss' | 'accuracy' | 'metrics'> | AttributeScores][] = [
    ['', scores],
    ...Object.entries(scores.attributes ?? {}).map(([name, own]): [string, AttributeScores] => [
      ` of ${name}`,
      own,
    ]),
  ];
  const entries = figures.flatMap(([name, { loss, accuracy, metrics }]): [string, unknown][] =>
    Object.entries({ loss, accuracy, ...metrics }).map(([figure, value]) => [
      `${figure}${name}/${part}`,
      value,
    ]),
  );
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

async function drawnPictures(folder: string): Promise<Record<string, ImageMessage>> {
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.png'))
    : [];
  const images = names.toSorted().map(async (name): Promise<[string, ImageMessage]> => {
    const encoded = readFileSync(join(folder, name));
    const { width = 0, height = 0 } = await sharp(encoded).metadata();
    return [name.slice(0, -'.png'.length), { width, height, encoded }];
  });
  return Object.fromEntries(await Promise.all(images));
}
