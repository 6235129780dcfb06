// torch.nn.functional
import { attentions, type AttentionOps } from '../ops/attention.ts';
import { convs, type ConvOps } from '../ops/conv.ts';
import { distances, type DistanceOps } from '../ops/distance.ts';
import { dropouts, type DropoutOps } from '../ops/dropout.ts';
import { folds, shuffles, type FoldOps, type ShuffleOps } from '../ops/fold.ts';
import { grids, type GridOps } from '../ops/grid.ts';
import { functions } from '../ops/install.ts';
import { normalizations, sampleNorms, type NormalizeOps, type SampleNormOps } from '../ops/norm.ts';
import { pads, type PadOps } from '../ops/pad.ts';
import { pools, type PoolOps } from '../ops/pool.ts';
import { resizes, type ResizeOps } from '../ops/resize.ts';

export const { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } = functions<ConvOps>(convs);
export const { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, adaptiveMaxPool1d, adaptiveMaxPool2d, adaptiveMaxPool3d, avgPool1d, avgPool2d, avgPool3d, lpPool1d, lpPool2d, lpPool3d, maxPool1d, maxPool1dWithIndices, maxPool2d, maxPool2dWithIndices, maxPool3d, maxPool3dWithIndices, maxUnpool1d, maxUnpool2d, maxUnpool3d } = functions<PoolOps>(pools);
export const { batchNorm, instanceNorm, localResponseNorm, normalize } = functions<NormalizeOps>(normalizations);
export const { groupNorm, layerNorm, rmsNorm } = functions<SampleNormOps>(sampleNorms);
export const { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } = functions<DropoutOps>(dropouts);
export const { scaledDotProductAttention } = functions<AttentionOps>(attentions);
export const { pad } = functions<PadOps>(pads);
export const { interpolate, upsample, upsampleBilinear, upsampleNearest } = functions<ResizeOps>(resizes);
export const { affineGrid, gridSample } = functions<GridOps>(grids);
export const { fold, unfold } = functions<FoldOps>(folds);
export const { channelShuffle, pixelShuffle, pixelUnshuffle } = functions<ShuffleOps>(shuffles);
export const { pdist } = functions<DistanceOps>(distances);
