import { tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { predictAll } from '../../report/evaluation/predictAll.ts';
import { noiseAttributes, tinyAttributeTraining } from '../../../test/tinyAttributes.ts';
import { answersOf } from './answers.ts';
import { evaluate } from './evaluate.ts';
import { oneView } from './views.ts';
import { evaluationBatches } from '../batches/pictureBatches.ts';

test('a head of yes-or-no questions answers with its certainties beside one another', () => {
  const logits = { gender: tensor([[0, Math.log(3)]]), pose: tensor([[0, Math.log(3)]]) };
  const answers = answersOf(logits, { gender: { loss: 'binary' } }) as typeof logits;
  const shares = (name: keyof typeof logits) => answers[name].softmax(1).toArray();
  expect(shares('gender')).toEqual([[expect.closeTo(0.4, 6), expect.closeTo(0.6, 6)]]); // 1/2 and 3/4
  expect(shares('pose')).toEqual([[expect.closeTo(0.25, 6), expect.closeTo(0.75, 6)]]);
});

test('what a run stores about its pictures is what an evaluation measures', async () => {
  const { model } = tinyAttributeTraining();
  const constants = { mean: [128, 128, 128], std: [64, 64, 64] };
  const data = evaluationBatches(noiseAttributes(8), constants, { batchSize: 3, device: 'cpu' });
  const attributes = { gender: { loss: 'binary' } } as const;
  const stored = await predictAll(model.eval(), data, {
    attributes,
    views: oneView,
    onBatch: () => {},
  });
  const measured = await evaluate(model, data, { attributes: { gender: { loss: 'binary' } } });
  const [gender] = stored;
  const [report] = measured?.reports ?? [];
  const losses = Array.from(gender?.labels ?? [], (label, row) =>
    label < 0 ? [] : [-Math.log(gender?.probabilities[row * 2 + label] ?? NaN)],
  ).flat();
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  expect(report?.loss).toBeCloseTo(mean, 5);
});
