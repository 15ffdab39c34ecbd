import { enableGrad, grad, type Module, noGrad, scope, stack, type Tensor } from '@ocelli/torch';
import { inEvaluation } from '../models/inEvaluation.ts';
import { chosenScores, logitsOf, type ModelOutput, type Target } from './target.ts';

/** Whose answer to which pictures is explained. */
export interface Subject {
  readonly model: Module<Tensor, ModelOutput>;
  /** float32 `(N, 3, H, W)`, as the model sees them. */
  readonly images: Tensor;
  readonly target: Target;
}

/** A subject whose classes are known, one a picture. */
export interface FixedSubject extends Subject {
  readonly classes: readonly number[];
}

/** Gradient of each picture's logit with respect to its own pixels, `(N, 3, H, W)`. */
export function pixelGradients(subject: FixedSubject): Tensor {
  const { model, images, target, classes } = subject;
  return inEvaluation(model, () =>
    enableGrad(() => {
      const pixels = images.detach().requiresGrad_();
      const logits = logitsOf(model.forward(pixels), target.head);
      const picked = stack(classes.map((index, row) => logits.select(0, row).select(0, index)));
      const [gradients] = grad(picked.sum(), [pixels]);
      if (gradients === undefined) throw new Error('internal: the pictures have no gradient');
      return gradients;
    }),
  );
}

/** The classes are those of the pictures themselves, not of what is made from them. */
export function withFixedClasses(subject: Subject): FixedSubject {
  const { model, images, target } = subject;
  const { classes } = noGrad(() =>
    scope(() =>
      chosenScores(
        inEvaluation(model, () => model.forward(images)),
        target,
      ),
    ),
  );
  return { ...subject, classes };
}
