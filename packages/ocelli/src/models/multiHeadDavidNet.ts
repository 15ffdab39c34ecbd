import { globalMaxPool, Linear, Module, ModuleDict, optionError, type Tensor } from '@ocelli/torch';
import { ConvBatchNorm, type ConvBatchNormOptions } from './convBatchNorm.ts';
import { PooledBlock } from './pooledBlock.ts';

/** How many classes each attribute has, in the order of the schema. */
export type ClassCounts = Readonly<Record<string, number>>;

export interface MultiHeadDavidNetOptions<Heads extends ClassCounts> extends ConvBatchNormOptions {
  /** Classes of every attribute, by its name. */
  heads: Heads;
  /** Channels of the first convolution; the blocks have 2, 4 and 8 times as many. @default 64 */
  width?: number;
  /** Factor on the logits of every head. @default 0.125 */
  logitScale?: number;
}

/** Logits of each attribute, `(N, classes of it)`. */
export type HeadLogits<Heads extends ClassCounts> = { readonly [Name in keyof Heads]: Tensor };

/**
 * DavidNet for many attributes of one larger picture: a stem of two pooled convolutions, the three
 * blocks, one linear head an attribute. With eight heads of 27 classes together: 6,623,424 numbers, of
 * which 6,618,816 are learned.
 *
 * The published form drops 5 % of every convolution's output in training; dropout defaults to that.
 *
 * float32 `(N, 3, H, W)`, published for 224×224 (→ 112 → 56 → 28 → 14 → 7 → 1) → one tensor a head.
 */
export class MultiHeadDavidNet<Heads extends ClassCounts> extends Module<
  Tensor,
  HeadLogits<Heads>
> {
  readonly stem1: ConvBatchNorm;
  readonly stem2: ConvBatchNorm;
  readonly block1: PooledBlock;
  readonly block2: PooledBlock;
  readonly block3: PooledBlock;
  readonly heads: ModuleDict<Linear>;
  readonly logitScale: number;

  constructor(options: MultiHeadDavidNetOptions<Heads>) {
    super();
    const { heads, width = 64, logitScale = 0.125, dropout = 0.05, ...rest } = options;
    const conv = { ...rest, dropout };
    const block = (scale: number, residual: boolean): PooledBlock =>
      new PooledBlock((width * scale) / 2, width * scale, { ...conv, residual });
    this.stem1 = this.registerModule('stem1', new ConvBatchNorm(3, width, conv));
    this.stem2 = this.registerModule('stem2', new ConvBatchNorm(width, width, conv));
    this.block1 = this.registerModule('block1', block(2, true));
    this.block2 = this.registerModule('block2', block(4, false));
    this.block3 = this.registerModule('block3', block(8, true));
    this.heads = this.registerModule('heads', linearHeads(heads, width * 8));
    this.logitScale = logitScale;
  }

  forward(images: Tensor): HeadLogits<Heads> {
    const half = this.stem1.forward(images, { pool: true });
    const stem = this.stem2.forward(half, { pool: true });
    const features = this.block3.forward(this.block2.forward(this.block1.forward(stem)));
    const pooled = globalMaxPool(features);
    const logits = [...this.heads].map(([name, head]): [string, Tensor] => [
      name,
      head.forward(pooled).mul(this.logitScale),
    ]);
    return Object.fromEntries(logits) as HeadLogits<Heads>; // one entry a head, made from `heads`
  }
}

function linearHeads(heads: ClassCounts, features: number): ModuleDict<Linear> {
  const entries = Object.entries(heads);
  if (entries.length === 0) throw optionError('MultiHeadDavidNet', 'heads', 'not empty', heads);
  const linear = (classes: number): Linear => new Linear(features, classes, { bias: false });
  return new ModuleDict(new Map(entries.map(([name, classes]) => [name, linear(classes)])));
}
