// vision.draw: pictures of tensors and of training, for the terminal and as files.
export { curveSvg, lossCurve, type CurveOptions, type SvgOptions } from './curve.ts';
export { grid, image, type ImageOptions } from './terminal.ts';
export { toPng, type PngOptions } from './png.ts';
