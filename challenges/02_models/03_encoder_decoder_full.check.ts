import * as torch from '@track/engine';
import { type Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

/** N, dimIn, dimHidden, dimOut: all different; widths equal; one sample; N as large as a width. */
const sizes = [[4, 5, 3, 2], [2, 3, 3, 3], [1, 4, 6, 3], [5, 5, 2, 4]] as const;

const linear = (x: Tensor, fc: { weight: Tensor; bias: Tensor | null }): Tensor => x.matmul(fc.weight.t()).add(fc.bias!);

export default check<typeof import('./03_encoder_decoder_full.ts')>(({ claim }) => {
  claim('the encoder gives [N, dimHidden], the decoder [N, dimOut], and the full model [N, dimOut], all float32', ({ attempt, expect }) => {
    for (const [n, dimIn, dimHidden, dimOut] of sizes) {
      const x = torch.randn(n, dimIn), z = torch.randn(n, dimHidden);
      expect(new attempt.Encoder(dimIn, dimHidden)(x), `new Encoder(${dimIn}, ${dimHidden}) of [${n}, ${dimIn}]`).toBeTensor({ shape: [n, dimHidden], dtype: 'float32' });
      expect(new attempt.Decoder(dimHidden, dimOut)(z), `new Decoder(${dimHidden}, ${dimOut}) of [${n}, ${dimHidden}]`).toBeTensor({ shape: [n, dimOut], dtype: 'float32' });
      expect(new attempt.FullModel(dimIn, dimHidden, dimOut)(x), `new FullModel(${dimIn}, ${dimHidden}, ${dimOut}) of [${n}, ${dimIn}]`).toBeTensor({ shape: [n, dimOut], dtype: 'float32' });
    }
  });

  claim('the state dict of the full model holds encoder.fc and decoder.fc, and nothing else', ({ attempt, expect }) => {
    for (const [, dimIn, dimHidden, dimOut] of sizes) {
      const model = new attempt.FullModel(dimIn, dimHidden, dimOut);
      const shapes = Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, [...t.shape]]));
      const want = { 'encoder.fc.weight': [dimHidden, dimIn], 'encoder.fc.bias': [dimHidden], 'decoder.fc.weight': [dimOut, dimHidden], 'decoder.fc.bias': [dimOut] };
      const missing = Object.keys(want).filter((name) => !(name in shapes)), extra = Object.keys(shapes).filter((name) => !(name in want));
      expect(shapes, `the state dict of new FullModel(${dimIn}, ${dimHidden}, ${dimOut})`).toEqual(want, {
        mistakes: [
          { value: () => (missing.length === 4 ? shapes : null), says: 'the parts are not found: keep them as this.encoder and this.decoder, not in a plain list or object' },
          { value: () => (missing.length === 0 && extra.length > 0 ? shapes : null), says: `the full model owns more than an encoder and a decoder: ${extra.join(', ')}` },
        ],
      });
      expect(model.encoder, 'model.encoder').toBeA(attempt.Encoder);
      expect(model.decoder, 'model.decoder').toBeA(attempt.Decoder);
    }
  });

  claim('the encoder is its linear layer and a ReLU', ({ attempt, expect }) => {
    for (const [n, dimIn, dimHidden] of sizes) {
      const encoder = new attempt.Encoder(dimIn, dimHidden), x = torch.randn(n, dimIn), z = linear(x, encoder.fc);
      expect(encoder(x), { name: 'encoder(x)', inputs: { x } }).toBeClose(z.relu(), {
        mistakes: [{ value: z, says: 'the ReLU is missing' }, { value: () => z.tanh(), says: 'this is a tanh; a ReLU was asked' }],
      });
    }
  });

  claim('the decoder is its linear layer alone', ({ attempt, expect }) => {
    for (const [n, , dimHidden, dimOut] of sizes) {
      const decoder = new attempt.Decoder(dimHidden, dimOut), z = torch.randn(n, dimHidden), y = linear(z, decoder.fc);
      expect(decoder(z), { name: 'decoder(features)', inputs: { features: z } }).toBeClose(y, {
        mistakes: [
          { value: () => y.relu(), says: 'a ReLU follows the layer: outputs may be negative' },
          { value: () => linear(z.relu(), decoder.fc), says: 'the decoder cuts its input at zero; the ReLU belongs to the encoder' },
          { value: () => y.softmax(1), says: 'a softmax follows the layer' },
        ],
      });
    }
  });

  claim('the full model gives what its decoder makes of what its encoder gives, also after a part was exchanged', ({ attempt, expect }) => {
    for (const [n, dimIn, dimHidden, dimOut] of sizes) {
      const model = new attempt.FullModel(dimIn, dimHidden, dimOut), x = torch.randn(n, dimIn);
      const { encoder, decoder } = model;
      expect(model(x), { name: 'model(x)', inputs: { x } }).toBeClose(decoder(encoder(x)), {
        mistakes: [{ value: () => decoder(linear(x, encoder.fc)), says: 'the encoder\'s ReLU is left out on the way' }],
      });
      const ran = spy(() => model(x)).forwards.map(({ module }) => module);
      expect(ran.includes(encoder) && ran.includes(decoder), 'whether encoder and decoder were called').toBe(true, { says: 'the parts themselves are not called, only their layers: another encoder, or a hook on this one, would have no effect' });
      const before = decoder(encoder(x));
      model.decoder = new attempt.Decoder(dimHidden, dimOut);
      const kept = [{ value: before, says: 'the old part still runs: forward should go through this.encoder and this.decoder' }];
      expect(model(x), { name: 'model(x) after model.decoder was exchanged', inputs: { x } }).toBeClose(model.decoder(encoder(x)), { mistakes: kept });
      model.encoder = new attempt.Encoder(dimIn, dimHidden);
      model.decoder = decoder;
      expect(model(x), { name: 'model(x) after model.encoder was exchanged', inputs: { x } }).toBeClose(decoder(model.encoder(x)), { mistakes: kept });
    }
  });

  claim('gradients flow through the decoder and the encoder back to x', async ({ attempt, gradcheck, expect }) => {
    const model = new attempt.FullModel(4, 5, 3).double();
    await gradcheck((x: Tensor) => model(x), [torch.randn(6, 4)], { name: 'model(x)', names: ['x'] });
    model.zeroGrad();
    const cotangent = torch.randn(6, 3, { dtype: 'float64' });
    model(torch.randn(6, 4, { dtype: 'float64' })).mul(cotangent).sum().backward();
    const without = [...model.namedParameters()].filter(([, p]) => p.grad === null).map(([name]) => name);
    expect(without, 'the list of parameters without a gradient').toEqual([], { as: 'GRAD' });
  });
});
