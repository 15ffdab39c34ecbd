/**
 * libtorch for TypeScript, by PyTorch's names: tensors, gradients, layers, optimizers.
 *
 * @module @ocelli/torch
 */

export {
  CheckpointError,
  DataError,
  DeviceError,
  DTypeError,
  NativeError,
  OcelliError,
  OptionError,
  optionError,
  ShapeError,
} from './errors.ts';
export { didYouMean, nearest } from './nearest.ts';
export { OptionCheck, readOptions, type Size2d } from './options.ts';
export { type DType, isFloatingPoint, type TypedArray } from './dtype.ts';
export {
  checkDevice,
  cudaDeviceCount,
  cudaIsAvailable,
  type Device,
  synchronize,
} from './device.ts';
export { CudaGraph } from './cudaGraph.ts';
export { cudnnBenchmark, setCudnnBenchmark } from './cudnn.ts';
export type { CpuKernels } from './environment.ts';
export { cpuKernels } from './kernels.ts';
export { getNumThreads, setNumThreads } from './threads.ts';
export { libtorchConfig, libtorchVersion } from './version.ts';
export {
  type BackwardOptions,
  type HookHandle,
  type MemoryFormat,
  operator,
  type ReduceOptions,
  type Scalar,
  type SliceOptions,
  type Sorted,
  Tensor,
  type ToOptions,
  type VarianceOptions,
} from './tensor.ts';
export {
  arange,
  bernoulli,
  cat,
  type CreateOptions,
  empty,
  emptyLike,
  eye,
  fromTypedArray,
  type FromTypedArrayOptions,
  full,
  type LikeOptions,
  linspace,
  mappedFile,
  ones,
  onesLike,
  rand,
  randint,
  type RandintOptions,
  randn,
  type RandomOptions,
  randperm,
  stack,
  tensor,
  zeros,
  zerosLike,
} from './create.ts';
export { aten, ops } from './dispatch.ts';
export { keep, liveTensorCount, scope } from './memory.ts';
export {
  enableGrad,
  grad,
  type GradOptions,
  inferenceMode,
  isGradEnabled,
  noGrad,
} from './autograd.ts';
export { autocast, type AutocastOptions } from './autocast.ts';
export {
  Generator,
  type GeneratorOptions,
  getRandomState,
  manualSeed,
  setRandomState,
} from './random.ts';
export {
  celu,
  dropout,
  elu,
  gelu,
  type GeluApproximation,
  leakyRelu,
  logSoftmax,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from './functional/activation.ts';
export { conv2d, type ConvolutionOptions, type PaddingMode } from './functional/convolution.ts';
export {
  denseBlock,
  type DenseBlockOptions,
  type DenseLayerTensors,
  type DenseNorm,
} from './functional/denseBlock.ts';
export {
  atan2,
  ceil,
  divide,
  erf,
  erfinv,
  expm1,
  isInf,
  lerp,
  log1p,
  log2,
  logicalXor,
  maximum,
  minimum,
  nanToNum,
  reciprocal,
  square,
  trunc,
  where,
} from './functional/elementwise.ts';
export {
  focalLoss,
  type FocalLossOptions,
  sigmoidFocalLoss,
  type SigmoidFocalLossOptions,
} from './functional/focalLoss.ts';
export {
  bucketize,
  diagonal,
  index,
  indexAdd,
  indexPut,
  nonzero,
  oneHot,
  scatterAdd,
  takeAlongDim,
  tril,
  triu,
} from './functional/indexing.ts';
export {
  addmm,
  cholesky,
  det,
  dot,
  eigh,
  einsum,
  inverse,
  linear,
  outer,
  qr,
  solve,
  svd,
  vectorNorm,
} from './functional/linalg.ts';
export {
  binaryCrossEntropy,
  type BinaryCrossEntropyOptions,
  binaryCrossEntropyWithLogits,
  type BinaryCrossEntropyWithLogitsOptions,
  crossEntropy,
  type CrossEntropyOptions,
  type LossOptions,
  nllLoss,
  type NllLossOptions,
  type Reduction,
} from './functional/loss.ts';
export {
  moveDim,
  pad,
  type PadOptions,
  pixelShuffle,
  pixelUnshuffle,
  repeatInterleave,
  resize,
  type ResizeOptions,
  rot90,
  tile,
  unfold,
  type UnfoldOptions,
} from './functional/movement.ts';
export {
  type AffineOptions,
  type AfterBatchNorm,
  batchNorm,
  convBatchNorm,
  type BatchNormOptions,
  groupNorm,
  layerNorm,
} from './functional/normalization.ts';
export {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool2d,
  type AvgPool2dOptions,
  globalAvgPool,
  globalConcatPool,
  globalMaxPool,
  maxPool2d,
  type MaxPool2dOptions,
  type PoolOptions,
} from './functional/pooling.ts';
export {
  allAlong,
  anyAlong,
  bincount,
  countNonzero,
  cumprod,
  type Interpolation,
  logSumExp,
  maxAlong,
  medianAlong,
  minAlong,
  prod,
  quantile,
  varMean,
} from './functional/reduce.ts';
export {
  CELU,
  type CELUOptions,
  GELU,
  type GELUOptions,
  type InplaceOptions,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
} from './nn/activation.ts';
export { BatchNorm1d } from './nn/batchNorm1d.ts';
export { type AfterConvolution, BatchNorm2d, type BatchNorm2dOptions } from './nn/batchNorm.ts';
export {
  Concat,
  Flatten,
  type FlattenOptions,
  Identity,
  Residual,
  type ResidualOptions,
} from './nn/blocks.ts';
export { ModuleDict, ModuleList, Sequential } from './nn/containers.ts';
export { Conv2d, type Conv2dOptions } from './nn/conv.ts';
export { type ConvertOptions } from './nn/convert.ts';
export { Dropout, type DropoutOptions } from './nn/dropout.ts';
export { type ForwardHook, type ForwardPreHook } from './nn/forwardHooks.ts';
export { GhostBatchNorm2d, type GhostBatchNorm2dOptions } from './nn/ghostBatchNorm.ts';
export { GroupNorm, type GroupNormOptions } from './nn/groupNorm.ts';
export {
  constant,
  type FanMode,
  kaimingNormal,
  type KaimingOptions,
  kaimingUniform,
  type Nonlinearity,
  normal,
  type RandomInitOptions,
  uniform,
  uniformFanIn,
  xavierNormal,
  type XavierOptions,
  xavierUniform,
} from './nn/init.ts';
export { LayerNorm, type LayerNormOptions } from './nn/layerNorm.ts';
export { Linear, type LinearOptions } from './nn/linear.ts';
export {
  type AnyModule,
  type BufferOptions,
  type LoadOptions,
  Module,
  type StateDictOptions,
} from './nn/module.ts';
export { type Parameter, parameter } from './nn/parameter.ts';
export {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool2d,
  GlobalAvgPool,
  GlobalConcatPool,
  GlobalMaxPool,
  MaxPool2d,
} from './nn/pooling.ts';
export {
  DepthwiseConv2d,
  type DepthwiseConv2dOptions,
  SeparableConv2d,
} from './nn/separableConv.ts';
export { type LoadReport, type StateDict } from './nn/stateDict.ts';
export { dirac, orthogonal, truncNormal, type TruncNormalOptions } from './nn/structuredInit.ts';
export type { Window } from './nn/window.ts';
export { Adam } from './optim/adam.ts';
export { AdamW } from './optim/adamW.ts';
export { clipGradNorm, type ClipGradNormOptions, clipGradValue } from './optim/gradClip.ts';
export { Muon, type MuonOptions } from './optim/muon.ts';
export { Optimizer, type OptimizerKind } from './optim/optimizer.ts';
export { type OptimizerState, type ParamState, type StateNames } from './optim/optimizerState.ts';
export {
  type OptimizedParams,
  type ParamBatch,
  type ParamGroup,
  type ParamGroupOptions,
} from './optim/paramGroup.ts';
export { constantSchedule, piecewiseLinear, type Schedule } from './optim/schedule.ts';
export { SGD, type SGDOptions } from './optim/sgd.ts';
export { WeightAverage } from './optim/weightAverage.ts';
export {
  MAX_DIMENSIONS,
  MAX_HEADER_BYTES,
  MAX_TENSORS,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './safetensors/header.ts';
export {
  parseSafetensorsHeader,
  type ParseSafetensorsHeaderOptions,
} from './safetensors/parseHeader.ts';
export {
  readSafetensors,
  readSafetensorsHeader,
  type ReadSafetensorsOptions,
} from './safetensors/readSafetensors.ts';
export { SafetensorsError, type SafetensorsReason } from './safetensors/safetensorsError.ts';
export {
  type NamedTensors,
  writeSafetensors,
  type WriteSafetensorsOptions,
} from './safetensors/writeSafetensors.ts';
