import { optionError } from '../errors.ts';
import { Tensor } from '../tensor.ts';

/** Parameters that are updated with the same options; every option may be set between two steps. */
export type ParamGroup<Options> = Required<Options> & { readonly params: readonly Tensor[] };

/** A group as the user gives it: what it leaves out is as in the optimizer's options. */
export type ParamGroupOptions<Options> = Partial<Options> & { params: Iterable<Tensor> };

/** What an optimizer is made for: parameters, or groups of them with options of their own. */
export type OptimizedParams<Options> = Iterable<Tensor> | Iterable<ParamGroupOptions<Options>>;

/** The parameters as groups, whichever way they were given. */
export function asGroups<Options>(
  given: OptimizedParams<Options>,
): readonly ParamGroupOptions<Options>[] {
  const list: readonly (Tensor | ParamGroupOptions<Options>)[] = [...given];
  const tensors = list.filter((element) => element instanceof Tensor);
  if (tensors.length === 0) return list as readonly ParamGroupOptions<Options>[];
  // Tensors have no options: a group of them has the optimizer's.
  return [{ params: tensors } as unknown as ParamGroupOptions<Options>];
}

/**
 * Refuses parameters that a step could not change, or would change twice.
 *
 * @param taken the parameters of the groups before this one; those of this one are added.
 * @throws {OptionError} if there are none, one is no leaf, or one was given before.
 */
export function checkParams(
  where: string,
  params: readonly Tensor[],
  taken: Set<Tensor>,
): readonly Tensor[] {
  if (params.length === 0) throw optionError(where, 'params', 'at least one tensor', []);
  for (const [index, param] of params.entries()) {
    const name = `params[${index}]`;
    if (!(param instanceof Tensor)) throw optionError(where, name, 'a tensor', param);
    const shape = `a tensor of shape (${param.shape.join(', ')})`;
    if (!param.isLeaf) {
      throw optionError(
        where,
        name,
        'no result of an operation',
        shape,
        'Pass the parameter itself.',
      );
    }
    if (taken.has(param)) throw optionError(where, name, 'given once', `${shape} again`);
    taken.add(param);
  }
  return params;
}

/** Parameters of one device and one element type, and their gradients. */
export interface ParamBatch {
  readonly params: readonly Tensor[];
  readonly grads: readonly Tensor[];
}

/** The parameters that have gradients, in the lists that multi-tensor operators are fast with. */
export function batches(params: readonly Tensor[]): ParamBatch[] {
  const byKind = new Map<string, { params: Tensor[]; grads: Tensor[] }>();
  for (const param of params) {
    const { grad } = param;
    if (grad === undefined) continue;
    const kind = `${param.device} ${param.dtype}`;
    let batch = byKind.get(kind);
    if (batch === undefined) byKind.set(kind, (batch = { params: [], grads: [] }));
    batch.params.push(param);
    batch.grads.push(grad);
  }
  return [...byKind.values()];
}
