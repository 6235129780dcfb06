export * from './pointwise'
