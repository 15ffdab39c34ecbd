import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SGD } from '@ocelli/torch';
import { tinyAttributeTraining, tinyHeads } from '../../../test/tinyAttributes.ts';
import { tinyModel, tinyTraining } from '../../../test/tinyTraining.ts';
import { attributeLoss } from '../loss/attributeLoss.ts';
import { LearnedLossWeights } from '../loss/learnedLossWeights.ts';
import { loadCheckpoint, saveCheckpoint, type TrainingState } from '../checkpoints/checkpoint.ts';
import type { EpochEnded, TrainEvent } from '../record/events.ts';
import { fit } from '../loop/fit.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ocelli-resume-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Every number that the next steps depend on. */
function everythingOf({ model, optimizer }: TrainingState): unknown {
  const { tensors, ...rest } = optimizer.stateDict();
  const named = [...model.stateDict(), ...tensors];
  return [rest, named.map(([key, tensor]) => [key, tensor.toArray()])];
}

/** What an epoch came to, without the time it took. */
function outcomeOf({ epoch, lr, train, validation }: EpochEnded): object {
  return { epoch, lr, train, validation };
}

const lrAt = (step: number): number => 0.002 * step;

async function uninterrupted() {
  const training = tinyTraining({ lrAt });
  const epochs: EpochEnded[] = [];
  await fit({ ...training, consumers: [collectInto(epochs)] });
  return { state: everythingOf(training), epochs: epochs.map(outcomeOf) };
}

function collectInto(epochs: EpochEnded[]): (event: TrainEvent) => void {
  return (event) => void (event.type === 'epochEnded' && epochs.push(event));
}

test.each([1, 3, 5, 7, 10, 14])(
  'stopped after step %i and gone on with, a run ends as if it had not been',
  async (stopAfter) => {
    const whole = await uninterrupted();
    const epochs: EpochEnded[] = [];
    const first = tinyTraining({ lrAt });
    const controller = new AbortController();
    const stop = (event: TrainEvent): void => {
      if (event.type === 'stepEnded' && event.step === stopAfter) controller.abort();
    };
    const { progress } = await fit({
      ...first,
      signal: controller.signal,
      consumers: [stop, collectInto(epochs)],
    });
    expect(progress.step).toBe(stopAfter);
    const path = saveCheckpoint(folder, first, progress);

    const other = tinyTraining({ lrAt, model: tinyModel(99) });
    const resumed = loadCheckpoint(path, other);
    expect(resumed).toEqual(progress);
    await fit({ ...other, from: resumed, consumers: [collectInto(epochs)] });
    expect(everythingOf(other)).toEqual(whole.state);
    expect(epochs.map(outcomeOf)).toEqual(whole.epochs);
  },
);

test('what the loss learns is saved too, and nothing else is needed to go on', async () => {
  const learning = (learned: LearnedLossWeights): ReturnType<typeof tinyAttributeTraining> => {
    const model = tinyHeads();
    const params = [...model.parameters(), ...learned.parameters()];
    return tinyAttributeTraining({
      model,
      optimizer: new SGD(params, { lr: 0, momentum: 0.9 }),
      loss: attributeLoss({ attributes: { gender: {}, pose: {} }, learned }),
    });
  };
  const weights = (): LearnedLossWeights => new LearnedLossWeights(['gender', 'pose']);
  const values = (of: LearnedLossWeights): number[] => of.parameters().map((one) => one.item());
  const [whole, first, second] = [weights(), weights(), weights()];
  await fit(learning(whole));
  const interrupted = learning(first);
  const controller = new AbortController();
  const stop = (event: TrainEvent): void => {
    if (event.type === 'stepEnded' && event.step === 4) controller.abort();
  };
  const { progress } = await fit({ ...interrupted, signal: controller.signal, consumers: [stop] });
  const path = saveCheckpoint(folder, interrupted, progress);
  const other = learning(second);
  await fit({ ...other, from: loadCheckpoint(path, other) });
  expect(values(second)).toEqual(values(whole));
  expect(values(whole)).not.toEqual([0, 0]);
});
