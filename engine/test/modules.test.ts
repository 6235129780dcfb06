import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import type { Tensor } from '../src/index.ts';

const { nn } = torch, F = nn.functional;
const far = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item() as number;
const flat = (t: Tensor): number[] => t.detach().reshape(-1).tolist() as number[];
const close = (t: Tensor, want: number[]): void => { expect(t.count).toBe(want.length); flat(t).forEach((v, i) => expect(v).toBeCloseTo(want[i], 6)); };

describe('initialisation', () => {
  // The numbers are PyTorch's: torch.manual_seed(n) and the same constructor.
  it('Linear', () => {
    torch.manualSeed(0);
    const m = new nn.Linear(3, 2);
    close(m.weight, [-0.004322517663240433, 0.3097158372402191, -0.4751853346824646, -0.4248946011066437, -0.2223689705133438, 0.15482072532176971]);
    close(m.bias!, [-0.011439144611358643, 0.45777493715286255]);
  });
  it('Conv2d', () => {
    torch.manualSeed(0);
    const m = new nn.Conv2d(1, 2, 2);
    close(m.weight, [-0.003743410110473633, 0.26822179555892944, -0.4115225672721863, -0.3679695129394531, -0.19257718324661255, 0.13407868146896362, -0.009906589984893799, 0.39644473791122437]);
    close(m.bias!, [-0.04437202215194702, 0.1323062777519226]);
  });
  it('LSTM', () => {
    torch.manualSeed(3);
    const [ih, hh, bih, bhh] = [...new nn.LSTM(2, 1).parameters()];
    close(ih, [-0.9914729595184326, -0.7888612747192383, -0.42831504344940186, -0.9460903406143188, -0.056771278381347656, -0.8797674179077148, 0.543731689453125, 0.48739874362945557]);
    close(hh, [0.18884241580963135, 0.775713324546814, -0.09793734550476074, 0.5989812612533569]);
    close(bih, [-0.7003182172775269, -0.19706237316131592, -0.891646146774292, -0.08118951320648193]);
    close(bhh, [-0.6487895250320435, 0.8983657360076904, 0.6946372985839844, 0.7497124671936035]);
  });
});

describe('constructors', () => {
  it('take PyTorch\'s positional order, and an options object for any tail', () => {
    const reprs = [new nn.Conv2d(3, 8, 3, 2, 1, 1, 1, false), new nn.Conv2d(3, 8, 3, 2, { padding: 1, bias: false }), new nn.Conv2d(3, 8, [3, 3], { stride: 2, padding: [1, 1], bias: false })].map(String);
    expect(new Set(reprs)).toEqual(new Set(['Conv2d(3, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)']));
    expect(String(new nn.LSTM({ inputSize: 4, hiddenSize: 5, numLayers: 2, batchFirst: true, bidirectional: true }))).toBe('LSTM(4, 5, num_layers=2, batch_first=True, bidirectional=True)');
    expect(new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }).labelSmoothing).toBe(0.1);
  });
  it('reject what PyTorch rejects', () => {
    expect(() => new (nn.Linear as never as new (...a: unknown[]) => unknown)(3)).toThrow('Linear() missing 1 required positional arguments: "outFeatures"');
    expect(() => new nn.Linear(3, 4, { bais: true } as never)).toThrow("Linear() got an unexpected keyword argument 'bais'");
    expect(() => new nn.Conv2d(3, 8, 3, { groups: 2 })).toThrow('in_channels must be divisible by groups');
    expect(() => new nn.MultiheadAttention(5, 2)).toThrow('embed_dim must be divisible by num_heads');
    expect(() => new nn.GroupNorm(2, 3)).toThrow('num_channels (3) must be divisible by num_groups (2)');
  });
});

describe('printing', () => {
  it('is PyTorch\'s repr', () => {
    const cases: [unknown, string][] = [
      [new nn.Linear(3, 4), 'Linear(in_features=3, out_features=4, bias=True)'], [new nn.MaxPool2d(2), 'MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)'],
      [new nn.BatchNorm2d(4), 'BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)'], [new nn.LayerNorm(5), 'LayerNorm((5,), eps=1e-05, elementwise_affine=True)'],
      [new nn.AdaptiveAvgPool2d([3, null]), 'AdaptiveAvgPool2d(output_size=(3, None))'], [new nn.Embedding(4, 3, { paddingIdx: 1 }), 'Embedding(4, 3, padding_idx=1)'], [new nn.GELU(), "GELU(approximate='none')"],
      [new nn.ConvTranspose2d(3, 4, 3, 2, 1, 1), 'ConvTranspose2d(3, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))'], [new nn.Dropout(0.2, true), 'Dropout(p=0.2, inplace=True)'],
    ];
    for (const [m, text] of cases) expect(String(m)).toBe(text);
    expect(String(new nn.TransformerEncoderLayer(8, 2, 16))).toBe(`TransformerEncoderLayer(
  (self_attn): MultiheadAttention(
    (out_proj): NonDynamicallyQuantizableLinear(in_features=8, out_features=8, bias=True)
  )
  (linear1): Linear(in_features=8, out_features=16, bias=True)
  (dropout): Dropout(p=0.1, inplace=False)
  (linear2): Linear(in_features=16, out_features=8, bias=True)
  (norm1): LayerNorm((8,), eps=1e-05, elementwise_affine=True)
  (norm2): LayerNorm((8,), eps=1e-05, elementwise_affine=True)
  (dropout1): Dropout(p=0.1, inplace=False)
  (dropout2): Dropout(p=0.1, inplace=False)
)`);
  });
});

describe('recurrent layers', () => {
  it('LSTM and GRU are their cells, step by step; the reverse direction reads from the end', () => {
    torch.manualSeed(4);
    const x = torch.randn(5, 2, 3);
    const lstm = new nn.LSTM(3, 4), cell = new nn.LSTMCell(3, 4);
    cell.loadStateDict(Object.fromEntries(Object.entries(lstm.stateDict()).map(([k, v]) => [k.replace('_l0', ''), v])));
    let h = torch.zeros(2, 4), c = torch.zeros(2, 4);
    const outputs: Tensor[] = [];
    for (const step of x) { [h, c] = cell(step, [h, c]); outputs.push(h); }
    const [out, [hn, cn]] = lstm(x);
    expect(far(out, torch.stack(outputs))).toBeLessThan(1e-6);
    expect(far(hn.at(0), h)).toBeLessThan(1e-6);
    expect(far(cn.at(0), c)).toBeLessThan(1e-6);

    const both = new nn.GRU(3, 4, { bidirectional: true, batchFirst: true }), back = new nn.GRU(3, 4);
    back.loadStateDict(Object.fromEntries(Object.entries(both.stateDict()).filter(([k]) => k.endsWith('_reverse')).map(([k, v]) => [k.replace('_reverse', ''), v])));
    const [two, last] = both(x.transpose(0, 1)), [one] = back(x.flip(0));
    expect(far(two.transpose(0, 1).at('...', '4:'), one.flip(0))).toBeLessThan(1e-6);
    expect(far(last.at(1), one.at(-1))).toBeLessThan(1e-6);
  });
  it('packed sequences are run as if each were alone, whatever their lengths', () => {
    torch.manualSeed(9);
    const { packPaddedSequence, padPackedSequence } = nn.utils.rnn, lengths = [2, 4, 1], x = torch.randn(3, 4, 3), lstm = new nn.LSTM(3, 2, { numLayers: 2, bidirectional: true, batchFirst: true });
    const [packed, [h, c]] = lstm(packPaddedSequence(x, lengths, { batchFirst: true, enforceSorted: false })), [out] = padPackedSequence(packed, { batchFirst: true });
    lengths.forEach((n, i) => {
      const [alone, [ha, ca]] = lstm(x.at(i, `:${n}`));
      expect(far(out.at(i, `:${n}`), alone)).toBeLessThan(1e-6);
      expect(far(h.at(':', i), ha)).toBeLessThan(1e-6);
      expect(far(c.at(':', i), ca)).toBeLessThan(1e-6);
    });
  });
  it('names parameters as PyTorch does', () => {
    expect(Object.keys(new nn.LSTM(2, 3, 1, { bidirectional: true, projSize: 2, bias: false }).stateDict())).toEqual(['weight_ih_l0', 'weight_hh_l0', 'weight_hr_l0', 'weight_ih_l0_reverse', 'weight_hh_l0_reverse', 'weight_hr_l0_reverse']);
  });
});

describe('attention', () => {
  it('weights are a distribution over what the masks leave open', () => {
    torch.manualSeed(6);
    const mha = new nn.MultiheadAttention(8, 2, { batchFirst: true }), x = torch.randn(2, 4, 8), padding = torch.tensor([[false, false, false, true], [false, false, true, true]]);
    const [out, weights] = mha(x, x, x, { keyPaddingMask: padding, averageAttnWeights: false });
    expect(out.shape).toEqual([2, 4, 8]);
    expect(weights!.shape).toEqual([2, 2, 4, 4]);
    expect(far(weights!.sum(-1), torch.ones(2, 2, 4))).toBeLessThan(1e-6);
    expect(weights!.maskedSelect(padding.reshape(2, 1, 1, 4).expand(2, 2, 4, 4)).abs().max().item()).toBe(0);
    const [fast, none] = mha(x, x, x, { keyPaddingMask: padding, needWeights: false });
    expect(none).toBe(null);
    expect(far(fast, out)).toBeLessThan(1e-6);
  });
  it('a causal mask hides the future, and an open row only what its mask forbids', () => {
    torch.manualSeed(8);
    const [q, k, v] = [torch.randn(1, 2, 5, 4), torch.randn(1, 2, 5, 4), torch.randn(1, 2, 5, 4)], causal = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    const changed = v.clone();
    changed.setAt(['...', '3:', ':'], 100);
    expect(far(F.scaledDotProductAttention(q, k, changed, { isCausal: true }).at('...', ':3', ':'), causal.at('...', ':3', ':'))).toBe(0);
    const nothing = F.scaledDotProductAttention(q, k, v, { attnMask: torch.zeros(5, 5).eq(1) });
    expect(nothing.abs().max().item()).toBe(0);
    const grouped = F.scaledDotProductAttention(q, k.at(':', ':1'), v.at(':', ':1'), { enableGqa: true });
    expect(far(grouped, F.scaledDotProductAttention(q, k.at(':', ':1').repeat(1, 2, 1, 1), v.at(':', ':1').repeat(1, 2, 1, 1)))).toBe(0);
  });
  it('layers of an encoder are copies of their own', () => {
    const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, 8), 2), [first, second] = [...encoder.layers] as never as { linear1: { weight: Tensor } }[];
    expect(far(first.linear1.weight, second.linear1.weight)).toBe(0);
    expect(first.linear1.weight.storage).not.toBe(second.linear1.weight.storage);
    expect([...encoder.parameters()].length).toBe(24);
  });
});

describe('training', () => {
  it('a small convolutional network learns to tell two patterns apart', () => {
    torch.manualSeed(2);
    const net = new nn.Sequential(new nn.Conv2d(1, 4, 3, { padding: 1 }), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(36, 2));
    const y = torch.arange(16).remainder(2), x = torch.randn(16, 1, 6, 6).mul(0.3), loss = new nn.CrossEntropyLoss();
    x.setAt([y.eq(1), 0, 2], 2);
    const optimizer = new torch.optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
    let last = Infinity;
    for (let step = 0; step < 25; step++) { optimizer.zeroGrad(); const l = loss(net(x), y); l.backward(); optimizer.step(); last = l.item() as number; }
    expect(last).toBeLessThan(0.05);
    expect((net.eval()(x) as Tensor).argmax(1).tolist()).toEqual(y.tolist());
  });
});
