import {
  AdaptiveAvgPool2d,
  arange,
  avgPool2d,
  cat,
  Conv2d,
  Flatten,
  Linear,
  liveTensorCount,
  maxPool2d,
  MaxPool2d,
  Module,
  noGrad,
  ones,
  Sequential,
  setNumThreads,
  tensor,
  type Tensor,
  zeros,
} from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import published from '../../test/fixtures/explain.json' with { type: 'json' };
import { noisePictures } from '../../test/tinyTraining.ts';
import { readWindow, windowReader } from '../../test/windowReader.ts';
import { agreements } from './agreement.ts';
import { caseMaps } from './caseMaps.ts';
import { explain, explanationMethods } from './explain.ts';
import { faithfulness } from './faithfulness.ts';
import { integratedGradients } from './integratedGradients.ts';
import { spatialLayers } from './layers.ts';
import { occlusion } from './occlusion.ts';

setNumThreads(1);

/** The network of test/fixtures/make_explain.py, in double precision as there. */
class Waves extends Module {
  readonly first = this.registerModule('first', new Conv2d(3, 4, 3, { padding: 1, bias: false }));
  readonly second = this.registerModule('second', new Conv2d(4, 6, 3, { padding: 1, bias: false }));
  readonly bend = this.registerModule('bend', new Bend());
  readonly head = this.registerModule('head', new Linear(24, 3, { bias: false }));

  constructor() {
    super();
    this.to({ dtype: 'float64' });
    for (const [index, step] of [0.7, 1.3, 0.9].entries()) {
      const weight = this.parameters()[index];
      if (weight !== undefined) noGrad(() => weight.copy_(waves(weight.shape, step)));
    }
  }

  forward(images: Tensor): Tensor {
    const half = maxPool2d(this.first.forward(images).relu(), 2);
    return this.head.forward(avgPool2d(this.bend.forward(this.second.forward(half)), 2).flatten(1));
  }
}

class Bend extends Module {
  forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

function waves(shape: readonly number[], step: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return arange({ end: count }, { dtype: 'float64' }).mul(step).sin().reshape(shape);
}

const images = waves([2, 3, 8, 8], 0.37).add(waves([2, 3, 8, 8], 0.011));
const targetsOf = (row: number): { class: number } => ({ class: published.classes[row] ?? -1 });

test.each(['grad-cam', 'grad-cam++', 'hires-cam', 'layer-cam', 'score-cam'] as const)(
  '%s gives the map of the published formula',
  (method) => {
    const model = new Waves();
    for (const row of [0, 1]) {
      const one = images.narrow(0, row, 1);
      const [explanation] = explain(model, one, {
        method,
        layer: 'bend',
        targets: [targetsOf(row)],
      });
      const map = Array.from(explanation?.maps.toTypedArray() ?? [], Number);
      const expected = published[method].slice(64 * row, 64 * row + 64);
      for (const [pixel, value] of expected.entries()) expect(map[pixel]).toBeCloseTo(value, 5);
    }
  },
);

test('integrated gradients are those of the published formula, and sum to the difference of logits', () => {
  const model = new Waves();
  const one = images.narrow(0, 0, 1);
  const subject = { model, images: one, target: targetsOf(0) };
  const map = Array.from(integratedGradients(subject, { steps: 8 }).toTypedArray(), Number);
  for (const [pixel, value] of published.integratedGradients.slice(0, 64).entries()) {
    expect(map[pixel]).toBeCloseTo(value, 6);
  }
  const logit = (input: Tensor): number => model.forward(input).select(1, 1).item();
  const sum = integratedGradients(subject, { steps: 400 }).sum().item();
  expect(sum).toBeCloseTo(logit(one) - logit(one.mul(0)), 3);
});

/** Answers "red" from the red channel and "blue" from the blue one, and nothing else. */
class RedOrBlue extends Module<Tensor, Readonly<Record<'colour' | 'other', Tensor>>> {
  readonly channels = this.registerModule('channels', new Conv2d(3, 2, 1, { bias: false }));

  constructor() {
    super();
    const { weight } = this.channels;
    noGrad(() => {
      weight.mul_(0);
      weight.select(0, 0).select(0, 0).add_(5);
      weight.select(0, 1).select(0, 2).add_(5);
    });
  }

  forward(input: Tensor) {
    const logits = this.channels.forward(input).mean([2, 3]);
    return { colour: logits, other: logits.flip([1]) };
  }
}

/** A red square at the upper left and a blue one at the lower right. */
function twoSquares(): Tensor {
  const picture = zeros([1, 3, 8, 8]);
  picture.select(1, 0).narrow(1, 0, 4).narrow(2, 0, 4).add_(1);
  picture.select(1, 2).narrow(1, 4, 4).narrow(2, 4, 4).add_(1);
  return picture;
}

/** The others do not look at the class, or at gradients that a linear model has everywhere alike. */
const pointing = explanationMethods.filter((name) => !['eigen-cam', 'smooth-grad'].includes(name));

test.each(pointing)('%s shows the square that the class is read from', (method) => {
  for (const [index, [y, x]] of [[0, 0] as const, [4, 4] as const].entries()) {
    const targets = [{ head: 'colour', class: index }];
    const [explanation] = explain(new RedOrBlue(), twoSquares(), { method, targets });
    const map = explanation?.maps.squeeze(0);
    const inside = map?.narrow(0, y, 4).narrow(1, x, 4).sum().item() ?? NaN;
    expect(inside / (map?.sum().item() ?? NaN)).toBeGreaterThan(0.75);
  }
});

test.each(explanationMethods)(
  '%s shows the window that a model reads, and no other place',
  (method) => {
    const picture = zeros([1, 3, 8, 8]);
    picture.select(1, 0).add_(1); // as red everywhere: where the window is, the model alone knows
    const targets = [{ class: 0 }];
    const [explanation] = explain(windowReader(), picture, { method, targets });
    const apart = explanation?.maps.squeeze(0).sub(readWindow()).abs().max().item();
    expect(apart).toBeLessThan(1e-5);
  },
);

test('heads and classes: each has its own map, and the likely class is the default', () => {
  const model = new RedOrBlue();
  const picture = twoSquares();
  picture.select(1, 0).mul_(2); // more red than blue
  const explanations = explain(model, picture, {
    targets: [{ head: 'colour' }, { head: 'other' }, { head: 'colour', class: 1 }],
  });
  expect(explanations.map(({ classes }) => classes)).toEqual([[0], [1], [1]]);
  expect(agreements(explanations).map(({ heads }) => heads)).toEqual([['colour', 'other']]);
});

test('each picture of a batch can have a class of its own', () => {
  const [explanation] = explain(new RedOrBlue(), cat([twoSquares(), twoSquares()]), {
    targets: [{ head: 'colour', class: [1, 0] }],
  });
  expect(explanation?.classes).toEqual([1, 0]);
  // The blue square is at the lower right, the red one at the upper left.
  const corners = (row: number) =>
    [0, 7].map((i) => explanation?.maps.select(0, row).select(0, i).select(0, i).item());
  expect([corners(0), corners(1)]).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

test('modes, hooks and gradients are as before, and nothing stays in memory', () => {
  const model = new RedOrBlue().train();
  model.channels.eval();
  const picture = twoSquares();
  const run = (): unknown =>
    explain(model, picture, { targets: [{ head: 'colour' }] }).map(({ maps }) => maps.dispose());
  run();
  const before = liveTensorCount();
  run();
  expect(liveTensorCount()).toBe(before);
  expect([model.training, model.channels.training]).toEqual([true, false]);
  expect(Object.hasOwn(model.channels, 'forward')).toBe(false);
  expect(model.channels.weight.grad).toBeUndefined();
});

test('a frozen model is explained like a learning one', () => {
  const options = { targets: [{ head: 'colour', class: 0 }] };
  const [learning] = explain(new RedOrBlue(), twoSquares(), options);
  const [frozen] = explain(new RedOrBlue().freeze(), twoSquares(), options);
  expect(frozen?.maps.toArray()).toEqual(learning?.maps.toArray());
});

test.each(explanationMethods)(
  '%s of a picture without any difference is 0 everywhere',
  (method) => {
    const targets = [{ head: 'colour', class: 0 }];
    const [explanation] = explain(new RedOrBlue(), zeros([1, 3, 8, 8]), { method, targets });
    const values = Array.from(explanation?.maps.toTypedArray() ?? [NaN], Number);
    expect(values).toEqual(Array(64).fill(0));
  },
);

test('logits beyond the range of exponentials leave Grad-CAM++ finite', () => {
  const model = new RedOrBlue();
  noGrad(() => model.channels.weight.mul_(1e6));
  const options = { method: 'grad-cam++', targets: [{ head: 'colour', class: 0 }] };
  const [explanation] = explain(model, twoSquares(), options);
  expect(explanation?.maps.amax().item()).toBe(1);
});

test('deletion and insertion: a true map scores high, its reverse low', () => {
  const model = new RedOrBlue();
  noGrad(() => model.channels.weight.mul_(8));
  const target = { head: 'colour', class: 0 };
  const subject = { model, images: twoSquares(), target, classes: [0] };
  const truth = zeros([1, 8, 8]);
  truth.narrow(1, 0, 4).narrow(2, 0, 4).add_(1);
  const good = faithfulness(subject, truth);
  const bad = faithfulness(subject, truth.neg());
  expect(good.score[0]).toBeGreaterThan(0.15);
  expect(bad.score[0]).toBeLessThan(-0.15);
  expect(good.score[0]).toBeCloseTo((good.insertion[0] ?? 0) - (good.deletion[0] ?? 0), 10);
});

describe('of a head that asks yes or no of every class', () => {
  const target = { head: 'colour', class: 0, loss: 'binary' } as const;
  const model = new RedOrBlue();
  /** Logits 5 and 4: of σ(5) = 0.99331 and σ(4) = 0.98201 the first is 0.50286 of the sum. */
  const images = zeros([1, 3, 8, 8]);
  images.select(1, 0).add_(1);
  images.select(1, 2).add_(0.8);

  test('faithfulness goes by the probability that it answers with', () => {
    const always = new (class extends Module {
      forward(input: Tensor): Tensor {
        return tensor([[5, 4]]).expand([input.shape[0] ?? 0, 2]);
      }
    })();
    const subject = { model: always, images, classes: [0] };
    const measured = (loss?: 'binary') =>
      faithfulness({ ...subject, target: { loss } }, ones([1, 8, 8])).deletion[0];
    expect(measured('binary')).toBeCloseTo(0.50286, 4);
    expect(measured()).toBeCloseTo(0.73106, 4); // of a softmax
  });

  test('so does occlusion', () => {
    // All covered, both logits are 0.
    const map = occlusion({ model, images, target }, { size: 8, stride: 8 });
    expect(map.amax().item()).toBeCloseTo(0.50286 - 0.5, 4);
  });

  test('so does Score-CAM', () => {
    const [explanation] = explain(model, twoSquares(), { method: 'score-cam', targets: [target] });
    const corner = (at: number) =>
      explanation?.maps.select(0, 0).select(0, at).select(0, at).item() ?? NaN;
    // One square alone: 5/4 for its class, 0 for the other; σ(0) / σ(5/4) = 0.5 / 0.7773.
    expect(corner(7) / corner(0)).toBeCloseTo(0.64325, 4);
  });

  test('so do maps of the pictures of a data set', () => {
    const [pictures, cases] = [noisePictures(1), [{ index: 0, predicted: 0 }]];
    const size = { height: 8, width: 8, mean: [128, 128, 128], std: [64, 64, 64] };
    const mapped = (attributes: { colour: { loss: 'binary' } } | null) => {
      const decoding = { fit: 'cover', maxPixels: 64 } as const;
      const experiment = { device: 'cpu', attributes, ...decoding };
      const answering = { model, pictures: size, experiment };
      return caseMaps(answering, pictures, { cases, head: 'colour', method: 'score-cam' })[0]?.map;
    };
    expect(mapped({ colour: { loss: 'binary' } })).not.toEqual(mapped(null));
  });
});

test('occlusion: the size and the stride of the square matter', () => {
  const subject = {
    model: new RedOrBlue(),
    images: twoSquares(),
    target: { head: 'colour', class: 0 },
  };
  const map = (size: number, stride: number): unknown =>
    occlusion(subject, { size, stride }).toArray();
  expect(map(2, 2)).not.toEqual(map(4, 2));
  expect(map(4, 4)).not.toEqual(map(4, 1));
  expect(() => map(9, 1)).toThrow(
    "occlusion: expected size to be at most 8, the picture's side, got 9.",
  );
});

test('layers with places are listed in order, and one that is not there is refused by name', () => {
  expect(spatialLayers(new Waves(), images)).toEqual([
    { name: 'first', channels: 4, height: 8, width: 8 },
    { name: 'second', channels: 6, height: 4, width: 4 },
    { name: 'bend', channels: 6, height: 4, width: 4 },
  ]);
  const asked = (options: object) => () =>
    explain(new Waves(), images, { targets: [{}], ...options });
  expect(asked({ layer: 'bent' })).toThrow(
    'explain: expected layer to be a layer that keeps places, got "bent". Did you mean "bend"?',
  );
  expect(asked({ method: 'grad-cam+' })).toThrow('Did you mean "grad-cam"?');
  expect(asked({ method: 'occlusion', layer: 'bend' })).toThrow(
    'explain: expected layer to be left out with occlusion, got "bend".',
  );
  expect(asked({ targets: [{ class: 3 }] })).toThrow(
    'explain: expected class to be an integer from 0 to 2, got 3.',
  );
  expect(asked({ targets: [{ class: [0, 3] }] })).toThrow('from 0 to 2, got 3.');
  expect(asked({ targets: [{ class: [0] }] })).toThrow(
    'explain: expected class to be one for each of the 2 pictures, got [0].',
  );
  expect(asked({ targets: [{ head: 'age' }] })).toThrow('left out: the model has a single output');
  const heads = () => explain(new RedOrBlue(), twoSquares(), { targets: [{ head: 'color' }] });
  expect(heads).toThrow(
    'explain: expected head to be one of colour, other, got "color". Did you mean "colour"?',
  );
});

test.each(['constructor', 'toString'])('%s is the name of no method and no head', (name) => {
  const asked = (target: object, how: object) => () =>
    explain(new RedOrBlue(), twoSquares(), { targets: [target], ...how });
  expect(asked({ head: 'colour' }, { method: name })).toThrow(
    'explain: expected method to be one of grad-cam, ',
  );
  expect(asked({ head: name }, {})).toThrow(
    'explain: expected head to be one of colour, other, got',
  );
});

test('a layer of one head explains no other, and that is said', () => {
  const model = new (class extends Module<Tensor, Readonly<Record<'age' | 'pose', Tensor>>> {
    readonly age = this.registerModule('age', new Conv2d(3, 2, 1));
    readonly pose = this.registerModule('pose', new Conv2d(3, 2, 1));

    forward(input: Tensor) {
      const [age, pose] = [this.age.forward(input), this.pose.forward(input)];
      return { age: age.mean([2, 3]), pose: pose.mean([2, 3]) };
    }
  })();
  const asked = (...heads: string[]) => {
    const targets = heads.map((head) => ({ head }));
    return explain(model, twoSquares(), { layer: 'pose', targets }).map(({ layer }) => layer);
  };
  expect(asked('pose')).toEqual(['pose']);
  expect(() => asked('pose', 'age')).toThrow(
    'explain: expected layer to be one that head age comes from, got "pose". ' +
      'Name the head with --head.',
  );
});

test('a layer that copies a single place is not looked at', () => {
  const model = new Sequential({
    conv: new Conv2d(3, 4, 3, { padding: 1 }),
    pool: new MaxPool2d(8),
    copies: new AdaptiveAvgPool2d(7), // as a VGG has them, of pictures of 32 pixels
    flat: new Flatten(),
    head: new Linear(4 * 49, 2),
  });
  expect(spatialLayers(model, twoSquares()).map(({ name }) => name)).toEqual(['conv']);
  const [explanation] = explain(model, twoSquares(), { targets: [{}] });
  expect(explanation?.layer).toBe('conv');
});

test('a model that keeps no places says so', () => {
  const flat = new (class extends Module {
    forward(input: Tensor): Tensor {
      return input.mean([2, 3]);
    }
  })();
  expect(() => explain(flat, ones([1, 3, 8, 8]), { targets: [{}] })).toThrow(
    'such as integrated-gradients',
  );
});
