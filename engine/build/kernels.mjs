// Compiles src/cpu/kernels to dist/kernels/{relaxed,simd}.wasm: one source, with relaxed-SIMD FMA and without it.
// Run directly (`node build/kernels.mjs`) or through the exported function.
import { execFile } from 'node:child_process'
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = dirname(fileURLToPath(import.meta.url))
const sources = join(here, '../src/cpu/kernels')
const output = join(here, '../dist/kernels')
const asc = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin/asc.js')

const common = [
  '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd,threads',
  '--sharedMemory', '--importMemory', '--noExportMemory', '--maximumMemory', '65536',
]
const builds = { relaxed: ['--enable', 'relaxed-simd'], simd: [] }

/**
 * Builds both modules, side by side. A build newer than every source (and this script) is kept unless `force` is set.
 * Throws an Error with the compiler's messages when a kernel does not compile.
 */
export async function buildKernels({ force = false } = {}) {
  const changed = await lastChange()
  await mkdir(output, { recursive: true })
  await Promise.all(Object.entries(builds).map(async ([name, flags]) => {
    const target = join(output, `${name}.wasm`)
    if (!force && (await modified(target)) > changed) return
    // A reader (or a second build) never sees half a file.
    const partial = join(output, `.${basename(target)}.${process.pid}.wasm`)
    await compile([join(sources, 'index.ts'), ...common, ...flags, '-o', partial])
    await rename(partial, target)
  }))
}

async function compile(args) {
  try {
    await promisify(execFile)(process.execPath, [asc, ...args], { maxBuffer: 1 << 26 })
  } catch (error) {
    throw new Error(`asc failed:\n${error.stderr || error.message}`)
  }
}

async function lastChange() {
  const files = (await readdir(sources)).filter(name => name.endsWith('.ts')).map(name => join(sources, name))
  return Math.max(...await Promise.all([...files, fileURLToPath(import.meta.url)].map(modified)))
}

/** Milliseconds since the epoch, 0 for a file that does not exist. */
async function modified(file) {
  try {
    return (await stat(file)).mtimeMs
  } catch (error) {
    if (error.code === 'ENOENT') return 0
    throw error
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildKernels({ force: process.argv.includes('--force') })
}
