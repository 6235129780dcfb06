// vision.datasets: data that ships with the engine. Sources and licences: data/README.md.
import { TorchError } from '../errors.ts';
import { shipped, shippedLines } from '../io/shipped.ts';
import { tensor } from '../ops/create.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Options of an image data set. `transform` makes of a uint8 image [H, W] what the data set gives. */
export interface ImageDatasetOptions<I, L> {
  /** The training part (the default), or with `false` the test part. */
  train?: boolean;
  transform?: ((image: Tensor) => I) | null;
  targetTransform?: ((label: number) => L) | null;
}

const MNIST_TRAIN = 8000;
/** Bytes of an IDX file's header: a magic number and one size for each dimension, 32 bits each. */
const idx = (bytes: Uint8Array, dims: number): Uint8Array => bytes.subarray(4 + 4 * dims);
let mnist: { images: Tensor; labels: Tensor } | null = null;

/**
 * MNIST's handwritten digits. This is a part of the original: 10,000 digits, of which the first 8,000 are for training and
 * the other 2,000 for testing (MNIST itself has 60,000 and 10,000). Item i is `[image, label]`: a uint8 image [28, 28]
 * (0 is paper, 255 ink), or what `transform` makes of it, and a number from 0 to 9.
 *
 * @example
 * const train = new vision.datasets.MNIST({ train: true, transform: new vision.transforms.ToTensor() });
 * const [image, label] = train.getItem(0); // float32 [1, 28, 28] in [0, 1]
 */
export class MNIST<I = Tensor, L = number> implements Dataset<[I, L]> {
  /** All images of this part, uint8 [N, 28, 28]. */
  readonly data: Tensor;
  /** Their classes, int64 [N]. */
  readonly targets: Tensor;
  readonly classes = ['0 - zero', '1 - one', '2 - two', '3 - three', '4 - four', '5 - five', '6 - six', '7 - seven', '8 - eight', '9 - nine'];
  readonly train: boolean;
  transform: ((image: Tensor) => I) | null;
  targetTransform: ((label: number) => L) | null;
  private readonly labels: readonly number[];
  constructor({ train = true, transform = null, targetTransform = null }: ImageDatasetOptions<I, L> = {}) {
    mnist ??= {
      images: tensor(idx(shipped('mnist-10k-images-idx3-ubyte.gz'), 3)).reshape(-1, 28, 28),
      labels: tensor(idx(shipped('mnist-10k-labels-idx1-ubyte.gz'), 1)).to('int64'),
    };
    const from = train ? 0 : MNIST_TRAIN, to = train ? MNIST_TRAIN : mnist.labels.count;
    this.data = mnist.images.narrow(0, from, to - from).clone();
    this.targets = mnist.labels.narrow(0, from, to - from).clone();
    this.labels = this.targets.tolist() as number[];
    this.train = train;
    this.transform = transform;
    this.targetTransform = targetTransform;
  }
  get length(): number { return this.labels.length; }
  getItem(index: number): [I, L] {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) throw new TorchError(`index ${index} is out of bounds for dimension 0 with size ${this.length}`);
    const image = this.data.select(0, index), label = this.labels[index];
    return [this.transform ? this.transform(image) : (image as I), this.targetTransform ? this.targetTransform(label) : (label as L)];
  }
  toString(): string { return `Dataset MNIST\n    Number of datapoints: ${this.length}\n    Split: ${this.train ? 'Train' : 'Test'}`; }
}

/** A table of samples for classification. */
export interface Table {
  /** float32 [samples, features]. */
  readonly data: Tensor;
  /** Class of each sample, int64 [samples]. */
  readonly target: Tensor;
  readonly classNames: readonly string[];
  readonly featureNames: readonly string[];
}

function table(file: string, featureNames: readonly string[]): Table {
  const lines = shippedLines(file);
  const [, width, ...classNames] = lines[0].split(','), features = Number(width), rows = lines.slice(1).map((line) => line.split(',').map(Number));
  return {
    data: tensor(Float32Array.from(rows.flatMap((row) => row.slice(0, features)))).reshape(rows.length, features),
    target: tensor(rows.map((row) => row[features]), { dtype: 'int64' }),
    classNames, featureNames,
  };
}

/** 1,797 handwritten digits of 8×8 pixels from 0 to 16: data [1797, 64] (`data.reshape(-1, 8, 8)` gives the images). */
export const digits = (): Table => table('digits.csv.gz', Array.from({ length: 64 }, (_, i) => `pixel_${Math.floor(i / 8)}_${i % 8}`));

/** 150 iris flowers of three species by four lengths in centimetres: data [150, 4]. */
export const iris = (): Table => table('iris.csv', ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']);

/** 178 wines of three growers by thirteen measurements: data [178, 13]. The scales differ widely: standardise first. */
export const wine = (): Table => table('wine.csv', [
  'alcohol', 'malic_acid', 'ash', 'alcalinity_of_ash', 'magnesium', 'total_phenols', 'flavanoids', 'nonflavanoid_phenols', 'proanthocyanins',
  'color_intensity', 'hue', 'od280/od315_of_diluted_wines', 'proline',
]);

const NUCLEUS = ['radius', 'texture', 'perimeter', 'area', 'smoothness', 'compactness', 'concavity', 'concave points', 'symmetry', 'fractal dimension'];
/** 569 tumours, malignant (0) or benign (1), by thirty measurements of cell nuclei: data [569, 30]. */
export const breastCancer = (): Table => table('breast_cancer.csv.gz', [...NUCLEUS.map((n) => `mean ${n}`), ...NUCLEUS.map((n) => `${n} error`), ...NUCLEUS.map((n) => `worst ${n}`)]);
