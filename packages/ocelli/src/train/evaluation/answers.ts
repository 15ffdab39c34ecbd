import { Tensor } from '@ocelli/torch';
import type { Outputs } from '../loss/headBatches.ts';
import { answerLogits, type HeadLossName } from '../loss/headLoss.ts';

/** What each attribute was trained with. */
export type TrainedLosses = Readonly<
  Record<string, { readonly loss?: HeadLossName | undefined } | undefined>
>;

/** Outputs whose softmax gives the probabilities of the classes, whatever each head was trained with. */
export function answersOf(outputs: Outputs, attributes: TrainedLosses): Outputs {
  if (outputs instanceof Tensor) return outputs;
  const heads = Object.entries(outputs).map(([name, logits]): [string, Tensor] => [
    name,
    answerLogits(logits, attributes[name]?.loss),
  ]);
  return Object.fromEntries(heads);
}
