import { DeviceError } from './errors.ts';
import { native } from './native.ts';

/** Where a tensor lies: `cpu`, `cuda` (the current one) or `cuda:1`. */
export type Device = string;

/** Number of CUDA devices that libtorch can use; 0 for a libtorch without CUDA. */
export function cudaDeviceCount(): number {
  return native.cudaDeviceCount();
}

/** Whether libtorch was built with CUDA and finds a device. */
export function cudaIsAvailable(): boolean {
  return cudaDeviceCount() > 0;
}

/**
 * Checks a device's name before anything is moved there.
 *
 * @throws {DeviceError} for another spelling, or a CUDA device that is not there.
 */
export function checkDevice(where: string, device: string): Device {
  if (!/^(cpu|cuda(:\d+)?)$/.test(device)) {
    throw new DeviceError(`${where}: expected device to be cpu, cuda or cuda:N, got "${device}".`);
  }
  if (device === 'cpu') return device;
  const count = cudaDeviceCount();
  if (Number(device.split(':')[1] ?? 0) < count) return device;
  throw new DeviceError(
    `${where}: expected device to be one that libtorch has (${count} CUDA devices), got "${device}".` +
      (count === 0 ? ' Use "cpu", or install a libtorch with CUDA.' : ''),
  );
}

/** Waits until everything queued on a device is done; returns at once for `cpu`. */
export function synchronize(device: Device): void {
  native.synchronize(checkDevice('synchronize', device));
}
