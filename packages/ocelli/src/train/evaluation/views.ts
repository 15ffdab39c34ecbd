import { optionError, tensor, Tensor } from '@ocelli/torch';
import { createTransforms } from '../../augment/createTransform.ts';
import { checkNames } from '../../augment/labelEffect.ts';
import { mirrorEffect } from '../../augment/mirrorEffect.ts';
import type { LabelEffect } from '../../augment/transform.ts';
import type { AttributeSchema } from '../../data/attributeSchema.ts';
import type { LabelNames } from '../../data/labelNames.ts';
import { onlyAttribute, schemaOf } from '../batches/transformedBatch.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Outputs, PictureModel } from '../loss/headBatches.ts';

/**
 * What a model in evaluation says of normalized pictures, float32 `(N, 3, H, W)`: of themselves, or as a
 * mean over several views of each (test-time augmentation).
 */
export type Views = (model: PictureModel, images: Tensor) => Outputs;

/** The pictures as they are: one pass. */
export const oneView: Views = (model, images) => model.forward(images);

/**
 * The mean over a picture and its mirror image, left to right: two passes, so twice the time.
 *
 * Logits are averaged, not probabilities. The papers average probabilities (Simonyan & Zisserman 2015,
 * 3.2), the speed records on CIFAR-10 logits (Page 2018; see also `viewLogits`). With logits it is the same
 * whether a temperature divides the views or their mean, so one is fitted and applied as for a single view;
 * and the view that is surer counts for more.
 *
 * @param schema the attributes with their classes; `{ class: [...] }` where a picture has one label.
 * @param effect what a mirror does to labels. Logits of classes that it swaps are swapped back before the
 *   mean; of attributes that it hides the mirror image says nothing, and the picture alone counts.
 * @throws {OptionError} if an attribute or class of the effect does not exist, with the nearest.
 */
export function mirrorViews(schema: AttributeSchema = {}, effect: LabelEffect = {}): Views {
  checkNames('mirrorViews', effect, schema);
  const { hides = [], swaps = {} } = effect;
  const orders = Object.entries(swaps).map(([name, pair]): [string, number[]] => [
    name,
    exchanged(schema[name] ?? [], pair),
  ]);
  const orderOf = new Map(orders);
  const mean = (name: string, own: Tensor, mirrored: Tensor): Tensor => {
    if (hides.includes(name)) return own;
    return own.add(inOrder(mirrored, orderOf.get(name))).mul(0.5);
  };
  return (model, images) => {
    const own = model.forward(images);
    // The layout in which convolutions are fast.
    const mirrored = model.forward(images.flip([3]).contiguous({ memoryFormat: 'channelsLast' }));
    if (own instanceof Tensor) return mean(onlyAttribute, own, logitsIn(mirrored));
    const heads = Object.entries(own).map(([name, logits]): [string, Tensor] => [
      name,
      mean(name, logits, logitsIn(mirrored, name)),
    ]);
    return Object.fromEntries(heads);
  };
}

/** Positions of all classes, those of two of them exchanged. */
function exchanged(classes: readonly string[], [one, other]: readonly [string, string]): number[] {
  const partner = new Map([
    [one, other],
    [other, one],
  ]);
  return classes.map((label) => classes.indexOf(partner.get(label) ?? label));
}

function inOrder(logits: Tensor, order: readonly number[] | undefined): Tensor {
  if (order === undefined) return logits;
  return logits.indexSelect(1, tensor(order, { dtype: 'int64', device: logits.device }));
}

function logitsIn(outputs: Outputs, name = onlyAttribute): Tensor {
  const logits = outputs instanceof Tensor ? outputs : outputs[name];
  if (logits === undefined) throw new Error(`internal: a mirror image without a head ${name}`);
  return logits;
}

/**
 * The views by which an experiment is validated, evaluated and predicted. What a mirror does to labels is
 * read from the flips of its augmentation, in whichever stage.
 *
 * @param where what the experiment was read from, for messages.
 * @throws {OptionError} if pictures are to be mirrored and an attribute speaks of left or right without a
 *   flip that declares what becomes of it, or flips hide every label.
 */
export function viewsOf(
  { views, augmentation, stages }: Pick<Experiment, 'views' | 'augmentation' | 'stages'>,
  names: LabelNames,
  where = 'experiment',
): Views {
  if (views === 'one') return oneView;
  const schema = schemaOf(names);
  const policies = [augmentation, ...(stages ?? []).map((stage) => stage.augmentation)];
  const transforms = policies.flatMap((policy) => createTransforms(policy ?? [], where));
  const { declared, undeclared } = mirrorEffect(transforms, schema);
  if (undeclared.length > 0) {
    const rule = `one, for a mirror may change what is true of ${undeclared.join(', ')}`;
    const hint = 'A flip in augmentation can declare it with swaps or hides.';
    throw optionError(where, 'views', rule, views, hint);
  }
  if (Object.keys(schema).every((name) => declared.hides?.includes(name))) {
    throw optionError(where, 'views', 'one, for a mirror hides every label', views);
  }
  return mirrorViews(schema, declared);
}
