import { aten, type Device, type Tensor } from '@ocelli/torch';

/**
 * A tensor of the processor on `device`, without waiting for it: from pinned memory, while the device
 * still works at what was queued before. From other memory a copy waits for all of that.
 */
export function sent(tensor: Tensor, device: Device): Tensor {
  if (device === 'cpu') return tensor;
  return aten.pin_memory(tensor).to({ device, nonBlocking: true });
}
