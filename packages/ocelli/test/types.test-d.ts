// What must compile and what must not; checked by the type checker, never run.

import type { Tensor } from '@ocelli/torch';
import {
  AttributeDataset,
  type AttributePrediction,
  createModel,
  defineSchema,
  headSizes,
  openTable,
  type PersonLabels,
  type AttributesInput,
  loadTrainedModel,
  predictAttributes,
  type RunFolder,
} from '../src/index.ts';

const schema = defineSchema({
  gender: ['female', 'male'],
  carryingbag: ['None', 'Daily/Office/Work Bag'],
});

export function predictions(prediction: AttributePrediction<typeof schema>): void {
  const gender: 'female' | 'male' = prediction.gender.label;
  const share: number = prediction.carryingbag.probabilities['Daily/Office/Work Bag'];
  // @ts-expect-error a misspelt attribute
  void prediction.gendr;
  // @ts-expect-error a class of another attribute
  void (prediction.gender.label === 'None');
  // @ts-expect-error a class that does not exist
  void prediction.carryingbag.probabilities['Handbag'];
  void [gender, share];
}

export function dataSets(parts: ConstructorParameters<typeof AttributeDataset>[0]): void {
  const data = new AttributeDataset({ ...parts, schema });
  data.labelsOf('gender');
  void data.classCounts().carryingbag[0];
  // @ts-expect-error a misspelt attribute
  data.labelsOf('gendr');
  // @ts-expect-error a misspelt attribute
  void data.classCounts().footwear;
  const sizes: { readonly gender: number; readonly carryingbag: number } = headSizes(schema);
  // @ts-expect-error a misspelt attribute
  void sizes.gendr;
}

export function multiHeadModels(images: Tensor): void {
  const model = createModel('densenet121', { heads: headSizes(schema) });
  const logits = model.forward(images);
  const gender: Tensor = logits.gender;
  // @ts-expect-error a misspelt attribute
  void logits.gendr;
  const one: Tensor = createModel('densenet121', { numClasses: 10 }).forward(images);
  void [gender, one];
}

export async function tables(): Promise<void> {
  const { validation } = await openTable({
    path: 'labels.csv',
    schema,
    corrections: [{ when: { carryingbag: 'None' }, set: { gender: 'male' } }],
    // @ts-expect-error a class of another attribute
    oversampling: [{ when: { gender: { not: 'None' } }, times: 2 }],
  });
  validation.labelsOf('gender');
  // @ts-expect-error a misspelt attribute
  validation.labelsOf('gendr');
}

export function persons(labels: PersonLabels): void {
  const pose: 'Back' | 'Front-Frontish' | 'Side' = labels.bodypose;
  // @ts-expect-error a class that does not exist
  void (labels.footwear === 'Boots');
  void pose;
}

export async function answers(folder: RunFolder): Promise<void> {
  const trained = loadTrainedModel(folder, { schema });
  const prediction = await predictAttributes('photo.jpg', trained);
  const gender: 'female' | 'male' = prediction.gender.label;
  // @ts-expect-error a misspelt attribute
  void prediction.gendr;
  void gender;
}

export function experiments(): void {
  const attributes: AttributesInput<typeof schema> = { gender: { lossWeight: 0.3 } };
  // @ts-expect-error a misspelt attribute
  const misspelt: AttributesInput<typeof schema> = { gendr: { lossWeight: 0.3 } };
  // @ts-expect-error a misspelt option
  const option: AttributesInput<typeof schema> = { gender: { lossWieght: 0.3 } };
  void [attributes, misspelt, option];
}
