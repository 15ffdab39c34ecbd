// Run by kernelSettings.test.ts with other environment variables, which are read once a process.
// Prints what convolution and batch norm compute, and how much memory a freed block left behind.
import { batchNorm, conv2d, Generator, grad, ones, randn, type Tensor } from '../src/index.ts';

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
  return [output, ...gradients].map((tensor) =>
    Buffer.from(Float32Array.from(tensor.toTypedArray() as Float32Array).buffer).toString('base64'),
  );
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

/** Megabytes that stay with the process after a block of 128 MB was freed. */
function keptMegabytes(): number {
  const before = process.memoryUsage.rss();
  ones([32 * 2 ** 20]).dispose();
  return (process.memoryUsage.rss() - before) / 2 ** 20;
}

const results = { conv2d: convolution(), batchNorm: normalization() };
process.stdout.write(JSON.stringify({ ...results, kept: keptMegabytes() }));
