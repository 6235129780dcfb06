import type { AutogradMethods } from '../autograd/methods.ts';
import type { randomFillInPlace, RandomFillOps, randomInPlace, RandomOps } from './random.ts';
import type { ActivationOps, activationInPlace } from './activation.ts';
import type { CompareOps, compareInPlace } from './compare.ts';
import type { LogicalOps, logicalInPlace, WhereMethod } from './logical.ts';
import type { ConvertOps, TensorFacts } from './convert.ts';
import type { NewOps } from './create.ts';
import type { diagonalInPlace, DiagonalOps } from './diagonal.ts';
import type { gatherInPlace, GatherOps } from './gather.ts';
import type { Brackets, indexInPlace, IndexOps } from './indexing.ts';
import type { ShapeOps } from './shape.ts';
import type { InPlace } from './signatures.ts';
import type { PointwiseOps, pointwiseInPlace } from './pointwise.ts';
import type { TorchLinalgOps } from './linalg.ts';
import type { MatmulOps, matmulInPlace } from './matmul.ts';
import type { ReduceOps } from './reduce.ts';
import type { scanInPlace, ScanOps } from './scan.ts';
import type { SortOps } from './sort.ts';
import type { StatisticsOps } from './statistics.ts';
import type { UniqueOps } from './unique.ts';
import type { NormOps, normInPlace } from './vector-norm.ts';
import type { SpecialOps, specialInPlace } from './special.ts';
import type { UnaryOps, unaryInPlace } from './unary.ts';
import type { viewInPlace, ViewOps } from './view.ts';
import type { WriteOps, writeInPlace } from './write.ts';

type Names<T extends readonly string[]> = T[number];

/** The methods that tensors have: one interface for each family of operators, and the in-place forms. */
export interface TensorMethods extends
  ReduceOps, MatmulOps, InPlace<MatmulOps, Names<typeof matmulInPlace>>, ScanOps, InPlace<ScanOps, Names<typeof scanInPlace>>, SortOps, StatisticsOps, UniqueOps, TorchLinalgOps, NormOps, InPlace<NormOps, Names<typeof normInPlace>>,
  PointwiseOps, InPlace<PointwiseOps, Names<typeof pointwiseInPlace>>,
  ActivationOps, InPlace<ActivationOps, Names<typeof activationInPlace>>,
  SpecialOps, InPlace<SpecialOps, Names<typeof specialInPlace>>,
  UnaryOps, InPlace<UnaryOps, Names<typeof unaryInPlace>>,
  CompareOps, InPlace<CompareOps, Names<typeof compareInPlace>>,
  LogicalOps, InPlace<LogicalOps, Names<typeof logicalInPlace>>, WhereMethod,
  InPlace<WriteOps, Names<typeof writeInPlace>>,
  GatherOps, InPlace<GatherOps, Names<typeof gatherInPlace>>, IndexOps, InPlace<IndexOps, Names<typeof indexInPlace>>, Brackets,
  ViewOps, ShapeOps, InPlace<ViewOps & ShapeOps, Names<typeof viewInPlace>>, DiagonalOps, InPlace<DiagonalOps, Names<typeof diagonalInPlace>>, ConvertOps, TensorFacts, NewOps, AutogradMethods,
  RandomOps, InPlace<RandomOps, Names<typeof randomInPlace>>, InPlace<RandomFillOps, Names<typeof randomFillInPlace>> {}
