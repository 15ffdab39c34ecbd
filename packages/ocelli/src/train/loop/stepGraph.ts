import { CudaGraph, type Device, scope, type Tensor } from '@ocelli/torch';
import type { BatchOutcome } from '../../metrics/batchOutcome.ts';
import type { Batch } from '../batches/trainingData.ts';

/** What a step is computed from. */
export type StepInput = Pick<Batch, 'images' | 'labels' | 'mix'>;

/** Computes gradients into `grad` of the parameters, and says what the batch looked like. */
export type ComputeGradients = (input: StepInput) => BatchOutcome;

/** What was recorded: copies of the input that it reads, and what it writes. */
interface Recording {
  readonly key: string;
  readonly input: readonly Tensor[];
  readonly outcome: BatchOutcome;
  readonly gradients: readonly (readonly [Tensor, Tensor | undefined])[];
}

/** Steps that run as they are, so that cuDNN and cuBLAS have prepared themselves; PyTorch's advice. */
const warmUps = 3;

/**
 * The forward and the backward pass of training steps as a CUDA graph, so that the device need not wait
 * for the processor to queue every operator. It is recorded at the fourth step of a shape in a row, and
 * anew when the shape or what is learned changes; an odd batch in between, such as the last one, runs as it is.
 *
 * The update stays outside: learning rates are numbers that change at every step.
 *
 * Model and loss must not read a value from the device. Only for training, one instance a model.
 */
export class StepGraph {
  readonly #graph: CudaGraph;
  #recording: Recording | undefined;
  /** The shape of the last steps that ran as they are, and how many of them there were in a row. */
  #row: { readonly key: string; readonly length: number } | undefined;

  /** @throws {DeviceError} where the device or the addon has no CUDA graphs. */
  constructor(device: Device = 'cuda') {
    this.#graph = new CudaGraph(device);
  }

  /**
   * Leaves the gradients of `input` in the parameters, as `compute` would.
   *
   * @param parameters those that may get a gradient.
   */
  gradients(
    input: StepInput,
    parameters: readonly Tensor[],
    compute: ComputeGradients,
  ): BatchOutcome {
    const key = keyOf(input, parameters);
    if (this.#recording?.key !== key) {
      const length = this.#row?.key === key ? this.#row.length + 1 : 1;
      this.#row = { key, length };
      for (const parameter of parameters) parameter.grad = undefined;
      if (length <= warmUps) return compute(input);
      this.dispose();
      this.#recording = { key, ...this.#record(input, parameters, compute) };
    }
    this.#row = undefined;
    return this.#replay(input, this.#recording);
  }

  /** Frees the graph and the memory it computes in. */
  dispose(): void {
    this.#graph.dispose();
    for (const copy of this.#recording?.input ?? []) copy.dispose();
    this.#recording = undefined;
  }

  #record(
    input: StepInput,
    parameters: readonly Tensor[],
    compute: ComputeGradients,
  ): Omit<Recording, 'key'> {
    const copy = copyOf(input);
    const outcome = this.#graph.capture(() => scope(() => kept(compute(copy))));
    const gradients = parameters.map((one) => [one, one.grad?.keep()] as const);
    return { input: tensorsOf(copy), outcome, gradients };
  }

  #replay(input: StepInput, { input: copies, outcome, gradients }: Recording): BatchOutcome {
    for (const [index, tensor] of tensorsOf(input).entries()) copies[index]?.copy_(tensor);
    this.#graph.replay();
    for (const [parameter, gradient] of gradients) parameter.grad = gradient;
    return outcome;
  }
}

/** What must be the same for a recording to fit. */
function keyOf(input: StepInput, parameters: readonly Tensor[]): string {
  const shapes = tensorsOf(input).map(({ shape, dtype }) => `${dtype}[${shape.join()}]`);
  return `${shapes.join(' ')} ${parameters.map((one) => Number(one.requiresGrad)).join('')}`;
}

function tensorsOf({ images, labels, mix }: StepInput): Tensor[] {
  return [images, labels, ...(mix ? [mix.labels, mix.share] : [])];
}

/** Copies that no scope frees. */
function copyOf({ images, labels, mix }: StepInput): StepInput {
  const copy = (tensor: Tensor): Tensor => tensor.clone().keep();
  const mixed = mix && { labels: copy(mix.labels), share: copy(mix.share) };
  return { images: copy(images), labels: copy(labels), ...(mixed && { mix: mixed }) };
}

/** What the graph writes, kept from the scope around and without its way to the parameters. */
function kept({ loss, reduction, heads }: BatchOutcome): BatchOutcome {
  const keep = (tensor: Tensor): Tensor => tensor.detach().keep();
  return {
    loss: keep(loss),
    reduction,
    heads: heads.map((head) => ({
      ...head,
      logits: keep(head.logits),
      labels: keep(head.labels),
      loss: keep(head.loss),
      term: keep(head.term),
    })),
  };
}
