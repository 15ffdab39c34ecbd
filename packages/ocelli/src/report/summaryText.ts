import { suitedObjects } from '../models/receptiveField.ts';
import type { HeadSummary, ModelSummary } from '../models/summarize.ts';
import { grouped } from './numbers.ts';
import { type Column, textTable } from './table.ts';

/** A model's layers, heads and totals for a terminal. */
export function summaryText(summary: ModelSummary): string {
  const { layers, heads, input } = summary;
  const rows = layers.map(({ name, kind, outputShape, parameters, multAdds, ...field }) => [
    ...[name, kind, outputShape.join('×'), grouped(parameters), grouped(multAdds)],
    ...[pixels(field.size), pixels(field.stride)],
  ]);
  const totals = [
    ['parameters', grouped(summary.total)],
    ['  trainable', grouped(summary.trainable)],
    ['  not trainable', grouped(summary.nonTrainable)],
    [`mult-adds for ${input.join('×')}`, grouped(summary.multAdds)],
    ...objectRow(summary),
  ];
  const parts = [textTable(layerColumns, rows), headTable(heads), textTable(totalColumns, totals)];
  return parts.filter((part) => part !== '').join('\n');
}

/** A model without heads of its own is one: that of its last layer. */
function objectRow({ heads, layers, input }: ModelSummary): string[][] {
  const last = layers.at(-1);
  if (heads.length > 0 || last === undefined) return [];
  return [['objects it suits, px', range(suitedObjects(last, input))]];
}

function headTable(heads: readonly HeadSummary[]): string {
  if (heads.length === 0) return '';
  const rows = heads.map(({ outputName, classes, parameters, size, stride, objects }) => [
    ...[outputName, String(classes), grouped(parameters), pixels(size), pixels(stride)],
    range(objects),
  ]);
  return textTable(headColumns, rows);
}

function range([least, most]: readonly [number, number]): string {
  return `${least}–${most}`;
}

/** Height and width, or one number where they are the same. */
function pixels([height, width]: readonly [number, number]): string {
  return height === width ? `${height}` : `${height}×${width}`;
}

const left = (head: string): Column => ({ head, align: 'left' });
const right = (head: string): Column => ({ head, align: 'right' });
/** What a pixel of the output sees of the picture, and how far apart two of them are there. */
const field = [right('sees px'), right('step px')];
const layerColumns = [
  ...[left('layer'), left('kind'), right('output'), right('parameters'), right('mult-adds')],
  ...field,
];
const headNumbers = [right('classes'), right('parameters'), ...field, right('objects px')];
const headColumns = [left('head'), ...headNumbers];
const totalColumns = [left('in all'), right('')];
