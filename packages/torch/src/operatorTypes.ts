// The types that occur in the generated signatures of libtorch's operators.
import type { DType as TensorDType } from './dtype.ts';
import type { Handle } from './native.ts';
import type { MemoryFormat as TensorMemoryFormat, Scalar as RealScalar } from './tensor.ts';

export type { Device } from './device.ts';
export type { Generator } from './random.ts';
export type { Tensor } from './tensor.ts';

/** Element types, with those that only libtorch's operators make. */
export type DType = TensorDType | 'complex32' | 'qint8' | 'quint8' | 'qint32' | 'quint4x2';

/** 64 bits; results beyond 2^53 come as bigint. */
export type Int = number | bigint;

/** A number as operators take it, complex ones included. */
export type Scalar = RealScalar | { re: number; im: number };

export type Layout = 'strided' | 'sparse' | 'sparseCsr' | 'mkldnn';

export type MemoryFormat = TensorMemoryFormat | 'channelsLast3d';

export type QScheme = 'perTensorAffine' | 'perChannelAffine' | 'perTensorSymmetric';

/** A queue of work on a device. */
export interface Stream {
  device: string;
  id: Int;
}

/** A value that only libtorch understands, such as packed weights; it can be passed on. */
export type Opaque = Handle;
