import { aten, fromTypedArray, rand, scope, ShapeError, type Tensor, zeros } from '@ocelli/torch';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/** Images of a batch and what is done to them. */
export interface RowsOfBatch {
  /** The whole batch, which is changed in place. */
  readonly images: Tensor;
  readonly rows: readonly number[];
}

/**
 * Applies a transform to some images of a batch, in place, their labels included.
 *
 * @throws {ShapeError} if the transform changes size or type, which it must not do to some images alone.
 */
export function applyToRows(
  { images, rows }: RowsOfBatch,
  transform: Transform,
  context: TransformContext,
): void {
  if (rows.length === 0) return;
  scope(() => {
    const { device } = images;
    const count = images.shape[0] ?? 0;
    const at = fromTypedArray(BigInt64Array.from(rows, BigInt), [rows.length], { device });
    const given = images.indexSelect(0, at);
    const targets = context.targets?.subset(at);
    const indices = context.indices && rows.map((row) => context.indices?.[row] ?? row);
    const heard: [name: string, changed: Tensor][] = [];
    const made = transform.apply(given, {
      ...context,
      ...(targets && { targets }),
      ...(indices && { indices }),
      onChanged: (name, changed) => {
        const all = zeros([count], { dtype: 'bool', device });
        heard.push([name, aten.index_copy_(all, 0, at, changed).keep()]);
      },
    });
    checkSame(transform.name, given, made);
    aten.index_copy_(images, 0, at, made);
    if (targets) context.targets?.put(at, targets);
    // Told last, since a declared effect on the labels of the whole batch follows from it.
    for (const [name, changed] of heard) {
      context.onChanged?.(name, changed);
      changed.dispose();
    }
  });
}

function checkSame(name: string, given: Tensor, made: Tensor): void {
  if (given.dtype === made.dtype && String(given.shape) === String(made.shape)) return;
  throw new ShapeError(
    `${name}: expected images of the size and type given, ${given.dtype} (${given.shape.join(', ')}), ` +
      `got ${made.dtype} (${made.shape.join(', ')}). It cannot be applied to some images of a batch alone.`,
  );
}

/** A copy of images that can be changed, `channels_last`. */
export function changeableCopy(images: Tensor): Tensor {
  return images.clone({ memoryFormat: 'channelsLast' });
}

/** What a record shows of a transform inside another one. */
export function shown({ name, settings }: Transform): object {
  return { name, ...settings };
}

/** The images of a batch by a number drawn for each, uniform in [0, upTo) and rounded down. */
export function drawGroups(
  count: number,
  upTo: number,
  { generator }: TransformContext,
): Map<number, number[]> {
  const { device } = generator;
  const drawn = rand([count], { device, generator }).mul_(upTo).floor();
  const numbers = Array.from(drawn.toTypedArray() as Float32Array);
  const groups = new Map<number, number[]>();
  for (const [row, number] of numbers.entries()) {
    const group = groups.get(number);
    if (group === undefined) groups.set(number, [row]);
    else group.push(row);
  }
  return groups;
}
