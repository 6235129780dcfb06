// claim: pow takes any constant exponent: negative ones and fractions too
export class Value {
  grad = 0;
  sendBack: () => void = () => {};

  constructor(readonly data: number, readonly inputs: readonly Value[] = []) {}

  add(other: Value): Value {
    const sum = new Value(this.data + other.data, [this, other]);
    sum.sendBack = () => {
      this.grad += sum.grad;
      other.grad += sum.grad;
    };
    return sum;
  }

  mul(other: Value): Value {
    const product = new Value(this.data * other.data, [this, other]);
    product.sendBack = () => {
      this.grad += other.data * product.grad;
      other.grad += this.data * product.grad;
    };
    return product;
  }

  pow(exponent: number): Value {
    const power = new Value(this.data ** exponent, [this]);
    power.sendBack = () => { this.grad += 3 * this.data ** 2 * power.grad; };
    return power;
  }

  exp(): Value {
    const result = new Value(Math.exp(this.data), [this]);
    result.sendBack = () => { this.grad += result.data * result.grad; };
    return result;
  }

  tanh(): Value {
    const result = new Value(Math.tanh(this.data), [this]);
    result.sendBack = () => { this.grad += (1 - result.data ** 2) * result.grad; };
    return result;
  }

  relu(): Value {
    const result = new Value(Math.max(0, this.data), [this]);
    result.sendBack = () => { this.grad += this.data > 0 ? result.grad : 0; };
    return result;
  }

  backward(): void {
    const order: Value[] = []; // inputs before the Values that use them
    const seen = new Set<Value>();
    const visit = (node: Value): void => {
      if (seen.has(node)) return;
      seen.add(node);
      node.inputs.forEach(visit);
      order.push(node);
    };
    visit(this);
    // Only leaves keep what an earlier backward left; a stale gradient further in would be sent on a second time.
    for (const node of order) if (node.inputs.length > 0) node.grad = 0;
    this.grad += 1;
    for (const node of order.reverse()) node.sendBack();
  }

  neg(): Value { return this.mul(new Value(-1)); }
  sub(other: Value): Value { return this.add(other.neg()); }
  div(other: Value): Value { return this.mul(other.pow(-1)); }
}
