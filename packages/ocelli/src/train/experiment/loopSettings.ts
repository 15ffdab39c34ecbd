import { z } from 'zod';
import { betweenZeroAndOne, choice, define, flag, positiveInteger, text } from './setting.ts';

/** The rules by which a finder's curve suggests a learning rate, the usual one first. */
export const suggestionNames = ['valley', 'steepest', 'minimum'] as const;

/** Settings of the loop itself: what it finds out first, averages of the weights, memory, trials, what is kept. */
export const loopSettings = {
  autoBatch: define(flag, {
    help: 'halve batch-size until a training step fits into the memory that is free on the device',
    fallback: false,
  }),
  findLr: define(choice(suggestionNames), {
    help: 'find the learning rate before training starts, by this suggestion of `ocelli find-lr`, instead of lr',
    fallbackText: 'off',
  }),
  startFrom: define(text, {
    help: 'run, name of published weights, or safetensors file with the weights that the network begins with; what they lack, such as a head for other classes, begins anew',
    fallbackText: 'none: all begin anew',
  }),
  metrics: define(text, {
    help: 'module whose default export lists figures of your own, each { name, compute }, measured in every validation',
    fallbackText: 'none',
  }),
  emaDecay: define(betweenZeroAndOne, {
    help: 'share that a moving average of the weights keeps at each step, such as 0.999; the average is evaluated and saved',
    fallbackText: 'no average',
  }),
  emaWarmup: define(flag, {
    help: 'with ema-decay: keep less at first, (1 + n) / (10 + n) after n steps',
    fallback: false,
  }),
  lookaheadSteps: define(positiveInteger(), {
    help: 'steps after which slow weights follow the fast ones (Lookahead); the slow ones are evaluated and saved',
    fallbackText: 'no Lookahead',
  }),
  lookaheadAlpha: define(betweenZeroAndOne, {
    help: 'with lookahead-steps: how far the slow weights follow',
    fallbackText: '0.5',
  }),
  gradientAccumulation: define(positiveInteger(), {
    help: 'parts in which the pictures of a step go through the model one after another, for less memory',
    fallback: 1,
  }),
  precision: define(choice(['float32', 'bfloat16']), {
    help: 'number format of products and convolutions in training; bfloat16 needs a GPU',
    fallback: 'float32',
  }),
  cudaGraph: define(flag, {
    help: 'record the passes of a training step as a CUDA graph, so that small networks do not wait for the processor',
    fallback: false,
  }),
  budgetSamples: define(positiveInteger(), {
    help: 'training pictures, each counted as often as it is looked at, after which the run stops',
    fallbackText: 'without limit',
  }),
  fastDevRun: define(flag, {
    help: 'one epoch of two steps and one batch of validation, to see that everything works',
    fallback: false,
  }),
  overfitBatch: define(flag, {
    help: 'train and validate on one batch alone, without augmentation, to see that the model can learn it',
    fallback: false,
  }),
  keepCheckpoints: define(
    {
      schema: z.union([z.int().min(1).max(1e9), z.literal('all')]),
      rule: 'a positive integer or all',
    },
    { help: 'newest checkpoints that are kept, or all', fallback: 2 },
  ),
  keepBest: define(positiveInteger(), {
    help: 'checkpoints of the epochs with the best figure that are kept besides',
    fallbackText: 'none',
  }),
} as const;
