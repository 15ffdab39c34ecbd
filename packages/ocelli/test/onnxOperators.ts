// What the operators of libtorch become in ONNX, for networks that are to be exported.

/**
 * Operators of ONNX and the version of the default operator set in which each got the form that it has in
 * version 17.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
const sinceOpset = {
  Add: 14,
  AveragePool: 11,
  BatchNormalization: 15,
  Cast: 13,
  Concat: 13,
  Conv: 11,
  Div: 14,
  Erf: 13,
  Flatten: 13,
  Gather: 13,
  Gemm: 13,
  GlobalAveragePool: 1,
  GlobalMaxPool: 1,
  HardSigmoid: 6,
  HardSwish: 14,
  LayerNormalization: 17,
  MatMul: 13,
  MaxPool: 12,
  Mul: 14,
  ReduceMean: 13,
  Relu: 14,
  Reshape: 14,
  Sigmoid: 13,
  Split: 13,
  Transpose: 13,
  Unsqueeze: 13,
} as const;

export type OnnxOperator = keyof typeof sinceOpset;

/** By operator of libtorch, those of ONNX that compute the same, as PyTorch's exporter has them. */
const counterparts: Readonly<Record<string, readonly OnnxOperator[]>> = {
  'aten::adaptive_avg_pool2d to 1,1': ['GlobalAveragePool'],
  'aten::adaptive_avg_pool2d to 7,7': ['MatMul'], // with fixed matrices on both sides; nothing to do for 224 pixels
  'aten::adaptive_max_pool2d to 1,1': ['GlobalMaxPool'],
  'aten::add': ['Add'],
  'aten::avg_pool2d': ['AveragePool'],
  'aten::batch_norm': ['BatchNormalization'],
  'aten::bmm': ['MatMul'],
  'aten::cat': ['Concat'],
  'aten::conv2d': ['Conv'],
  'aten::flatten': ['Flatten'],
  'aten::gelu': ['Erf', 'Div', 'Add', 'Mul'], // one operator only from version 20 on
  'aten::hardsigmoid': ['HardSigmoid'],
  'aten::hardswish': ['HardSwish'],
  'aten::index_select': ['Gather'],
  'aten::layer_norm': ['LayerNormalization'],
  'aten::linear': ['Gemm'],
  'aten::max_pool2d': ['MaxPool'],
  'aten::mean': ['ReduceMean'],
  'aten::mul': ['Mul'],
  'aten::permute': ['Transpose'],
  'aten::relu': ['Relu'],
  'aten::reshape': ['Reshape'],
  'aten::sigmoid': ['Sigmoid'],
  'aten::silu': ['Sigmoid', 'Mul'],
  'aten::split_with_sizes': ['Split'],
  'aten::stack': ['Unsqueeze', 'Concat'],
  'aten::to': ['Cast'],
  'aten::transpose': ['Transpose'],
  'aten::unsqueeze': ['Unsqueeze'],
};

const afterBatchNorm = ['aten::relu', 'aten::gelu', 'aten::silu', 'aten::add', 'aten::max_pool2d'];

/** Operators of our own, and those of libtorch that they compute at once. */
const standsFor: Readonly<Record<string, readonly string[]>> = {
  'ocelli::batch_norm_act': ['aten::batch_norm', ...afterBatchNorm],
  'ocelli::conv3x3': ['aten::conv2d'],
  'ocelli::conv3x3_batch_norm_act': ['aten::conv2d', 'aten::batch_norm', ...afterBatchNorm],
  'ocelli::dense_block': ['aten::batch_norm', 'aten::relu', 'aten::conv2d', 'aten::cat'],
};

/**
 * The operators of ONNX that compute what an operator of libtorch or one of our own does.
 *
 * @param name such as `aten::relu`, without the overload; of adaptive pools with the size of what they give, such as
 *   `aten::adaptive_avg_pool2d to 1,1`.
 * @param opset version of the default operator set.
 * @returns none where that set is not enough.
 */
export function onnxFormsOf(name: string, opset: number): readonly OnnxOperator[] {
  const forms = (standsFor[name] ?? [name]).map((one) => counterparts[one] ?? []);
  const areAll = forms.every(
    (one) => one.length > 0 && one.every((form) => sinceOpset[form] <= opset),
  );
  return areAll ? forms.flat() : [];
}
