// Run by kernelSettings.test.ts with other environment variables, which are read once a process.
// Prints what convolution and batch norm compute, and how much memory a freed block left behind.
import {
  AdamW,
  batchNorm,
  conv2d,
  denseBlock,
  Generator,
  grad,
  ones,
  randn,
  SGD,
  type Tensor,
} from '../src/index.ts';

const generator = new Generator({ seed: 1 });

function leaf(...shape: number[]): Tensor {
  return randn(shape, { generator }).requiresGrad_();
}

function images(...shape: number[]): Tensor {
  const tensor = randn(shape, { generator }).to({ memoryFormat: 'channelsLast' });
  return tensor.requiresGrad_();
}

/** The result and the gradients of its sum of squares, each as bytes in base64. */
function computed(output: Tensor, inputs: Tensor[]): string[] {
  const gradients = grad(output.pow(2).sum(), inputs) as Tensor[];
  return [output, ...gradients].map(inBase64);
}

function inBase64(tensor: Tensor): string {
  const numbers = Float32Array.from(tensor.toTypedArray() as Float32Array);
  return Buffer.from(numbers.buffer).toString('base64');
}

function convolution(): string[] {
  const [input, weight] = [images(8, 32, 16, 16), leaf(64, 32, 3, 3)];
  return computed(conv2d(input, weight, { padding: 1 }), [input, weight]);
}

function normalization(): string[] {
  const [input, weight, bias] = [images(8, 32, 16, 16), leaf(32), leaf(32)];
  const options = { weight, bias, training: true, activation: 'relu', pool: true } as const;
  return computed(batchNorm(input, options), [input, weight, bias]);
}

function denseLayer(): string[] {
  const input = images(4, 64, 6, 6);
  const norm = (channels: number) => ({
    weight: leaf(channels),
    bias: leaf(channels),
    runningMean: leaf(channels).detach(),
    runningVar: ones([channels]),
  });
  const layer = { norm1: norm(64), conv1: leaf(128, 64, 1, 1), norm2: norm(128) };
  const conv2 = leaf(32, 128, 3, 3);
  const output = denseBlock(input, [{ ...layer, conv2 }], { training: true });
  const parameters = [layer.norm1.weight, layer.conv1, layer.norm2.bias, conv2];
  return computed(output, [input, ...parameters]);
}

/** Parameters and what is remembered of them after two steps. */
function steps(make: (parameters: Tensor[]) => SGD | AdamW): string[] {
  const parameter = leaf(300, 301);
  const optimizer = make([parameter]);
  for (let step = 0; step < 2; step++) {
    parameter.grad = randn([300, 301], { generator });
    optimizer.step();
  }
  return [parameter, ...optimizer.stateDict().tensors.values()].map(inBase64);
}

/** Megabytes that stay with the process after a block of 128 MB was freed. */
function keptMegabytes(): number {
  const before = process.memoryUsage.rss();
  ones([32 * 2 ** 20]).dispose();
  return (process.memoryUsage.rss() - before) / 2 ** 20;
}

const results = {
  conv2d: convolution(),
  batchNorm: normalization(),
  denseBlock: denseLayer(),
  sgd: steps((all) => new SGD(all, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 })),
  adamW: steps((all) => new AdamW(all, { lr: 0.1, weightDecay: 0.1, amsgrad: true })),
};
process.stdout.write(JSON.stringify({ ...results, kept: keptMegabytes() }));
