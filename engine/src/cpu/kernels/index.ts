export * from './pointwise'
export * from './pointwise-compare'
export * from './matmul'
export { tile_f32 } from './panels'
