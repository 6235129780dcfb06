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
    power.sendBack = () => { this.grad += exponent * this.data ** (exponent - 1) * power.grad; };
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

/* In PyTorch: the engine is there already, and gives the same numbers.

a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(-3.0, requires_grad=True)
y = (a * b + a ** 2).tanh()
y.backward()
a.grad, b.grad

# The class above in Python:

class Value:
    def __init__(self, data, inputs=()):
        self.data, self.inputs, self.grad = data, inputs, 0.0
        self.send_back = lambda: None

    def __add__(self, other):
        result = Value(self.data + other.data, (self, other))
        def send_back():
            self.grad += result.grad
            other.grad += result.grad
        result.send_back = send_back
        return result

    def __mul__(self, other):
        result = Value(self.data * other.data, (self, other))
        def send_back():
            self.grad += other.data * result.grad
            other.grad += self.data * result.grad
        result.send_back = send_back
        return result

    def __pow__(self, exponent):
        result = Value(self.data ** exponent, (self,))
        def send_back():
            self.grad += exponent * self.data ** (exponent - 1) * result.grad
        result.send_back = send_back
        return result

    def exp(self):
        result = Value(math.exp(self.data), (self,))
        def send_back():
            self.grad += result.data * result.grad
        result.send_back = send_back
        return result

    def tanh(self):
        result = Value(math.tanh(self.data), (self,))
        def send_back():
            self.grad += (1 - result.data ** 2) * result.grad
        result.send_back = send_back
        return result

    def relu(self):
        result = Value(max(0.0, self.data), (self,))
        def send_back():
            self.grad += result.grad if self.data > 0 else 0.0
        result.send_back = send_back
        return result

    def backward(self):
        order, seen = [], set()
        def visit(node):
            if node in seen:
                return
            seen.add(node)
            for item in node.inputs:
                visit(item)
            order.append(node)
        visit(self)
        for node in order:
            if node.inputs:
                node.grad = 0.0
        self.grad += 1.0
        for node in reversed(order):
            node.send_back()
*/
