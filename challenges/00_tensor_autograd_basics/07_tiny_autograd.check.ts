import { check, type Random } from '@track/grader/check';
import type * as Exercise from './07_tiny_autograd.ts';

type Value = Exercise.Value;

/** Reading `inputs` more often than this, in a graph of 31 Values, is walking paths and not Values. */
const manyReads = 50;

/** What each operation computes, and the operands of one use of it. */
const operations = [
  { name: 'add', arity: 2, of: (a: number, b: number) => a + b, use: (a: Value, b: Value) => a.add(b) },
  { name: 'mul', arity: 2, of: (a: number, b: number) => a * b, use: (a: Value, b: Value) => a.mul(b) },
  { name: 'pow', arity: 1, of: (a: number) => a ** 3, use: (a: Value) => a.pow(3) },
  { name: 'exp', arity: 1, of: (a: number) => Math.exp(a), use: (a: Value) => a.exp() },
  { name: 'tanh', arity: 1, of: (a: number) => Math.tanh(a), use: (a: Value) => a.tanh() },
  { name: 'relu', arity: 1, of: (a: number) => Math.max(0, a), use: (a: Value) => a.relu() },
] as const;
type Operation = (typeof operations)[number];
const text = ({ name, arity }: Operation, a: string, b: string): string =>
  `${a}.${name}(${arity === 2 ? b : name === 'pow' ? '3' : ''})`;

/** One step of a random graph: an operation on the numbers with these positions. */
interface Step { readonly operation: Operation; readonly a: number; readonly b: number }

/** Values of all steps, the leaves first. */
function evaluate(leaves: readonly number[], steps: readonly Step[]): number[] {
  const values = [...leaves];
  for (const { operation, a, b } of steps) values.push(operation.of(values[a]!, values[b]!));
  return values;
}

/** A graph in which numbers are used again and again, kept away from huge values and from the kink of relu. */
function randomGraph(random: Random, size: number): { leaves: number[]; steps: Step[] } {
  const leaves = Array.from({ length: 3 }, () => random.uniform(-1.5, 1.5));
  const steps: Step[] = [];
  for (let values = [...leaves]; steps.length < size; values = evaluate(leaves, steps)) {
    const last = values.length - 1;
    const step = { operation: random.pick(operations), a: random.int(Math.max(0, last - 3), last), b: random.int(0, last) };
    const value = step.operation.of(values[step.a]!, values[step.b]!);
    const kink = step.operation.name === 'relu' && Math.abs(values[step.a]!) < 0.05;
    if (Math.abs(value) < 4 && !kink) steps.push(step);
  }
  return { leaves, steps };
}

/** Central differences of the last value of a graph with respect to its leaves. */
function differences(leaves: readonly number[], steps: readonly Step[], eps = 1e-5): number[] {
  const moved = (k: number, by: number): number => evaluate(leaves.with(k, leaves[k]! + by), steps).at(-1)!;
  return leaves.map((_, k) => (moved(k, eps) - moved(k, -eps)) / (2 * eps));
}

/** `count` diamonds one after the other, each of which doubles: x → 1x and x + 0 → their sum. 2 to the power `count` paths. */
function diamonds(x: Value, one: Value, zero: Value, count: number): Value {
  let top = x;
  for (let i = 0; i < count; i++) top = top.mul(one).add(top.add(zero));
  return top;
}

/** Every Value that `root` depends on, with the Values that use it. */
function usersOf(root: Value): Map<Value, Set<Value>> {
  const users = new Map<Value, Set<Value>>([[root, new Set()]]);
  for (const node of users.keys()) for (const input of node.inputs) users.set(input, (users.get(input) ?? new Set()).add(node));
  return users;
}

export default check<typeof Exercise>(({ claim, outcome }) => {
  claim('an operation gives a new Value with the right number', ({ attempt, expect, random }) => {
    for (const operation of operations) {
      for (const [x, y] of [[random.uniform(0.5, 2), random.uniform(-2, -0.5)], [random.uniform(-2, -0.5), random.uniform(0.5, 2)]] as const) {
        const a = new attempt.Value(x), b = new attempt.Value(y), result = operation.use(a, b), call = text(operation, 'a', 'b');
        expect(result, call).toBeA(attempt.Value);
        expect(result.data, { name: `${call}.data`, inputs: { a: x, b: y } }).toBeClose(operation.of(x, y));
        expect([a.data, b.data, a.grad, b.grad, result.grad], `a.data, b.data, a.grad, b.grad and the result's grad after ${call}`).toEqual([x, y, 0, 0, 0], { says: `${call} should compute a number and send nothing back yet` });
      }
    }
  });

  claim('the new Value remembers its operands as inputs, in order', ({ attempt, expect, random }) => {
    for (const operation of operations) {
      const a = new attempt.Value(random.uniform(0.5, 2)), b = new attempt.Value(random.uniform(0.5, 2)), call = text(operation, 'a', 'b');
      const inputs = [...operation.use(a, b).inputs];
      expect(inputs.length, `the number of inputs of ${call}`).toBe(operation.arity);
      expect(inputs[0] === a && (operation.arity === 1 || inputs[1] === b), `whether the inputs of ${call} are its operands themselves`).toBe(true);
    }
  });

  claim('sendBack adds to each input the derivative times the gradient of the result', ({ attempt, expect, random }) => {
    for (const operation of operations) {
      for (const x of [random.uniform(0.4, 1.6), random.uniform(-1.6, -0.4), ...(operation.name === 'relu' ? [0] : [])]) {
        const y = random.uniform(2, 3), arrived = random.uniform(0.3, 3), had = [random.uniform(1, 2), random.uniform(1, 2)];
        const a = new attempt.Value(x), b = new attempt.Value(y), result = operation.use(a, b);
        [a.grad, b.grad] = [had[0]!, had[1]!];
        result.grad = arrived;
        result.sendBack();
        const derivatives = x === 0 ? [0] : differences([x, y], [{ operation, a: 0, b: 1 }]).slice(0, operation.arity);
        const sent = (local: readonly number[]): number[] => local.map((d, i) => had[i]! + d * arrived);
        const got = [a.grad, b.grad].slice(0, operation.arity);
        expect(got, {
          name: `${operation.arity === 2 ? 'the gradients of a and b' : 'the gradient of a'} after ${text(operation, 'a', 'b')}.sendBack()`,
          inputs: { a: x, ...(operation.arity === 2 ? { b: y } : {}), 'grad of the result': arrived, 'grad before': had.slice(0, operation.arity) },
        }).toBeClose(sent(derivatives), {
          as: 'GRAD', rtol: 1e-6, atol: 1e-7,
          mistakes: [
            { value: derivatives.map((d) => d * arrived), says: 'what the input had before is gone: add to grad, don\'t assign it' },
            { value: derivatives.map((d, i) => had[i]! + d), says: 'the gradient of the result is not used: multiply the derivative by it' },
            { value: had.slice(0, operation.arity), says: 'nothing was sent: does the result have a sendBack of its own?' },
            ...(operation.name === 'mul' ? [{ value: sent([x, y]), says: 'each factor receives its own number; it should receive the other factor' }] : []),
            ...(operation.name === 'pow' ? [{ value: sent([x ** 2]), says: 'the factor `exponent` is missing' }, { value: sent([3 * x ** 3]), says: 'the exponent of the derivative is one less' }] : []),
            ...(operation.name === 'exp' ? [{ value: sent([x * Math.exp(x - 1)]), says: 'the power rule is for a constant exponent; the derivative of exp is exp itself' }] : []),
            ...(operation.name === 'tanh' ? [{ value: sent([1 - x ** 2]), says: 'the derivative is 1 - tanh², with the result and not with the operand' }] : []),
            ...(operation.name === 'relu' ? [{ value: sent([1]), says: 'where relu gave 0 it lets no gradient through' }, { value: sent([x]), says: 'the derivative is 1 where the operand is positive, not the operand' }] : []),
          ],
        });
      }
    }
  });

  claim('pow takes any constant exponent: negative ones and fractions too', ({ attempt, expect, random }) => {
    for (const exponent of [-1, 0.5, 2, 2.5, -2, 4]) {
      const x = random.uniform(0.5, 2), arrived = random.uniform(0.3, 3), a = new attempt.Value(x), power = a.pow(exponent);
      expect(power.data, { name: `a.pow(${exponent}).data`, inputs: { a: x } }).toBeClose(x ** exponent);
      power.grad = arrived;
      power.sendBack();
      expect(a.grad, { name: `the gradient of a after a.pow(${exponent}).sendBack()`, inputs: { a: x, 'grad of the result': arrived } }).toBeClose(exponent * x ** (exponent - 1) * arrived, { as: 'GRAD' });
    }
  });

  claim('a Value that stands on both sides of an operation gets both gradients', ({ attempt, expect, random }) => {
    const number = random.uniform(1.5, 3);
    const gradient = (use: (x: Value) => Value): number => {
      const x = new attempt.Value(number);
      use(x).backward();
      return x.grad;
    };
    const lost = 'only one of the two gradients arrived: the second replaced the first';
    expect(gradient((x) => x.add(x)), 'x.grad after x.add(x).backward()').toBeClose(2, { as: 'GRAD', mistakes: [{ value: 1, says: lost }] });
    expect(gradient((x) => x.mul(x)), { name: 'x.grad after x.mul(x).backward()', inputs: { x: number } }).toBeClose(2 * number, { as: 'GRAD', mistakes: [{ value: number, says: lost }] });
  });

  claim('backward calls sendBack of each Value once, however many paths lead to it', ({ attempt, expect, fail, random }) => {
    const [x, one, zero] = [random.uniform(1, 2), 1, 0].map((v) => new attempt.Value(v)) as [Value, Value, Value];
    const top = diamonds(x, one, zero, 10), sent = new Map<Value, number>();
    for (const node of usersOf(top).keys()) {
      const { inputs } = node, send = node.sendBack;
      let reads = 0;
      Object.defineProperty(node, 'inputs', { get: () => {
        if (++reads > manyReads) fail({ class: 'VALUE', says: 'backward walks every path of the graph', expected: 'each Value is looked at about once', got: `more than ${manyReads} looks at the inputs of one Value, in a graph of ${usersTotal} Values`, diagnosis: 'is a Value remembered as seen before its inputs are walked?' });
        return inputs;
      } });
      node.sendBack = () => {
        sent.set(node, (sent.get(node) ?? 0) + 1);
        if (sent.get(node)! > 1 && inputs.length > 0) fail({ class: 'VALUE', says: 'sendBack of a Value was called a second time in one backward', expected: 'one call for each Value', got: 'two calls', diagnosis: 'a Value that is used in two places is reached twice: order the graph first, then call each sendBack once' });
        send.call(node);
      };
      if (inputs.length > 0) sent.set(node, 0);
    }
    const usersTotal = sent.size + 3;
    top.backward();
    expect([...sent.values()].filter((n) => n === 0).length, 'the number of Values whose sendBack was not called').toBe(0);
    diamonds(new attempt.Value(3), new attempt.Value(1), new attempt.Value(0), 30).backward(); // ends only if paths are not walked
    const leaf = new attempt.Value(1), step = new attempt.Value(0);
    let long = leaf;
    for (let i = 0; i < 1000; i++) long = long.add(step);
    long.backward();
    expect([leaf.grad, step.grad], 'the gradients of a and b after adding b to a a thousand times').toBeClose([1, 1000], { as: 'GRAD' });
  });

  claim('a Value sends back only after all Values that use it have', ({ attempt, expect, fail, random }) => {
    for (let round = 0; round < 10; round++) {
      const { leaves, steps } = randomGraph(random, 10);
      const nodes = leaves.map((v) => new attempt.Value(v));
      for (const { operation, a, b } of steps) nodes.push(operation.use(nodes[a]!, nodes[b]!));
      // A short way and a long way to the same Value: a walk by distance gets this wrong.
      const top = nodes.at(-1)!.add(nodes.at(-1)!.tanh().tanh().mul(nodes[0]!)).add(nodes[0]!);
      const done = new Set<Value>();
      for (const [node, users] of usersOf(top)) {
        if (node.inputs.length === 0) continue;
        const send = node.sendBack;
        node.sendBack = () => {
          const waiting = [...users].filter((user) => !done.has(user)).length;
          if (waiting > 0) fail({ class: 'VALUE', says: 'a Value sent back a gradient that was not complete yet', expected: 'all Values that use it have sent back before', got: `${waiting} of the ${users.size} Values that use it had not`, diagnosis: 'order the graph so that a Value comes after everything that uses it; distance from the top is not such an order' });
          done.add(node);
          send.call(node);
        };
      }
      top.backward();
    }
    const start = new attempt.Value(3);
    diamonds(start, new attempt.Value(1), new attempt.Value(0), 12).backward();
    expect(start.grad, 'the gradient through 12 diamonds in a row').toBeClose(2 ** 12, { as: 'GRAD' });
  });

  claim('the gradients of 30 random graphs agree with central differences', ({ attempt, expect, random }) => {
    for (let round = 0; round < 30; round++) {
      const { leaves, steps } = randomGraph(random, 2 + Math.floor(round / 2));
      const nodes = leaves.map((v) => new attempt.Value(v));
      for (const { operation, a, b } of steps) nodes.push(operation.use(nodes[a]!, nodes[b]!));
      nodes.at(-1)!.backward();
      const graph = Object.fromEntries(steps.map(({ operation, a, b }, i) => [`v${i + 3}`, text(operation, `v${a}`, `v${b}`)]));
      expect(leaves.map((_, i) => nodes[i]!.grad), {
        name: `the gradients of v0, v1, v2 after v${nodes.length - 1}.backward()`,
        inputs: { ...Object.fromEntries(leaves.map((v, i) => [`v${i}`, v])), ...graph },
      }).toBeClose(differences(leaves, steps), { as: 'GRAD', rtol: 1e-4, atol: 1e-5 });
    }
  });

  claim('a second backward adds the same gradient to the leaves once more', ({ attempt, expect, random }) => {
    const numbers = [random.uniform(0.5, 1.5), random.uniform(0.5, 1.5)];
    const a = new attempt.Value(numbers[0]!), b = new attempt.Value(numbers[1]!), inner = a.mul(b), top = inner.mul(a).exp();
    top.backward();
    const once = [a.grad, b.grad], middle = inner.grad;
    top.backward();
    expect(inner.grad, { name: 'the gradient of a · b after a second backward of exp(a · b · a)', inputs: { a: numbers[0], b: numbers[1] } }).toBeClose(middle, {
      as: 'GRAD', rtol: 1e-9, says: 'the grad of a · b, which has inputs, still holds what the first backward left, and sends it on again',
    });
    expect([a.grad, b.grad], { name: 'the gradients of a and b after a second backward of exp(a · b · a)', inputs: { a: numbers[0], b: numbers[1], 'after the first': once } }).toBeClose(once.map((g) => 2 * g), {
      as: 'GRAD', rtol: 1e-9, mistakes: [{ value: once, says: 'the leaves were set to 0 first; a leaf keeps what it has' }],
    });
    const leaf = new attempt.Value(2);
    leaf.backward();
    leaf.backward();
    expect(leaf.grad, 'the gradient of a leaf after backward was called twice on the leaf itself').toBeClose(2, { as: 'GRAD' });
  });

  outcome('your engine trains a small network to compute XOR', ({ attempt, expect, random, draw }) => {
    const units = 6, sizes = 4 * units + 1, rate = 0.05, losses: number[] = [];
    let weights = Array.from({ length: sizes }, () => random.uniform(-1, 1));
    for (let epoch = 0; epoch < 300; epoch++) {
      const w = weights.map((v) => new attempt.Value(v));
      const loss = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]].map(([p, q, target]) => {
        let output = w[4 * units]!;
        for (let u = 0; u < units; u++) {
          const [a, b, c, d] = w.slice(4 * u, 4 * u + 4) as [Value, Value, Value, Value];
          output = output.add(a.mul(new attempt.Value(p!)).add(b.mul(new attempt.Value(q!))).add(c).tanh().mul(d));
        }
        return output.sub(new attempt.Value(target!)).pow(2);
      }).reduce((sum, term) => sum.add(term));
      loss.backward();
      losses.push(loss.data);
      weights = weights.map((v, i) => v - rate * w[i]!.grad);
    }
    expect(losses.at(-1), 'the loss after 300 steps').toBeLessThan(0.3);
    draw(`XOR, loss at steps 1, 51, 101, 201, 300: ${[0, 50, 100, 200, 299].map((i) => losses[i]!.toFixed(3)).join(' → ')}`);
  });
});
