// claim: pairUp gives one row of eight numbers for each pair
import { fileURLToPath } from 'node:url';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

/** Users [N, 4], films [N, 4], and the rating [N] that user i gave to film i. */
export interface Ratings { users: Tensor; films: Tensor; ratings: Tensor }

/** Ratings as people give them: by their taste, by the film, and a little by mood. */
export function collect(count: number): Ratings {
  const users = torch.randn(count, 4), films = torch.randn(count, 4);
  const taste = users.matmul(torch.tensor([0.5, -0.3, 0.2, 0.4])), quality = films.matmul(torch.tensor([0.6, 0.3, -0.4, 0.2]));
  return { users, films, ratings: taste.add(quality).add(torch.randn(count).mul(0.1)) };
}

/** One row for each pair, [N, 8]: the numbers of the user, then those of the film. */
export function pairUp(users: Tensor, films: Tensor): Tensor {
  return users.add(films);
}

/** Scores each pair of user and film: users [N, 4], films [N, 4] → scores [N]. */
export class Recommender extends nn.Module {
  hidden = new nn.Linear(4, 16);
  score = new nn.Linear(16, 1);

  forward(users: Tensor, films: Tensor): Tensor {
    const pairs = pairUp(users, films);
    return this.score(this.hidden(pairs).relu()).squeeze(1);
  }
}

/** Trains in shuffled batches of `batchSize`. */
export function train(model: Recommender, { users, films, ratings }: Ratings, epochs: number, batchSize: number): void {
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const rows of torch.randperm(ratings.shape[0]).split(batchSize)) {
      optimizer.zeroGrad();
      nn.functional.mseLoss(model(users.at(rows), films.at(rows)), ratings.at(rows)).backward();
      optimizer.step();
    }
  }
}

/** Mean squared error on `data`. */
export function evaluate(model: Recommender, { users, films, ratings }: Ratings): number {
  return torch.noGrad(() => nn.functional.mseLoss(model(users, films), ratings).item() as number);
}

const shown = (scalar: Tensor): string => (scalar.item() as number).toFixed(3);

function main(): void {
  torch.manualSeed(2);
  const known = collect(320), unseen = collect(80), model = new Recommender();
  for (let round = 1; round <= 5; round++) {
    train(model, known, 4, 16);
    console.log(`after ${String(4 * round).padStart(2)} epochs: error ${evaluate(model, known).toFixed(3)}, on new pairs ${evaluate(model, unseen).toFixed(3)}`);
  }
  console.log(`always answering with the mean: error ${shown(unseen.ratings.var({ correction: 0 }))} on new pairs`);

  const [users, films] = [unseen.users.at(':4'), unseen.films.at(':4')];
  const together: Tensor = model(users, films), alone: Tensor = model(users.at(':1'), films.at(':1'));
  console.log(`\nThe first pair's score is ${shown(together.at(0))} on a page of four, and ${shown(alone)} on a page of its own.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
