import * as torch from '@track/engine';
import { type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** N, C, H, W, dimFeatures, numClasses: all different; one image; N as large as the number of features. */
const sizes = [[4, 3, 2, 6, 7, 5], [1, 2, 3, 4, 5, 6], [5, 1, 4, 3, 5, 2]] as const;

const linear = (x: Tensor, fc: { weight: Tensor; bias: Tensor | null }): Tensor => x.matmul(fc.weight.t()).add(fc.bias!);

export default check<typeof import('./02_backbone_head.ts')>(({ claim }) => {
  claim('images [N, C, H, W] give float32 features [N, dimFeatures] and logits [N, numClasses]', ({ attempt, expect }) => {
    for (const [n, c, h, w, dimFeatures, numClasses] of sizes) {
      const model = new attempt.BackboneHead(c * h * w, dimFeatures, numClasses), x = torch.randn(n, c, h, w);
      expect(model.backbone(x), `model.backbone(x) for x of [${n}, ${c}, ${h}, ${w}]`).toBeTensor({ shape: [n, dimFeatures], dtype: 'float32' });
      expect(model(x), `model(x) for x of [${n}, ${c}, ${h}, ${w}]`).toBeTensor({ shape: [n, numClasses], dtype: 'float32' });
    }
  });

  claim('the state dict holds backbone.fc and head, side by side, and nothing else', ({ attempt, expect }) => {
    for (const [, c, h, w, dimFeatures, numClasses] of sizes) {
      const model = new attempt.BackboneHead(c * h * w, dimFeatures, numClasses);
      const shapes = Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, [...t.shape]]));
      const want = { 'backbone.fc.weight': [dimFeatures, c * h * w], 'backbone.fc.bias': [dimFeatures], 'head.weight': [numClasses, dimFeatures], 'head.bias': [numClasses] };
      const inside = Object.keys(shapes).filter((name) => name.startsWith('backbone.') && !name.startsWith('backbone.fc.'));
      expect(shapes, 'the state dict').toEqual(want, {
        mistakes: [{ value: () => (inside.length > 0 ? shapes : null), says: `the backbone owns more than its layer: ${inside.join(', ')}. The head belongs beside it` }],
      });
      expect(model.backbone, 'model.backbone').toBeA(attempt.Backbone);
    }
  });

  claim('the backbone flattens each image in the order C, H, W, then applies fc and a ReLU', ({ attempt, expect }) => {
    for (const [n, c, h, w, dimFeatures] of sizes) {
      const backbone = new attempt.Backbone(c * h * w, dimFeatures), x = torch.randn(n, c, h, w).mul(2), z = linear(x.reshape(n, c * h * w), backbone.fc);
      expect(backbone(x), { name: 'backbone(x)', inputs: { x } }).toBeClose(z.relu(), {
        mistakes: [
          { value: z, says: 'the ReLU is missing' },
          { value: () => linear(x.permute(0, 2, 3, 1).reshape(n, -1), backbone.fc).relu(), says: 'the channels stand last in what you flatten' },
          { value: () => linear(x.permute(1, 2, 3, 0).reshape(n, -1), backbone.fc).relu(), says: 'the images are mixed: the dimension of the samples must stay first' },
          { value: () => linear(x.relu().reshape(n, -1), backbone.fc), says: 'the ReLU is applied to the image; it follows the layer' },
        ],
      });
    }
  });

  claim('the logits are what the head makes of the features, and nothing follows', ({ attempt, expect }) => {
    for (const [n, c, h, w, dimFeatures, numClasses] of sizes) {
      const model = new attempt.BackboneHead(c * h * w, dimFeatures, numClasses), x = torch.randn(n, c, h, w).mul(2);
      const logits = linear(model.backbone(x), model.head);
      expect(model(x), { name: 'model(x)', inputs: { x } }).toBeClose(logits, {
        mistakes: [
          { value: () => logits.softmax(1), says: 'these are probabilities: leave the softmax to the loss' },
          { value: () => logits.relu(), says: 'a ReLU follows the head: logits may be negative' },
          { value: () => logits.sigmoid(), says: 'a sigmoid follows the head' },
        ],
      });
    }
  });

  claim('replaceHead changes the classes and keeps the features to the last bit', ({ attempt, expect }) => {
    const model = new attempt.BackboneHead(24, 7, 5), x = torch.randn(4, 2, 3, 4);
    const { backbone, head } = model, [features, logits] = [backbone(x), model(x)];
    const weights = [...backbone.parameters()], oldHead = head.weight.detach().clone();
    model.replaceHead(3);
    expect(model(x), 'the logits after replaceHead(3)').toBeTensor({ shape: [4, 3], dtype: 'float32' });
    expect(model.head.weight, 'the weight of the new head').toBeTensor({ shape: [3, 7] });
    expect(model.head.weight.eq(oldHead.narrow(0, 0, 3)).any().item(), 'whether the new head holds weights of the old one').toBe(false, { says: 'the new head holds rows of the old one: what they meant is another class now' });
    expect(model.backbone(x), { name: 'the features after replaceHead(3)', inputs: { x } }).toEqual(features, { says: 'the features have changed: the backbone must stay as it is' });
    expect([...model.backbone.parameters()].every((p, i) => p === weights[i]), 'whether the backbone still has the same parameters').toBe(true, { says: 'the backbone\'s parameters are other objects now: an optimizer that holds the old ones would train nothing' });
    expect(model(x), 'the logits after replaceHead(3)').toBeClose(linear(features, model.head));
    expect([...model.parameters()].length, 'the number of parameters').toBe(4);
    model.replaceHead(5);
    expect(model(x), 'the logits after replaceHead(5)').toBeTensor({ shape: [4, 5] });
    expect(model(x), 'the logits after replaceHead(5)').toDiffer(logits, { says: 'the old head came back: a new task starts with fresh weights' });
    expect(model.backbone(x), 'the features after replaceHead(5)').toEqual(features);
  });

  claim('every new head is a layer of its own, with random weights', ({ attempt, expect }) => {
    const model = new attempt.BackboneHead(6, 7, 5), old = model.head, before = old.weight.detach().clone();
    const heads = [4, 4].map((classes) => {
      model.replaceHead(classes);
      expect(model.head === old, 'whether model.head is still the old layer').toBe(false, { says: 'the old layer was given other weights: who keeps it to go back finds it changed' });
      expect([model.head.inFeatures, model.head.outFeatures], 'the list of inFeatures and outFeatures of the new head').toEqual([7, classes]);
      return model.head.weight.detach().clone();
    });
    expect(old.weight.detach(), 'the weight of the old head').toEqual(before, { as: 'MEMORY' });
    for (const weight of heads) expect(weight.std().item(), 'the standard deviation of the weights of a new head').toBeGreaterThan(0.02, { says: 'the new weights are all alike, so that they are not random' });
    expect(heads[0], 'the weight of one new head, compared with the next').toDiffer(heads[1], { says: 'two new heads have the same weights: are they drawn with a fixed seed?' });
  });

  claim('the new head is on the device of the model', ({ attempt, expect }) => {
    const model = new attempt.BackboneHead(12, 4, 3).to('sim:0');
    model.replaceHead(2);
    expect(model.head.weight.device, 'the device of the new head').toBe('sim:0', { says: 'the new head is on the cpu while the model is on sim:0: the next forward pass would fail' });
    expect(model(torch.randn(2, 3, 2, 2, { device: 'sim:0' })), 'the logits').toBeTensor({ shape: [2, 2], device: 'sim:0' });
  });

  claim('gradients flow through the head and the backbone back to the images', async ({ attempt, gradcheck }) => {
    const model = new attempt.BackboneHead(12, 4, 5).double();
    await gradcheck((x: Tensor) => model(x), [torch.randn(3, 2, 2, 3)], { name: 'model(x)', names: ['x'] });
  });
});
