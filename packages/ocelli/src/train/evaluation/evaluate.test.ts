import { crossEntropy, Module, noGrad, tensor, type Tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { noisePictures, tinyModel, tinyTraining } from '../../../test/tinyTraining.ts';
import { noiseAttributes, tinyAttributeTraining } from '../../../test/tinyAttributes.ts';
import { evaluate } from './evaluate.ts';
import { mirrorViews } from './views.ts';
import { evaluationBatches } from '../batches/pictureBatches.ts';

/** Says the same of every picture. */
class Constant extends Module<Tensor, Readonly<Record<string, Tensor>>> {
  forward(images: Tensor): Readonly<Record<string, Tensor>> {
    const rows = images.shape[0] ?? 0;
    return {
      gender: tensor([[Math.log(3), 0]]).repeat([rows, 1]),
      pose: tensor([[0, 1, 0]]).repeat([rows, 1]),
    };
  }
}

const constants = { mean: [128, 128, 128], std: [64, 64, 64] };
const batching = { batchSize: 3, device: 'cpu' };
// Gender: 4 female, 4 male. Pose: Back, Front, Side, unknown, twice.
const data = evaluationBatches(noiseAttributes(8), constants, batching);

test('each attribute has its figures over its own labels, beside its baseline', async () => {
  const { attributes, ...scores } = (await evaluate(new Constant(), data)) ?? {};
  const { gender, pose } = attributes ?? {};
  const ofGender = -(Math.log(3 / 4) + Math.log(1 / 4)) / 2;
  expect(gender).toEqual({
    loss: expect.closeTo(ofGender, 5),
    correct: 4,
    labelled: 8,
    accuracy: 0.5,
    balancedAccuracy: 0.5,
    majorityBaseline: { label: 'female', share: 0.5 },
  });
  expect(pose).toMatchObject({ correct: 2, labelled: 6, accuracy: 1 / 3 });
  const [lse, loss] = [Math.log(2 + Math.E), pose?.loss ?? NaN];
  expect(loss).toBeCloseTo(lse - 1 / 3, 5);
  expect(scores).toMatchObject({
    loss: expect.closeTo(ofGender + loss, 5),
    accuracy: (0.5 + 1 / 3) / 2,
    balancedAccuracy: (0.5 + 1 / 3) / 2,
    count: 8,
    // The 4th and the 8th are male and unknown; right all over are none but those front and female.
    correct: 0,
    allCorrect: 0,
  });
});

test('the total loss weighs attributes by their factors and does not depend on the batches', async () => {
  const attributes = { pose: { lossWeight: 0.5 } };
  const [a, b] = [
    await evaluate(new Constant(), data, { attributes }),
    await evaluate(new Constant(), evaluationBatches(noiseAttributes(8), constants, { ...batching, batchSize: 8 }), { attributes }), // prettier-ignore
  ];
  const { gender, pose } = a?.attributes ?? {};
  expect(a?.loss).toBeCloseTo((gender?.loss ?? NaN) + 0.5 * (pose?.loss ?? NaN), 6);
  expect(b?.loss).toBeCloseTo(a?.loss ?? NaN, 6);
});

test('the reports of the heads say what the scores say, and more', async () => {
  const evaluation = await evaluate(new Constant(), data);
  const [gender, pose] = evaluation?.reports ?? [];
  expect([gender?.attribute, pose?.attribute]).toEqual(['gender', 'pose']);
  expect(gender?.confusion).toEqual([[4, 0], [4, 0]]); // prettier-ignore
  expect(pose).toMatchObject({ count: 8, labelled: 6, accuracy: 1 / 3 });
});

test('a head trained with sigmoids answers with them', async () => {
  const attributes = { gender: { loss: 'binary' as const } };
  const { attributes: scores } = (await evaluate(new Constant(), data, { attributes })) ?? {};
  const [female, male] = [0.75 / 1.25, 0.5 / 1.25];
  const expected = -(Math.log(female) + Math.log(male)) / 2;
  expect(scores?.['gender']?.loss).toBeCloseTo(expected, 5);
});

test('a model of one label has one report without a name', async () => {
  const { validation } = tinyTraining();
  const evaluation = await evaluate(tinyModel(), validation.data);
  expect(evaluation?.reports).toHaveLength(1);
  // Of 11 pictures, labels 0, 1, 2 in turns.
  expect(evaluation?.majorityBaseline).toEqual({ label: 'bright', share: 4 / 11 });
  expect(evaluation?.reports[0]).not.toHaveProperty('attribute');
  expect(evaluation?.reports[0]?.loss).toBeCloseTo(evaluation?.loss ?? NaN, 5);
  expect(evaluation).not.toHaveProperty('attributes');
  expect(noisePictures(1).labelNames).toEqual({ classes: ['bright', 'dark', 'mixed'] });
});

test('an evaluation that is ended early has no figures', async () => {
  const { model, validation } = tinyAttributeTraining();
  const signal = AbortSignal.abort();
  expect(await evaluate(model, validation.data, { signal })).toBeUndefined();
});

test('a model that has diverged has a loss that is not finite, and no report', async () => {
  const { model, validation } = tinyTraining();
  noGrad(() => model.parameters()[0]?.fill_(NaN));
  const evaluation = await evaluate(model, validation.data);
  expect([evaluation?.loss, evaluation?.reports]).toEqual([NaN, []]);
});

test('an answer is the mean over the views asked for', async () => {
  const { model, validation } = tinyTraining();
  const { data } = validation;
  const [one, both] = [
    await evaluate(model, data),
    await evaluate(model, data, { views: mirrorViews() }),
  ];
  const logitsOf = (images: Tensor): Tensor => model.eval().forward(images) as Tensor; // of one label
  let loss = 0;
  for (const { images, labels } of data.batches()) {
    const mean = logitsOf(images)
      .add(logitsOf(images.flip([3])))
      .div(2);
    loss += Number(crossEntropy(mean, labels, { reduction: 'sum' }).item());
  }
  expect(both?.loss).toBeCloseTo(loss / data.sampleCount, 5);
  expect(both?.reports[0]?.loss).toBeCloseTo(loss / data.sampleCount, 5);
  expect(Math.abs((both?.loss ?? 0) - (one?.loss ?? 0))).toBeGreaterThan(1e-3);
});
