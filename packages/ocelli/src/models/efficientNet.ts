import { Dropout, GlobalAvgPool, Linear, type Module, Sequential } from '@ocelli/torch';
import { ConvNormAct } from './convNormAct.ts';
import { heNormal } from './heNormal.ts';
import { inEights, InvertedResidual } from './invertedResidual.ts';
import { type Stage, Trunk } from './trunk.ts';

type Row = readonly [
  ...shape: [expansion: number, kernelSize: number, stride: number],
  outChannels: number,
  layers: number,
];

/** Table 1 of the paper: B0. */
const rows: readonly Row[] = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
];

/** How much wider and deeper than B0. */
const scales = { b0: [1, 1], b1: [1, 1.1], b2: [1.1, 1.2], b3: [1.2, 1.4] } as const;

/** The sizes of EfficientNet that can be built. */
export type EfficientNetSize = keyof typeof scales;

/** Share of pictures for which training leaves out the last block; earlier ones less. */
const dropPath = 0.2;

/**
 * The trunk of an EfficientNet. Keys of the state dict are torchvision's; convolutions begin as in He et
 * al. 2015 by fan-out. `(N, 3, H, W)` → `(N, 1280, 1408 or 1536, H/32, W/32)`.
 *
 * @see Tan & Le 2019, https://arxiv.org/abs/1905.11946
 */
export function efficientNet(size: EfficientNetSize): Trunk {
  const [width, depth] = scales[size];
  const scaled = rows.map(([expansion, kernelSize, stride, channels, layers]) => ({
    ...{ expansion, kernelSize, stride },
    outChannels: inEights(channels * width),
    layers: Math.ceil(layers * depth),
  }));
  const total = scaled.reduce((sum, { layers }) => sum + layers, 0);
  let from = inEights(32 * width);
  const stem = new ConvNormAct(3, from, { stride: 2, activation: 'silu' });
  const stages: Stage[] = [{ name: 'features.0', module: stem, outChannels: from }];
  let before = 0; // blocks so far
  for (const { expansion, kernelSize, stride, outChannels, layers } of scaled) {
    const blocks: Module[] = [];
    for (let layer = 0; layer < layers; layer++) {
      const shape = {
        kernelSize,
        stride: layer === 0 ? stride : 1,
        expanded: inEights(from * expansion),
      };
      const squeezed = Math.max(1, Math.floor(from / 4));
      const rest = {
        activation: 'silu',
        gate: 'sigmoid',
        dropPath: (dropPath * before) / total,
      } as const;
      blocks.push(new InvertedResidual(from, outChannels, { ...shape, squeezed, ...rest }));
      from = outChannels;
      before++;
    }
    stages.push({
      name: `features.${stages.length}`,
      module: new Sequential(...blocks),
      outChannels,
    });
  }
  const last = new ConvNormAct(from, 4 * from, { kernelSize: 1, activation: 'silu' });
  stages.push({ name: `features.${stages.length}`, module: last, outChannels: 4 * from });
  return heNormal(new Trunk(stages), 'fanOut');
}

/** Mean, dropout (0.2 up to B1, 0.3 above), a linear layer. */
export function efficientNetHead(channels: number, numClasses: number): Record<string, Module> {
  const dropout = new Dropout({ p: channels > 1280 ? 0.3 : 0.2 });
  return {
    avgpool: new GlobalAvgPool(),
    classifier: new Sequential(dropout, new Linear(channels, numClasses)),
  };
}
