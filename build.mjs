// Builds the style sheet and the scripts: assets/ → encore/base/static/dist. `npm run build`, or python3 dev.py, which also knows when it is needed.
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const WORK = '.build'
const MADE = `${WORK}/dist`
const TARGET = 'encore/base/static/dist'
const common = { bundle: true, minify: true, target: 'es2022', legalComments: 'linked', logLevel: 'warning' }

rmSync(MADE, { recursive: true, force: true })
mkdirSync(WORK, { recursive: true })

// Tailwind writes beside the tree, not into static/: its output still names font files that only the next step knows.
const tailwind = 'node_modules/@tailwindcss/cli/dist/index.mjs'
execFileSync(process.execPath, [tailwind, '-i', 'assets/app.css', '-o', `${WORK}/tw.css`, '--minify'], { stdio: 'inherit' })

await build({
  ...common,
  entryPoints: { app: 'assets/bundle.css' },
  outdir: MADE,
  loader: { '.woff2': 'file', '.svg': 'dataurl' },
  assetNames: 'fonts/[name]', // no hash here: base.html asks for one by name, and the static storage adds its own
})

// The editor is its own entry: only pages with a rich-text field load it. What both need becomes a shared chunk.
await build({
  ...common,
  entryPoints: ['assets/app.js', 'assets/editor.js'],
  format: 'esm',
  splitting: true,
  outdir: MADE,
  chunkNames: 'chunks/[name]-[hash]',
})

// Only a whole build takes the place of the one before.
rmSync(TARGET, { recursive: true, force: true })
mkdirSync(TARGET.slice(0, TARGET.lastIndexOf('/')), { recursive: true })
renameSync(MADE, TARGET)
