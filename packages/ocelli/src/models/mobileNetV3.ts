import {
  Dropout,
  GlobalAvgPool,
  Linear,
  Module,
  operator,
  Sequential,
  type Tensor,
} from '@ocelli/torch';
import { ConvNormAct } from './convNormAct.ts';
import { heNormal } from './heNormal.ts';
import { inEights, InvertedResidual } from './invertedResidual.ts';
import { type Stage, Trunk } from './trunk.ts';

type Row = readonly [
  ...sizes: [kernelSize: number, expanded: number, outChannels: number],
  squeeze: boolean,
  hard: boolean,
  stride: number,
];

/** Tables 1 and 2 of the paper. */
const tables: Readonly<Record<'large' | 'small', readonly Row[]>> = {
  large: [
    [3, 16, 16, false, false, 1],
    [3, 64, 24, false, false, 2],
    [3, 72, 24, false, false, 1],
    [5, 72, 40, true, false, 2],
    [5, 120, 40, true, false, 1],
    [5, 120, 40, true, false, 1],
    [3, 240, 80, false, true, 2],
    [3, 200, 80, false, true, 1],
    [3, 184, 80, false, true, 1],
    [3, 184, 80, false, true, 1],
    [3, 480, 112, true, true, 1],
    [3, 672, 112, true, true, 1],
    [5, 672, 160, true, true, 2],
    [5, 960, 160, true, true, 1],
    [5, 960, 160, true, true, 1],
  ],
  small: [
    [3, 16, 16, true, false, 2],
    [3, 72, 24, false, false, 2],
    [3, 88, 24, false, false, 1],
    [5, 96, 40, true, true, 2],
    [5, 240, 40, true, true, 1],
    [5, 240, 40, true, true, 1],
    [5, 120, 48, true, true, 1],
    [5, 144, 48, true, true, 1],
    [5, 288, 96, true, true, 2],
    [5, 576, 96, true, true, 1],
    [5, 576, 96, true, true, 1],
  ],
};

const norm = { eps: 1e-3, momentum: 0.01 };

/**
 * The trunk of MobileNetV3. Keys of the state dict are torchvision's; convolutions begin as in He et al.
 * 2015 by fan-out. `(N, 3, H, W)` → `(N, 960 or 576, H/32, W/32)`.
 *
 * @see Howard et al. 2019, https://arxiv.org/abs/1905.02244
 */
export function mobileNetV3(size: 'large' | 'small'): Trunk {
  const stem = new ConvNormAct(3, 16, { stride: 2, activation: 'hardswish', ...norm });
  const stages: Stage[] = [{ name: 'features.0', module: stem, outChannels: 16 }];
  let from = 16;
  for (const [kernelSize, expanded, outChannels, squeeze, hard, stride] of tables[size]) {
    const module = new InvertedResidual(from, outChannels, {
      ...{ kernelSize, stride, expanded, gate: 'hardsigmoid', dropPath: 0, ...norm },
      squeezed: squeeze ? inEights(Math.floor(expanded / 4)) : 0,
      activation: hard ? 'hardswish' : 'relu',
    });
    stages.push({ name: `features.${stages.length}`, module, outChannels });
    from = outChannels;
  }
  const wide = from * 6;
  const last = new ConvNormAct(from, wide, { kernelSize: 1, activation: 'hardswish', ...norm });
  stages.push({ name: `features.${stages.length}`, module: last, outChannels: wide });
  return heNormal(new Trunk(stages), 'fanOut');
}

/** Mean, a dense layer of 1280 (large) or 1024 (small) features, dropout, the last layer. */
export function mobileNetV3Head(channels: number, numClasses: number): Record<string, Module> {
  const hidden = channels === 960 ? 1280 : 1024;
  return {
    avgpool: new GlobalAvgPool(),
    classifier: new Sequential(
      ...[new Linear(channels, hidden), new Hardswish(), new Dropout({ p: 0.2 })],
      new Linear(hidden, numClasses),
    ),
  };
}

const hardswish = operator('aten::hardswish');

class Hardswish extends Module {
  forward(input: Tensor): Tensor {
    return hardswish(input) as Tensor;
  }
}
