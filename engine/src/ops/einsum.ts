import { TorchError } from '../errors.ts';
import { numelOf } from '../tensor/layout.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { composite, invoke, ready } from './operator.ts';

const fail = (message: string): never => { throw new TorchError(`einsum(): ${message}`, { operator: 'einsum' }); };
/** Stands for one of the dimensions behind an ellipsis, counted from the last. */
const behind = (i: number): string => `.${i}`;

/** The labels of one term; `...` becomes one entry for each of `covered` dimensions. */
function labelsOf(term: string, covered: number, what: string): string[] {
  const out: string[] = [];
  let seen = false;
  for (let i = 0; i < term.length; i++) {
    const c = term[i];
    if (c === ' ') continue;
    if (c === '.') {
      if (seen) fail(`found \'.\' for ${what} for which an ellipsis was already found`);
      if (term.slice(i, i + 3) !== '...') fail(`found \'.\' for ${what} that is not part of any ellipsis`);
      for (let d = covered - 1; d >= 0; d--) out.push(behind(d));
      seen = true;
      i += 2;
    } else if (/[A-Za-z]/.test(c)) out.push(c);
    else fail(`invalid subscript given at index ${i} in the equation string, subscripts must be in [a-zA-Z]`);
  }
  return out;
}

/** One dimension for each label of `order`: repeated labels become diagonals, missing ones size 1. */
function arrange(t: Tensor, labels: readonly string[], order: readonly string[]): Tensor {
  let x = t;
  const left = [...labels];
  for (let i = 0; i < left.length; i++) {
    for (let j = left.lastIndexOf(left[i]); j > i; j = left.lastIndexOf(left[i])) {
      if (x.shape[i] !== x.shape[j]) fail(`subscript ${left[i]} is repeated for operand but the sizes don't match, ${x.shape[j]} != ${x.shape[i]}`);
      x = x.diagonal(0, i, j).movedim(-1, i); // the diagonal comes last
      left.splice(j, 1);
    }
  }
  const present = order.filter((l) => left.includes(l));
  x = x.permute(present.map((l) => left.indexOf(l)));
  order.forEach((l, i) => { if (!left.includes(l)) x = x.unsqueeze(i); });
  return x;
}

/** Multiplies and sums over `over` (positions of labels) by one batched matrix product. All operands have a dimension for each label. */
function sumOfProducts(a: Tensor, b: Tensor, over: readonly number[]): Tensor {
  // A dimension that only one of the two has is summed before.
  const alone = (x: Tensor, y: Tensor): Tensor => { const d = over.filter((i) => y.shape[i] === 1 && x.shape[i] !== 1); return d.length ? x.sum(d, true).to(x.dtype) : x; };
  const left = alone(a, b), right = alone(b, a), all = [...left.shape.keys()];
  const inner = over.filter((i) => left.shape[i] !== 1), kept = all.filter((i) => !over.includes(i));
  const batch = kept.filter((i) => left.shape[i] !== 1 && right.shape[i] !== 1), rows = kept.filter((i) => right.shape[i] === 1), columns = kept.filter((i) => left.shape[i] === 1 && right.shape[i] !== 1);
  const sizes = (x: Tensor, dims: readonly number[]): number[] => dims.map((i) => x.shape[i]);
  for (const i of [...batch, ...inner]) if (left.shape[i] !== right.shape[i]) fail(`operands do not broadcast with remapped shapes [original->remapped]: [${a.shape.join(', ')}] [${b.shape.join(', ')}]`);
  const pack = (x: Tensor, first: readonly number[], second: readonly number[]): Tensor => {
    const rest = all.filter((i) => !batch.includes(i) && !first.includes(i) && !second.includes(i)); // size 1 here
    return x.permute([...batch, ...first, ...second, ...rest]).reshape([numelOf(sizes(x, batch)), numelOf(sizes(x, first)), numelOf(sizes(x, second))]);
  };
  const flat = pack(left, rows, inner).bmm(pack(right, inner, columns));
  const order = [...batch, ...rows, ...columns, ...over], shape = [...sizes(left, batch), ...sizes(left, rows), ...sizes(right, columns), ...over.map(() => 1)];
  return flat.reshape(shape).permute(all.map((i) => order.indexOf(i)));
}

const operator = ready('einsum', composite({
  schema: 'einsum(str equation, Tensor[] operands)',
  compose(equation: string, operands: Tensor[]) {
    if (!operands.length) fail('must provide at least one operand');
    const [inputs, output, more] = equation.split('->');
    if (more !== undefined) fail('found more than one \'->\' in the equation');
    const terms = inputs.split(',');
    if (terms.length < operands.length) fail('more operands were provided than specified in the equation');
    if (terms.length > operands.length) fail('fewer operands were provided than specified in the equation');
    const letters = terms.map((t) => t.replace(/[^A-Za-z]/g, '').length), covered = terms.map((t, i) => (t.includes('.') ? operands[i].ndim - letters[i] : 0));
    const labels = terms.map((t, i) => {
      if (t.includes('.') ? covered[i] < 0 : letters[i] !== operands[i].ndim) fail(`the number of subscripts in the equation (${letters[i]}) ${t.includes('.') ? 'is more than' : `${letters[i] > operands[i].ndim ? 'is more than' : 'does not match'}`} the number of dimensions (${operands[i].ndim}) for operand ${i}${t.includes('.') || letters[i] > operands[i].ndim ? '' : ' and no ellipsis was given'}`);
      return labelsOf(t, covered[i], `operand ${i}`);
    });
    const most = Math.max(0, ...covered), counts = new Map<string, number>(), size = new Map<string, number>();
    labels.forEach((list, k) => list.forEach((l, d) => {
      counts.set(l, (counts.get(l) ?? 0) + 1);
      const s = operands[k].shape[d], have = size.get(l) ?? 1;
      if (s !== 1 && have !== 1 && s !== have) fail(`operands do not broadcast with remapped shapes [original->remapped]: subscript ${l} has sizes ${have} and ${s}`);
      size.set(l, s === 1 ? have : s);
    }));
    const ellipsis = Array.from({ length: most }, (_, i) => behind(most - 1 - i));
    // Without an arrow: what stands behind the ellipsis, then labels that appear once, in alphabetical order.
    const result = output === undefined ? [...ellipsis, ...[...counts].filter(([l, n]) => n === 1 && !l.startsWith('.')).map(([l]) => l).sort()] : labelsOf(output, most, 'the output');
    result.forEach((l, i) => {
      if (result.indexOf(l) !== i) fail(`output subscript ${l} appears more than once in the output`);
      if (!counts.has(l)) fail(`output subscript ${l} does not appear in the equation for any input operand`);
    });
    const order = [...result, ...[...counts.keys()].filter((l) => !result.includes(l))];
    const parts = operands.map((t, k) => arrange(t, labels[k], order));
    const summed = [...order.keys()].slice(result.length), lastUse = (i: number): number => parts.findLastIndex((p) => p.shape[i] !== 1);
    let x = parts[0];
    for (let k = 1; k < parts.length; k++) x = sumOfProducts(x, parts[k], summed.filter((i) => lastUse(i) === k || (k === parts.length - 1 && lastUse(i) < 0)));
    const rest = summed.filter((i) => parts.length === 1 || x.shape[i] !== 1);
    if (rest.length) { const total = x.sum(rest, true); x = parts.length === 1 ? total : total.to(x.dtype); }
    return x.reshape(x.shape.slice(0, result.length));
  },
}));

/**
 * Sums of products written by Einstein's convention: each letter names a dimension, letters that are missing after
 * `->` are summed over, `...` stands for dimensions that broadcast, a repeated letter takes a diagonal.
 *
 * @example torch.einsum('bij,bjk->bik', a, b) // batched matrix product
 */
export const einsum = (equation: string, ...operands: Tensor[] | [readonly Tensor[]]): Tensor => invoke(operator, [equation, operands.length === 1 && Array.isArray(operands[0]) ? operands[0] : operands], 0) as Tensor;
