import { expect, test } from 'vitest';
import { createEmitter, type TrainEventConsumer } from './emitter.ts';
import type { TrainEvent } from './events.ts';

const started: TrainEvent = {
  type: 'epochStarted',
  epoch: 1,
  epochs: 2,
  stepInEpoch: 0,
  stepsPerEpoch: 10,
  seconds: 0,
};

test('every consumer gets every event, in order', async () => {
  const seen: string[] = [];
  const emit = createEmitter([
    async (event) => {
      await Promise.resolve();
      seen.push(`first ${event.type}`);
    },
    (event) => void seen.push(`second ${event.type}`),
  ]);
  await emit(started);
  expect(seen).toEqual(['first epochStarted', 'second epochStarted']);
});

test('a consumer that throws becomes a warning for the others and the event still reaches them', async () => {
  const seen: TrainEvent[] = [];
  const saver: TrainEventConsumer = (event) => {
    if (event.type === 'epochStarted') throw new Error('disk is full');
  };
  const emit = createEmitter([saver, (event) => void seen.push(event)]);
  await emit(started);
  expect(seen).toEqual([
    { type: 'warning', message: 'saver failed on epochStarted: disk is full' },
    started,
  ]);
});

test('two consumers that always throw do not warn each other for ever', async () => {
  let calls = 0;
  const broken: TrainEventConsumer = () => {
    calls += 1;
    throw new Error('always');
  };
  await createEmitter([broken, broken])(started);
  expect(calls).toBe(6); // each: the event and two warnings
});

test('a consumer can add events of its own', async () => {
  const seen: string[] = [];
  const emit = createEmitter([
    (event, more) =>
      event.type === 'epochStarted' ? more({ type: 'warning', message: 'slow disk' }) : undefined,
    (event) => void seen.push(event.type),
  ]);
  await emit(started);
  expect(seen).toEqual(['warning', 'epochStarted']);
});
