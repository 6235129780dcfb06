import { mkdirSync } from 'node:fs';
import * as torch from '@track/engine';
import { nn, utils, type Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { datasets, draw, utils as pictures } from '@track/engine/vision';
import { check } from '@track/grader/check';

const GOAL = 0.95;
const normalized = (images: Tensor): Tensor => images.float().div(255).sub(0.1307).div(0.3081);
const noise = (n: number): Tensor => torch.randint(0, 256, [n, 28, 28], { dtype: 'uint8' });
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const shareOf = (hits: Tensor): number => hits.float().mean().item() as number;

/** Says which of ten levels of brightness an image has, on the scale of normalized pixels; dropout shows the mode. */
class Brightness extends nn.Module {
  dropout = new nn.Dropout(0.5);
  levels = torch.linspace(-0.4242, 2.8215, 10);
  forward(images: Tensor): Tensor {
    return this.dropout(images).mean([1, 2, 3]).unsqueeze(1).sub(this.levels).square().neg();
  }
}
/** Images of ten even shades, in random order. */
const shades = (n: number): Tensor => torch.randint(0, 256, [n, 1, 1], { dtype: 'uint8' }).expand(n, 28, 28).clone();

/** MNIST as the task deals it: sorted by class, under class numbers of this run. */
function deal(): { images: Tensor; labels: Tensor; unseen: Tensor; answers: Tensor; digits: Tensor } {
  const train = new datasets.MNIST({ train: true }), test = new datasets.MNIST({ train: false }), numbers = torch.randperm(10);
  const labels = numbers.indexSelect(0, train.targets), order = labels.argsort({ stable: true });
  return {
    images: train.data.indexSelect(0, order), labels: labels.indexSelect(0, order),
    unseen: test.data, answers: numbers.indexSelect(0, test.targets), digits: numbers.argsort(),
  };
}

export default check<typeof import('./07_mnist_digits.ts')>(({ claim, outcome }) => {
  let shown = false, run = 0;

  claim('the dataset has a length and gives an image float32 [1, 28, 28] and a label int64 []', ({ attempt, expect }) => {
    for (const n of [5, 1]) {
      const dataset = new attempt.DigitDataset(noise(n), torch.randint(0, 10, [n]));
      expect(dataset.length, `length of a dataset of ${n} digits`).toBe(n);
      const sample = dataset.getItem(n - 1);
      expect(sample, `getItem(${n - 1})`).toBeA('list');
      expect(sample[0], 'its image').toBeTensor({ shape: [1, 28, 28], dtype: 'float32' });
      expect(sample[1], 'its label').toBeTensor({ shape: [], dtype: 'int64' });
    }
    const [batch] = new utils.data.DataLoader(new attempt.DigitDataset(noise(7), torch.randint(0, 10, [7])), { batchSize: 4 });
    expect(batch[0], 'the images of a batch of 4').toBeTensor({ shape: [4, 1, 28, 28], dtype: 'float32' });
    expect(batch[1], 'the labels of a batch of 4').toBeTensor({ shape: [4], dtype: 'int64' });
  });

  claim('sample i is digit i, with its pixels brought to 0…1 and then normalized, and the images given stay as they are', ({ attempt, expect }) => {
    const images = noise(6), labels = torch.randint(0, 10, [6]), before = images.clone();
    const dataset = new attempt.DigitDataset(images, labels), float = images.float();
    for (const i of [4, 0, 5, 4]) {
      const [image, label] = dataset.getItem(i), of = (all: Tensor): Tensor => all.at([i]);
      expect(image, `image ${i}`).toBeClose(of(normalized(before)), {
        mistakes: [
          { value: of(float), says: 'these are the raw pixels' },
          { value: of(float.div(255)), says: 'the pixels are in 0…1, but not normalized: subtract MEAN, then divide by STD' },
          { value: of(float.sub(0.1307).div(0.3081)), says: 'MEAN and STD were measured on pixels in 0…1: divide by 255 first' },
          { value: of(float.div(255).div(0.3081).sub(0.1307)), says: 'subtract MEAN before you divide by STD' },
          { value: of(float.div(255).sub(0.1307)), says: 'MEAN is subtracted, but nothing is divided by STD' },
          { value: of(float.sub(float.mean()).div(float.std())), says: 'this takes mean and deviation of the images at hand: use MEAN and STD, so that every image is prepared alike' },
          { value: () => normalized(before).at([0]), says: 'this is image 0' },
        ],
      });
      expect(label, `label ${i}`).toBeClose(labels.at(i));
    }
    expect(images, 'the images given, after reading samples').toBeClose(before, { as: 'MEMORY', says: 'reading samples changed the images that were given: work on a copy' });
  });

  claim('the model makes logits float32 [B, 10] of images [B, 1, 28, 28]', ({ attempt, expect }) => {
    const model = new attempt.DigitNet();
    for (const b of [10, 3, 1]) expect(model(torch.randn(b, 1, 28, 28)), `the logits of a batch of ${b}`).toBeTensor({ shape: [b, 10], dtype: 'float32' });
  });

  claim('the logits of an image are its own, every pixel region counts, and all parameters learn', ({ attempt, expect, fail }) => {
    const model = new attempt.DigitNet().eval(), images = torch.randn(7, 1, 28, 28), logits: Tensor = model(images);
    expect(model(images.at([3, 0])), 'the logits of images 3 and 0 alone').toBeClose(logits.at([3, 0]), { atol: 1e-4, says: 'the logits of an image change with the others in its batch' });
    if (shareOf(logits.sum(1).sub(1).abs().lt(1e-4)) === 1) fail({ class: 'VALUE', says: 'the outputs of each image add up to 1: these are probabilities', expected: 'logits', diagnosis: 'leave softmax out: CrossEntropyLoss has it inside' });
    const parameters = [...model.namedParameters()];
    if (parameters.length === 0) fail({ class: 'GRAD', says: 'the model has no parameters', diagnosis: 'layers are found when they are properties of the module, not inside a plain array' });
    const input = torch.randn(7, 1, 28, 28).requiresGrad_();
    model.train();
    (new nn.CrossEntropyLoss()(model(input), torch.randint(0, 10, [7])) as Tensor).backward();
    for (const [name, p] of parameters) if (!p.grad || p.grad.abs().sum().item() === 0) fail({ class: 'GRAD', says: `${name} gets no gradient: the output does not depend on it` });
    const [, , height, width] = input.grad!.shape, reached = input.grad!.abs().sum([0, 1]).at(`4:${height - 4}`, `4:${width - 4}`).gt(0);
    if (shareOf(reached) < 0.9) fail({ class: 'GRAD', says: `only ${percent(shareOf(reached))} of the pixels in the middle reach the logits`, diagnosis: 'the model looks at a part of the image only' });
  });

  claim('classify prepares raw images as the dataset does and gives the likeliest class of each, int64 [N]', ({ attempt, expect }) => {
    for (const n of [40, 1]) {
      const model = new Brightness().eval(), images = shades(n), best = (x: Tensor): Tensor => model(x.unsqueeze(1)).argmax(1);
      const got = attempt.classify(model, images.clone());
      expect(got, `classify(model, ${n} images)`).toBeTensor({ shape: [n], dtype: 'int64' });
      expect(got, `classify(model, ${n} images)`).toBeClose(best(normalized(images)), {
        mistakes: [
          { value: () => best(images.float()), says: 'the model gets raw pixels; in training it got normalized ones' },
          { value: () => best(images.float().div(255)), says: 'the pixels are in 0…1, but not normalized as they are in training' },
          { value: () => model(normalized(images).unsqueeze(1)).argmin(1), says: 'these are the least likely classes' },
        ],
      });
    }
  });

  claim('classify runs the model in evaluation mode and records no graph', async ({ attempt, expect, fail }) => {
    const model = new Brightness().train();
    model.levels.requiresGrad_();
    const seen = await spy(async () => attempt.classify(model, shades(3)));
    if (seen.forwards.length === 0) fail({ class: 'MODE', says: 'the model did not run', diagnosis: 'call it: model(x)' });
    if (seen.forwards.some(({ training }) => training)) fail({ class: 'MODE', says: 'the model ran in training mode: with dropout the classes would be drawn by chance', diagnosis: 'model.eval() before the forward pass' });
    expect(seen.graphNodes, 'the number of graph nodes recorded').toBe(0, { as: 'MODE', says: 'a graph was recorded: nobody will call backward here, so run the model inside torch.noGrad' });
  });

  claim('trainDigits trains a model and reports the loss of each epoch as it ends', async ({ attempt, expect, fail }) => {
    const n = 70, reports: [number, number, number][] = [], forwards: number[] = [];
    const seen = await spy(() => attempt.trainDigits(noise(n), torch.arange(n).remainder(10), (...report) => { reports.push(report); forwards.push(reports.length); }));
    const { model, losses } = seen.result;
    expect(model, 'the model of the result').toBeA(nn.Module);
    expect(losses, 'the losses of the result').toBeA('list');
    expect(losses.every((l) => typeof l === 'number' && Number.isFinite(l) && l > 0), 'whether all losses are positive numbers').toBe(true);
    expect(reports, 'what onEpoch was told: epoch, epochs, loss').toEqual(losses.map((loss, i) => [i + 1, losses.length, loss]), {
      mistakes: [
        { value: [], says: 'onEpoch was never called' },
        { value: () => losses.map((loss, i) => [i, losses.length, loss]), says: 'epochs count from 1' },
      ],
    });
    if (losses.length < 2) fail({ class: 'VALUE', says: 'there is one epoch only; one look at each digit is not enough' });
    const steps = seen.order.filter((e) => e === 'step').length, ofModel = seen.forwards.filter(({ module }) => module === model);
    if (ofModel.length === 0 || steps < losses.length) fail({ class: 'VALUE', says: `the model of the result took ${steps} training steps in ${losses.length} epochs`, diagnosis: 'train the model that you return, with trainOneEpoch' });
    expect(losses.at(-1)!, 'the last loss').toBeLessThan(losses[0], { says: 'the loss does not fall from the first epoch to the last, on 70 digits that could be learned by heart' });
  });

  outcome('trained on 8,000 digits, the model reads at least 95% of 2,000 that it has never seen', async ({ attempt, expect, fail, progress, draw: print }) => {
    const { images, labels, unseen, answers, digits } = deal(), name = `training ${++run}`;
    progress(0, name);
    const { model, losses } = await attempt.trainDigits(images, labels, (epoch, epochs, loss) => progress(epoch / epochs, `${name}: epoch ${epoch} of ${epochs}, loss ${Number(loss).toFixed(3)}`));
    const read = attempt.classify(model, unseen.clone());
    expect(read, 'classify(model, 2000 unseen images)').toBeTensor({ shape: [2000], dtype: 'int64' });
    model.eval();
    const own: Tensor = torch.noGrad(() => model(normalized(unseen).unsqueeze(1)).argmax(1)), accuracy = shareOf(own.eq(answers)), used = shareOf(read.eq(answers));
    if (Math.abs(used - accuracy) > 0.005) fail({ class: 'VALUE', says: `classify reads ${percent(used)} of the unseen digits, the model by itself ${percent(accuracy)}`, diagnosis: 'classify prepares the images in another way than training does, or does not use the model' });
    if (accuracy < GOAL) {
      const seenBefore = shareOf(digits.indexSelect(0, answers).eq(own)), said = torch.bincount(own, { minlength: 10 }).div(2000).tolist() as number[];
      const missing = said.filter((share) => share < 0.02).length, fitted = torch.noGrad(() => shareOf(model(normalized(images.at('::8')).unsqueeze(1)).argmax(1).eq(labels.at('::8'))));
      const diagnosis = seenBefore > 0.5 ? 'it knows the digits by MNIST\'s own class numbers, not by the labels given: it learned from other images than those of training'
        : missing > 0 ? `${missing} of the 10 classes are hardly ever given as an answer: the digits come sorted, so let the loader shuffle them`
          : fitted > accuracy + 0.03 ? `it reads ${percent(fitted)} of the training digits: it knows what it has seen better than what is new; is all of the data used?`
            : `it reads ${percent(fitted)} of the training digits too: train for longer, on all of the data, with a higher learning rate or a larger model`;
      fail({ class: 'VALUE', says: `the model reads ${percent(accuracy)} of the unseen digits`, expected: `at least ${percent(GOAL)}`, got: percent(accuracy), diagnosis });
    }
    if (shown) return;
    shown = true;
    const wrong = (own.ne(answers).nonzero().flatten().tolist() as number[]).slice(0, 6), digitOf = (classes: Tensor, i: number): number => digits.at(classes.at(i)).item() as number;
    const middle = wrong.map((i) => unseen.at(i, '2:26', '2:26')), small = middle.map((d) => nn.functional.avgPool2d(d.float().div(255).unsqueeze(0), 2).squeeze(0));
    print(draw.lossCurve(losses, { title: `loss of each epoch; ${percent(accuracy)} of the unseen digits are read`, width: 48, height: 8 }));
    print(`${2000 - Math.round(accuracy * 2000)} of 2,000 are read wrongly, for example\n\n${draw.grid(small, wrong.map((i) => `${digitOf(answers, i)} read as ${digitOf(own, i)}`), { width: 76, colour: false })}`);
    mkdirSync('.track/out', { recursive: true });
    draw.curveSvg(losses, '.track/out/mnist_loss.svg', { title: 'loss of each epoch', xLabel: 'epoch', yLabel: 'loss' });
    draw.toPng(pictures.makeGrid(middle.map((d) => d.unsqueeze(0).float().div(255)), { nrow: 6, padValue: 0.5 }), '.track/out/mnist_wrong.png', { scale: 4 });
    print('pictures: .track/out/mnist_loss.svg and .track/out/mnist_wrong.png');
  });
});
