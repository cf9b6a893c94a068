// Measures Polder on this machine. A benchmark, not a test: it fails only where something could not be measured.
//
//	node run.mjs BUILD-FOLDER DATA-FOLDER [RECORDS [engine|server|pages]]
import {cpus, totalmem} from 'node:os'
import {hubOf, many, part} from './bench.mjs'
import {measureEngine} from './engine.mjs'
import {measurePages} from './pages.mjs'
import {measureServer} from './server.mjs'

console.log(`${cpus().length} processors (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB\n`)
const large = hubOf('large', ['cve', 'avid', 'aiid', 'osv', 'atlas', 'polder'], Number(many))
if (!part || part === 'engine') await measureEngine(large)
if (!part || part === 'pages') await measurePages(large)
if (!part || part === 'server') await measureServer(large)
