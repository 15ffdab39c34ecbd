import { Module, OptionError, didYouMean, type Tensor } from '@ocelli/torch';
import { registerAt } from './registerAt.ts';

/** A part of a trunk at whose end it may be cut. */
export interface Stage {
  /** Its checkpoint key; a dot makes a folder, as in `features.norm5`. */
  readonly name: string;
  readonly module: Module;
  /** Channels of the feature map it gives. */
  readonly outChannels: number;
}

/**
 * The part of a network that turns pictures into a feature map: named stages, one after the other.
 * What answers (one classifier, or a head an attribute) is put on top of it.
 *
 * float32 `(N, 3, H, W)` → `(N, outChannels, H', W')`.
 *
 * @example
 * const stem = new Sequential(new Conv2d(3, 32, 3, { padding: 1 }), new ReLU());
 * const rest = new Sequential(new MaxPool2d(2), new Conv2d(32, 64, 3), new ReLU());
 * const trunk = new Trunk([
 *   { name: 'stem', module: stem, outChannels: 32 },
 *   { name: 'rest', module: rest, outChannels: 64 },
 * ]);
 */
export class Trunk extends Module {
  readonly stages: readonly Stage[];
  /** Channels of the feature map of the last stage. */
  readonly outChannels: number;

  /** @throws {OptionError} if there is no stage, or two have the same name. */
  constructor(stages: readonly Stage[]) {
    super();
    const last = stages.at(-1);
    if (last === undefined)
      throw new OptionError('Trunk: expected stages to be not empty, got [].');
    this.stages = stages;
    this.outChannels = last.outChannels;
    for (const { name, module } of stages) registerAt(this, name, module);
  }

  /**
   * The trunk up to the end of a stage, as `resnet(50).cutAfter('layer3')`. The modules are shared
   * with this one.
   *
   * @throws {OptionError} if there is no such stage, with the nearest name.
   */
  cutAfter(name: string): Trunk {
    const index = this.stages.findIndex((stage) => stage.name === name);
    if (index >= 0) return new Trunk(this.stages.slice(0, index + 1));
    const names = this.stages.map((stage) => stage.name);
    const rule = `cutAfter: expected name to be one of ${names.join(', ')}, got "${name}".`;
    throw new OptionError(`${rule} ${didYouMean(name, names)}`.trim());
  }

  forward(images: Tensor): Tensor {
    return this.stages.reduce((features, { module }) => module.forward(features), images);
  }
}
