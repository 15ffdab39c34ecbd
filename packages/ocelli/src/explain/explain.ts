import { didYouMean, type Module, optionError, scope, type Tensor } from '@ocelli/torch';
import {
  type ClassActivation,
  eigenCam,
  gradCam,
  gradCamPlusPlus,
  hiResCam,
  layerCam,
} from './classActivation.ts';
import { classMaps } from './classMaps.ts';
import { scaled, spreadOver } from './heatMap.ts';
import { integratedGradients } from './integratedGradients.ts';
import { observe } from './observation.ts';
import { occlusion } from './occlusion.ts';
import { scoreCam } from './scoreCam.ts';
import { smoothGrad } from './smoothGrad.ts';
import { type Subject, withFixedClasses } from './subject.ts';
import type { ModelOutput, Target } from './target.ts';

const ofActivations: Readonly<Record<string, ClassActivation>> = {
  'grad-cam': gradCam,
  'grad-cam++': gradCamPlusPlus,
  'hires-cam': hiResCam,
  'layer-cam': layerCam,
  'eigen-cam': eigenCam,
};

/** Methods that look at pixels, or at what the model itself says of them: none has a layer to choose. */
const ofPixels: Readonly<Record<string, (subject: Subject) => Tensor>> = {
  'integrated-gradients': (subject) => integratedGradients(subject).abs(),
  'smooth-grad': (subject) => smoothGrad(subject),
  occlusion: (subject) => occlusion(subject).relu(),
  'class-map': ({ images, ...subject }) => spreadOver(images, classMaps({ images, ...subject })),
};

/** Every method of {@link explain}, by name. */
export const explanationMethods: readonly string[] = [
  ...Object.keys(ofActivations),
  'score-cam',
  ...Object.keys(ofPixels),
];

/** Which head, class and layer is explained, and how. */
export interface ExplainOptions {
  /** One of {@link explanationMethods}. @default 'grad-cam' */
  method?: string;
  /** Path of the layer that is looked at. @default the last feature map that all heads share */
  layer?: string;
}

/** Why a model answers as it does about every picture of a batch, for one head. */
export interface Explanation {
  readonly head: string | undefined;
  /** The explained class of every picture. */
  readonly classes: readonly number[];
  /** `(N, H, W)`, 0 to 1: how much each pixel speaks for the class, compared with the others. */
  readonly maps: Tensor;
  /** The layer that was looked at; none for methods that look at pixels. */
  readonly layer: string | undefined;
}

/**
 * Heat maps for one or several targets, with one forward pass and one backward pass a target for the
 * methods that look at a layer's gradients.
 *
 * @param images float32 `(N, 3, H, W)`, normalized as in training.
 * @throws {OptionError} if the method, the layer, the head or the class is not there, with the nearest
 *   name; if a layer is given to a method that looks at none, or a head does not come from it.
 */
export function explain(
  model: Module<Tensor, ModelOutput>,
  images: Tensor,
  options: ExplainOptions & { readonly targets: readonly Target[] },
): Explanation[] {
  const { method = 'grad-cam', targets } = options;
  const byPixels = Object.hasOwn(ofPixels, method) ? ofPixels[method] : undefined;
  if (byPixels !== undefined) {
    if (options.layer !== undefined) {
      throw optionError('explain', 'layer', `left out with ${method}`, options.layer);
    }
    return targets.map((target) => pixelExplanation({ model, images, target }, byPixels));
  }
  if (!explanationMethods.includes(method)) {
    const rule = `one of ${explanationMethods.join(', ')}`;
    throw optionError('explain', 'method', rule, method, didYouMean(method, explanationMethods));
  }
  return scope(() =>
    observe(model, images, { layer: options.layer, targets }).map((observation, index) => {
      const target = targets[index] ?? {};
      const activation = ofActivations[method];
      const maps =
        activation === undefined
          ? scoreCam(observation, { model, images, target })
          : activation(observation);
      const { classes, layer } = observation;
      return { head: target.head, classes, layer, maps: spreadOver(images, maps) };
    }),
  );
}

function pixelExplanation(subject: Subject, method: (subject: Subject) => Tensor): Explanation {
  const fixed = withFixedClasses(subject);
  const maps = scope(() => scaled(method(subject)));
  return { head: subject.target.head, classes: fixed.classes, layer: undefined, maps };
}
