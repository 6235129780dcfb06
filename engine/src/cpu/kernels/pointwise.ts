import { madd } from './math'
@final class Add { @inline f(a: v128, b: v128): v128 { return f32x4.add(a, b) } }
@final class Mul { @inline f(a: v128, b: v128): v128 { return f32x4.mul(a, b) } }
@final class AddS { @inline f<T>(a: T, b: T): T { return a + b } }

@inline function rows4<O>(a: usize, sa1: isize, sa0: isize, b: usize, sb1: isize, sb0: isize, out: usize, n1: usize, n0: usize): void {
  const op = changetype<O>(0)
  const end = out + (n0 << 2)
  while (out < end) {
    v128.store(out, op.f(v128.load(a), v128.load(b)))
    a += 16; b += 16; out += 16
  }
}
@inline function rows<T, O>(a: usize, b: usize, out: usize, n0: usize): void {
  const end = out + (n0 * sizeof<T>())
  while (out < end) {
    store<T>(out, changetype<O>(0).f(load<T>(a), load<T>(b)))
    a += sizeof<T>(); b += sizeof<T>(); out += sizeof<T>()
  }
}
export function add_f32(a: usize, sa1: isize, sa0: isize, b: usize, sb1: isize, sb0: isize, out: usize, n1: usize, n0: usize): void { rows4<Add>(a, sa1, sa0, b, sb1, sb0, out, n1, n0) }
export function mul_f32(a: usize, sa1: isize, sa0: isize, b: usize, sb1: isize, sb0: isize, out: usize, n1: usize, n0: usize): void { rows4<Mul>(a, sa1, sa0, b, sb1, sb0, out, n1, n0) }
export function add_f64(a: usize,  b: usize, out: usize, n0: usize): void { rows<f64, AddS>(a, b, out, n0) }
export function mad_f32(a: usize,  b: usize, c:usize, out: usize): void { v128.store(out, madd(v128.load(a), v128.load(b), v128.load(c))) }
