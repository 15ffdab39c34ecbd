import { Adam, type AnyModule, SGD } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { tinyAttributeTraining, tinyHeads } from '../../../test/tinyAttributes.ts';
import { tinyModel, tinyTraining } from '../../../test/tinyTraining.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { mirrorViews, oneView, type Views } from '../evaluation/views.ts';
import type { TrainEvent } from '../record/events.ts';
import { fit, type FitOptions } from './fit.ts';
import { classificationLoss } from '../loss/loss.ts';
import { disposeBatch } from '../batches/trainingData.ts';
import { setLearningRate, trainStep } from './trainStep.ts';

async function eventsOf(options: FitOptions): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  await fit({ ...options, consumers: [(event) => void events.push(event)] });
  return events;
}

function weightsOf(model: AnyModule): unknown[] {
  return [...model.stateDict()].map(([key, tensor]) => [key, tensor.toArray()]);
}

function ofType<Type extends TrainEvent['type']>(events: readonly TrainEvent[], type: Type) {
  return events.filter(
    (event): event is Extract<TrainEvent, { type: Type }> => event.type === type,
  );
}

test('the events of a run tell it from beginning to end', async () => {
  const events = await eventsOf(tinyTraining({ epochs: 2 }));
  const steps = Array.from({ length: 5 }, () => 'stepEnded');
  const looks = Array.from({ length: 3 }, () => 'evaluationStepEnded');
  const epoch = ['epochStarted', ...steps, ...looks, 'evaluationEnded', 'epochEnded'];
  expect(events.map(({ type }) => type)).toEqual(['runStarted', ...epoch, ...epoch, 'runEnded']);
  expect(ofType(events, 'stepEnded').map(({ step }) => step)).toEqual(
    Array.from({ length: 10 }, (_, index) => index + 1),
  );
  expect(events.at(-1)).toMatchObject({ reason: 'completed', progress: { epoch: 3, step: 10 } });
});

test('denominators are the samples seen: the last batch of one picture counts as one', async () => {
  const events = await eventsOf(tinyTraining({ epochs: 1 }));
  const [epoch] = ofType(events, 'epochEnded');
  expect(epoch?.train.count).toBe(21);
  expect(epoch?.validation?.count).toBe(11);
  expect(epoch?.train.accuracy).toBe((epoch?.train.correct ?? NaN) / 21);
  const lastStep = ofType(events, 'stepEnded').at(-1);
  expect(lastStep?.totals?.count).toBe(21);
  expect(epoch?.train.loss).toBe((lastStep?.totals?.lossSum ?? NaN) / 21);
});

test('without validation nothing is evaluated', async () => {
  const { validation: _, ...rest } = tinyTraining({ epochs: 1 });
  const events = await eventsOf(rest);
  expect(ofType(events, 'evaluationEnded')).toEqual([]);
  expect(ofType(events, 'epochEnded')[0]).not.toHaveProperty('validation');
});

test('the validation takes the mean over the views asked for', async () => {
  const training = tinyTraining({ epochs: 1, views: mirrorViews() });
  const [told] = ofType(await eventsOf(training), 'evaluationEnded');
  const measured = (views: Views) => evaluate(training.model, training.validation.data, { views });
  const [mirrored, plain] = [await measured(mirrorViews()), await measured(oneView)];
  expect([told?.scores.loss, told?.reports]).toEqual([mirrored?.loss, mirrored?.reports]);
  expect(told?.scores.loss).not.toBeCloseTo(plain?.loss ?? NaN, 3);
});

test('the schedule sets the rate of every step; a summed loss divides it by the batch size', async () => {
  const rates = async (reduction: 'sum' | 'mean'): Promise<number[]> => {
    const used: number[] = [];
    const training = tinyTraining({ epochs: 1, lrAt: (step) => step / 100 });
    const { optimizer } = training;
    const step = optimizer.step.bind(optimizer);
    optimizer.step = () => {
      used.push(optimizer.paramGroups[0]?.lr ?? NaN);
      step();
    };
    await fit({ ...training, loss: classificationLoss({ reduction }) });
    return used;
  };
  expect(await rates('mean')).toEqual([0, 0.01, 0.02, 0.03, 0.04]);
  expect(await rates('sum')).toEqual([0, 0.01 / 5, 0.02 / 5, 0.03 / 5, 0.04 / 5]);
});

test('momentumAt sets the momentum of every step; an optimizer without one is refused', async () => {
  const used: number[] = [];
  const training = tinyTraining({ epochs: 1, momentumAt: (step) => 1 - (step + 1) / 16 });
  const { optimizer } = training;
  const step = optimizer.step.bind(optimizer);
  optimizer.step = () => {
    used.push(optimizer.paramGroups[0]?.momentum ?? NaN);
    step();
  };
  const events = await eventsOf(training);
  expect(used).toEqual([15 / 16, 14 / 16, 13 / 16, 12 / 16, 11 / 16]);
  expect(ofType(events, 'stepEnded').map(({ momentum }) => momentum)).toEqual(used);
  const adam = new Adam(training.model.parameters());
  await expect(fit({ ...training, optimizer: adam })).rejects.toThrow('expected optimizer to be');
});

test('the lr of an event is the undivided one of its step, that of an epoch where it ends', async () => {
  const events = await eventsOf(tinyTraining({ epochs: 1, lrAt: (step) => step / 100 }));
  expect(ofType(events, 'stepEnded').map(({ lr }) => lr)).toEqual([0, 0.01, 0.02, 0.03, 0.04]);
  expect(ofType(events, 'epochEnded')[0]?.lr).toBe(0.05);
});

test('a loop written by hand with trainStep gives the weights of fit', async () => {
  const fitted = tinyTraining({ epochs: 2, model: tinyModel().freeze('0') });
  const byHand = tinyTraining({ epochs: 2, model: tinyModel().freeze('0') });
  // Without dropout and its random state: evaluation mode for the hand-written and the fitted one.
  for (const training of [fitted, byHand]) withoutDropout(training.model);
  await fit(fitted);
  for (const epoch of [1, 2]) {
    for (const batch of byHand.data.batches(epoch, 0)) {
      setLearningRate(byHand.optimizer, 0.05 / 5);
      trainStep(batch, byHand);
      disposeBatch(batch);
    }
  }
  expect(weightsOf(byHand.model)).toEqual(weightsOf(fitted.model));
});

function withoutDropout(model: AnyModule): void {
  const dropout = model.child('3');
  dropout.forward = ((input: unknown) => input) as typeof dropout.forward;
}

test('the same seed trains the same weights, another seed others', async () => {
  const trained = async (seed: number): Promise<unknown> => {
    const training = tinyTraining({ epochs: 1, seed });
    await fit(training);
    return weightsOf(training.model);
  };
  const first = await trained(3);
  expect(await trained(3)).toEqual(first);
  expect(await trained(4)).not.toEqual(first); // dropout differs
});

test('labelSmoothing changes what is learned', async () => {
  const trained = async (labelSmoothing: number): Promise<unknown> => {
    const loss = classificationLoss({ reduction: 'sum', labelSmoothing });
    const training = tinyTraining({ epochs: 1, loss });
    await fit(training);
    return weightsOf(training.model);
  };
  expect(await trained(0.2)).not.toEqual(await trained(0));
});

test('a loss that is not finite stops before the weights change and names the step and its files', async () => {
  const training = tinyTraining({ epochs: 1 });
  const { compute } = training.loss;
  let calls = 0;
  let before: unknown;
  const loss = {
    ...training.loss,
    compute: (...given: Parameters<typeof compute>) => {
      before = weightsOf(training.model);
      calls += 1;
      const outcome = compute(...given);
      return calls === 3 ? { ...outcome, loss: outcome.loss.mul(NaN) } : outcome;
    },
  };
  const events: TrainEvent[] = [];
  const consumers = [(event: TrainEvent) => void events.push(event)];
  const files = String.raw`noise/\d+\.png(, noise/\d+\.png){4}`;
  await expect(fit({ ...training, loss, consumers })).rejects.toThrow(
    new RegExp(
      `^step 3: expected the loss to be finite, got NaN \\(lr 0.05, batch of 5: ${files}\\)\\. ` +
        'Stopped before the weights changed\\. Try a lower learning rate\\.$',
    ),
  );
  expect(calls).toBe(3);
  expect(weightsOf(training.model)).toEqual(before);
  expect(events.at(-2)).toMatchObject({ type: 'runStopping', reason: 'nonFinite' });
  expect(events.at(-2)).toMatchObject({ badStep: { step: 3, lr: 0.05 } });
  expect(events.at(-1)).toMatchObject({ reason: 'nonFinite', progress: { step: 2 } });
});

test('a learning rate far too high is caught as well', async () => {
  await expect(fit(tinyTraining({ lrAt: () => 1e30 }))).rejects.toMatchObject({ code: 'NUMERIC' });
});

test('asked to stop, it finishes the step in work and says where it stands', async () => {
  const training = tinyTraining();
  const controller = new AbortController();
  const result = await fit({
    ...training,
    signal: controller.signal,
    consumers: [
      (event) => void (event.type === 'stepEnded' && event.step === 7 && controller.abort()),
    ],
  });
  expect(result).toMatchObject({
    reason: 'interrupted',
    progress: { epoch: 2, stepInEpoch: 2, step: 7, totals: { count: 10 } },
  });
});

test('asked to stop during an evaluation, it stands at the end of the steps', async () => {
  const controller = new AbortController();
  const stopAtFirst = (event: TrainEvent): void => {
    if (event.type === 'evaluationStepEnded') controller.abort();
  };
  const options = { ...tinyTraining(), signal: controller.signal, consumers: [stopAtFirst] };
  const result = await fit(options);
  expect(result.progress).toMatchObject({ epoch: 1, stepInEpoch: 5, step: 5 });
});

test('gradientClip shortens the gradients of the update', async () => {
  const largestChange = async (gradientClip?: number): Promise<number> => {
    const model = tinyModel();
    const before = tinyModel();
    const optimizer = new SGD(model.parameters(), { lr: 0 });
    const clip = gradientClip === undefined ? {} : { gradientClip };
    await fit(tinyTraining({ model, optimizer, epochs: 1, ...clip }));
    const start = before.parameters();
    const changes = model.parameters().map((parameter, index) => {
      const from = start[index];
      return from === undefined ? NaN : parameter.detach().sub(from.detach()).abs().max().item();
    });
    return Math.max(...changes.map(Number));
  };
  // Five steps of rate 0.01 and gradients of norm c, with Nesterov's momentum of 0.9, go at most 0.1683 c far.
  const clipped = await largestChange(0.1);
  expect(clipped).toBeLessThan(0.01683);
  expect(clipped).toBeGreaterThan(1e-4);
  expect(await largestChange()).toBeGreaterThan(0.01683);
});

test('an epoch of many attributes tells of each head, in training and validation', async () => {
  const events = await eventsOf(tinyAttributeTraining({ best: ['pose.balancedAccuracy'] }));
  expect(events[0]).toMatchObject({ type: 'runStarted', best: ['pose.balancedAccuracy'] });
  const [epoch] = ofType(events, 'epochEnded');
  expect(Object.keys(epoch?.train.attributes ?? {})).toEqual(['gender', 'pose']);
  // Of 21 noise pictures every fourth lacks its pose, 5 in all; of 11 it is 2.
  expect(epoch?.train.attributes?.['pose']?.labelled).toBe(16);
  expect(epoch?.validation?.attributes?.['pose']).toMatchObject({
    labelled: 9,
    majorityBaseline: { label: 'Back', share: 3 / 9 },
  });
  const [evaluation] = ofType(events, 'evaluationEnded');
  expect(evaluation?.reports?.map(({ attribute }) => attribute)).toEqual(['gender', 'pose']);
});

test('a figure that does not exist ends the run before its first step', async () => {
  const events: TrainEvent[] = [];
  const consumers = [(event: TrainEvent) => void events.push(event)];
  const options = tinyAttributeTraining({ best: ['pos.accuracy'], consumers });
  await expect(fit(options)).rejects.toThrow('Did you mean "pose.accuracy"?');
  expect(events).toEqual([]);
});

test('lrFactors give every group of parameters a rate of its own', async () => {
  const trained = async (lrFactors: readonly number[]): Promise<unknown[]> => {
    const model = tinyHeads();
    const [gender, pose] = ['heads.gender', 'heads.pose'].map((path) =>
      model.child(path).parameters(),
    );
    const groups = [gender, pose].map((params = []) => ({ params }));
    await fit(tinyAttributeTraining({ model, optimizer: new SGD(groups, { lr: 0 }), lrFactors }));
    return [gender, pose].map((params) => params?.map((one) => one.toArray()));
  };
  const [first, second] = [await trained([1, 1]), await trained([0, 1])];
  expect(second[1]).toEqual(first[1]);
  expect(second[0]).toEqual(
    tinyHeads()
      .child('heads.gender')
      .parameters()
      .map((one) => one.toArray()),
  );
});

test('the end of an epoch says how many pictures each transform changed in it', async () => {
  const events: TrainEvent[] = [];
  await fit(tinyTraining({ epochs: 2, consumers: [(event) => void events.push(event)] }));
  const counts = ofType(events, 'epochEnded').map(({ transforms }) => transforms ?? {});
  expect(counts.map((one) => Object.keys(one))).toEqual(
    Array(2).fill(['randomCrop', 'horizontalFlip', 'normalize']),
  );
  expect(counts.map((one) => one['horizontalFlip']?.seen)).toEqual([21, 21]); // of this epoch alone
  expect(counts[0]?.['horizontalFlip']?.changed).toBeGreaterThan(0);
  expect(counts[0]?.['horizontalFlip']?.changed).toBeLessThan(21);
});
