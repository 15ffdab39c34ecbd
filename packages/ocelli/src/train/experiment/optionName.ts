/** The command-line option of a setting: `batchSize` is `--batch-size`. */
export function optionNameOf(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
