import type { Operators } from './aten.generated.ts';
import { NativeError } from './errors.ts';
import type { OperatorSchema } from './native.ts';
import { didYouMean } from './nearest.ts';
import { type Caller, bind } from './operator.ts';
import { fit, operatorNames, overloadsOf } from './overloads.ts';
import { Tensor } from './tensor.ts';

/**
 * Every operator of the installed libtorch, by namespace and name: `ops.aten.max_pool2d(x, [2, 2])`.
 *
 * Arguments are the schema's; keyword-only ones go into one last object under the schema's names.
 * Of several overloads the first that takes the given arguments is called.
 */
export const ops: Operators = lazyObject((namespace) =>
  namespaceOf(namespace),
) as unknown as Operators;

/** The operators of ATen, libtorch's own: `aten.add(a, b, { alpha: 2 })`. */
export const aten: Operators['aten'] = ops.aten;

function namespaceOf(namespace: string): Record<string, Caller> {
  return lazyObject((name) => overloadedCaller(`${namespace}::${name}`));
}

/** An object whose properties are made when they are first asked for. */
function lazyObject<T>(make: (name: string) => T): Record<string, T> {
  const made = new Map<string, T>();
  return new Proxy<Record<string, T>>(
    {},
    {
      get: (_, name) => {
        // Printing and awaiting probe for symbols and `then`; neither names an operator.
        if (typeof name === 'symbol' || name === 'then') return undefined;
        let value = made.get(name);
        if (value === undefined) made.set(name, (value = make(name)));
        return value;
      },
    },
  );
}

function overloadedCaller(name: string): Caller {
  const overloads = overloadsOf(name).map((schema) => ({
    schema,
    call: bind(schema, (handle) => new Tensor(handle)),
  }));
  if (overloads.length === 0) {
    throw new NativeError(
      `libtorch has no operator ${name}. ${didYouMean(name, operatorNames())}`.trimEnd(),
    );
  }
  return (...args: unknown[]): unknown => {
    for (const { schema, call } of overloads) {
      const values = fit(schema, args);
      if (values !== undefined) return call(...values);
    }
    throw noOverload(
      name,
      overloads.map(({ schema }) => schema),
    );
  };
}

function noOverload(name: string, overloads: readonly OperatorSchema[]): NativeError {
  const known = overloads.map(({ schema }) => `\n  ${schema}`).join('');
  return new NativeError(`${name}: expected arguments to fit one of its overloads:${known}`);
}
