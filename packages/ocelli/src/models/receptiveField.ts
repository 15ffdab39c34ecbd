import { BatchNorm2d, Conv2d, AvgPool2d, MaxPool2d, Tensor, type Window } from '@ocelli/torch';
import type { Call, PictureShape } from './trace.ts';

/** How much of the picture one pixel of a feature map sees, and how far apart its pixels are there. */
export interface ReceptiveField {
  /** In pixels of the picture. */
  readonly size: readonly [height: number, width: number];
  /** In pixels of the picture. */
  readonly stride: readonly [height: number, width: number];
}

const onePixel: ReceptiveField = { size: [1, 1], stride: [1, 1] };

/**
 * The receptive field after every call, inside a recorded call of a model.
 *
 * A convolution or pool of kernel k and dilation d widens it by `(k − 1) · d · stride` and multiplies the
 * stride by its own. Where ways meet again, the widest counts. Layers that look at the whole feature map
 * (global pools, dense layers) pass on what the map's pixels see.
 *
 * @see Araujo et al. 2019, https://distill.pub/2019/computing-receptive-fields/
 */
export function receptiveFields(model: Call): ReadonlyMap<Call, ReceptiveField> {
  const fields = new Map<Call, ReceptiveField>();
  const known = new Map<unknown, ReceptiveField>([[model.input, onePixel]]);
  visit(model, onePixel, { fields, known });
  return fields;
}

/**
 * Sides of objects that one place of a map can tell apart and see whole: from the distance of two places
 * to the field's own side, which is no more than the picture's.
 *
 * @param picture channels, height and width.
 */
export function suitedObjects(
  { size, stride }: ReceptiveField,
  [, height, width]: PictureShape,
): readonly [least: number, most: number] {
  const most = Math.min(size[0], size[1], height, width);
  return [Math.min(Math.max(...stride), most), most];
}

interface Visit {
  readonly fields: Map<Call, ReceptiveField>;
  /** By tensor: what its pixels see. */
  readonly known: Map<unknown, ReceptiveField>;
}

/** @param entering what the pixels of the call's input see. */
function visit(call: Call, entering: ReceptiveField, state: Visit): ReceptiveField {
  let widest = entering;
  for (const [index, inner] of call.inner.entries()) {
    // A tensor that no layer gave was made inside this call, of what its layers gave.
    const into = fieldOf(inner.input, state) ?? betweenLayers(call.inner[index - 1], inner, widest);
    widest = wider(widest, visit(inner, into, state));
  }
  const own = call.inner.length === 0 ? through(windowOf(call), entering) : widest;
  const field = state.known.get(call.output) ?? own;
  if (call.output !== call.input) state.known.set(call.output, field);
  state.fields.set(call, field);
  return field;
}

/** Of a tensor, or the widest of a list of them; nothing if no layer gave it. */
function fieldOf(input: unknown, { known }: Visit): ReceptiveField | undefined {
  if (!Array.isArray(input)) return known.get(input);
  return input
    .flatMap((tensor) => known.get(tensor) ?? [])
    .reduce<ReceptiveField | undefined>((most, one) => (most ? wider(most, one) : one), undefined);
}

/** What enters a layer that was given no layer's output: a batch norm may have had it pooled 2×2 first. */
function betweenLayers(
  before: Call | undefined,
  { module, input }: Call,
  field: ReceptiveField,
): ReceptiveField {
  const isPooled = module instanceof BatchNorm2d && halves(before?.output, input);
  return isPooled ? through(square(2), field) : field;
}

/** After one layer with that window. */
function through(window: Window, { size, stride }: ReceptiveField): ReceptiveField {
  const { kernelSize, stride: step, dilation } = window;
  const grown = (axis: 0 | 1): number =>
    size[axis] + (kernelSize[axis] - 1) * dilation[axis] * stride[axis];
  return { size: [grown(0), grown(1)], stride: [stride[0] * step[0], stride[1] * step[1]] };
}

function windowOf({ module, input, output }: Call): Window {
  const isPool = module instanceof MaxPool2d || module instanceof AvgPool2d;
  if (isPool || module instanceof Conv2d) return module.window;
  const pools = module instanceof BatchNorm2d && halves(input, output);
  return square(pools ? 2 : 1); // batch norm can pool 2×2 in the same pass
}

/** Whether one map has half the height and width of another. */
function halves(large: unknown, small: unknown): boolean {
  if (!(large instanceof Tensor && small instanceof Tensor)) return false;
  const half = large.shape.slice(-2).map((side) => Math.floor(side / 2));
  return String(half) === String(small.shape.slice(-2));
}

function square(side: number): Window {
  return { kernelSize: [side, side], stride: [side, side], dilation: [1, 1] };
}

function wider(a: ReceptiveField, b: ReceptiveField): ReceptiveField {
  const most = (key: keyof ReceptiveField): [number, number] => [
    Math.max(a[key][0], b[key][0]),
    Math.max(a[key][1], b[key][1]),
  ];
  return { size: most('size'), stride: most('stride') };
}
