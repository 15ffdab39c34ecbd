/** The pixels of its input that one pixel of a layer's output is computed from, and their step. */
export interface Window {
  readonly kernelSize: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  readonly dilation: readonly [height: number, width: number];
}
