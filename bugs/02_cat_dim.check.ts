import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

const sizes = [3, 4, 8, 1];

export default check<typeof import('./02_cat_dim.ts')>(({ claim, outcome }) => {
  claim('pairUp gives one row of eight numbers for each pair', ({ attempt, expect }) => {
    for (const n of sizes) expect(attempt.pairUp(torch.randn(n, 4), torch.randn(n, 4)), `pairUp of ${n} users and ${n} films`).toBeTensor({ shape: [n, 8], dtype: 'float32' });
  });

  claim('row i holds the numbers of user i, then those of film i', ({ attempt, expect }) => {
    for (const n of sizes) {
      // Numbers that say where they come from: 203 is number 3 of user 2, 1203 is number 3 of film 2.
      const users = torch.arange(n).mul(100).unsqueeze(1).add(torch.arange(4)).float(), films = users.add(1000);
      const want = torch.tensor(Array.from({ length: n }, (_, i) => [0, 1, 2, 3, 1000, 1001, 1002, 1003].map((k) => 100 * i + k)));
      expect(attempt.pairUp(users, films), { name: `pairUp of ${n} users and ${n} films`, inputs: { users, films } }).toBeClose(want, {
        mistakes: [
          { value: () => torch.stack([users, films], 2).flatten(1), says: 'the numbers of user and film alternate; all of the user come first' },
          { value: () => torch.cat([films, users], 1), says: 'the film comes first; the user should' },
        ],
      });
    }
  });

  claim('a pair gets the same score in whatever company it is scored', ({ attempt, expect, random }) => {
    const model = new attempt.Recommender(), users = torch.randn(6, 4), films = torch.randn(6, 4);
    const score = (rows: number[]): Tensor => {
      const picked = torch.tensor(rows, { dtype: 'int64' });
      return torch.noGrad(() => (model(users.at(picked), films.at(picked)) as Tensor).reshape(-1));
    };
    const all = score([0, 1, 2, 3, 4, 5]), order = random.shuffle([0, 1, 2, 3, 4, 5]);
    expect(score(order), `the list of scores in the order ${order.join(', ')}`).toBeClose(all.at(torch.tensor(order, { dtype: 'int64' })), {
      says: 'a batch in another order gives other scores: something mixes the rows of a batch',
    });
    for (const i of [0, 3]) {
      expect(score([i]), `the score of pair ${i} alone`).toBeClose(all.at([i]), { says: `pair ${i} alone gets another score than in a batch of six` });
    }
  });

  claim('there is one score for each pair: its row, through both layers', ({ attempt, expect }) => {
    for (const n of sizes) {
      const model = new attempt.Recommender(), users = torch.randn(n, 4), films = torch.randn(n, 4);
      const rows = torch.cat([users, films], 1), hidden = rows.matmul(model.hidden.weight.t()).add(model.hidden.bias!).relu();
      expect(model(users, films), `model(users, films) for ${n} ${n === 1 ? 'pair' : 'pairs'}`).toBeClose(hidden.matmul(model.score.weight.t()).add(model.score.bias!).at(':', 0));
    }
  });

  outcome('after training, the error on new pairs is far below that of a constant answer', ({ attempt, expect }) => {
    const [forUser, forFilm] = [torch.randn(4), torch.randn(4)];
    const rate = (n: number): { users: Tensor; films: Tensor; ratings: Tensor } => {
      const users = torch.randn(n, 4), films = torch.randn(n, 4);
      return { users, films, ratings: users.matmul(forUser).add(films.matmul(forFilm)).div(forUser.square().sum().add(forFilm.square().sum()).sqrt()) };
    };
    const known = rate(320), unseen = rate(80), model = new attempt.Recommender();
    attempt.train(model, known, 20, 16);
    const error = torch.noGrad(() => nn.functional.mseLoss(model(unseen.users, unseen.films), unseen.ratings)).item();
    expect(error, 'the mean squared error on new pairs (a constant answer has 1)').toBeAtMost(0.15);
  });
});
