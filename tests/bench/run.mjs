// Measures Polder on this machine. A benchmark, not a test: it fails only where something could not be measured.
//
//	node run.mjs BUILD-FOLDER DATA-FOLDER [RECORDS [engine|server|pages|intake|case|canary|scan|tlog]]
import {cpus, totalmem} from 'node:os'
import {build, hubOf, many, part, row} from './bench.mjs'
import {measureCanary} from './canary.mjs'
import {measureCase} from './case.mjs'
import {measureEngine} from './engine.mjs'
import {measureIntake} from './intake.mjs'
import {measurePages} from './pages.mjs'
import {measureScan} from './scan.mjs'
import {measureServer} from './server.mjs'
import {measureTlog} from './tlog.mjs'
import {measureWitness} from './witness.mjs'

console.log(`${cpus().length} processors (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB\n`)
if (!part || part === 'intake') await measureIntake(build, row)
if (!part || part === 'case') await measureCase(build, row)
if (!part || part === 'canary') await measureCanary(build, row)
if (!part || part === 'scan') measureScan()
if (!part || part === 'tlog') measureTlog(build, row)
if (!part || part === 'tlog') await measureWitness(build, row)
if (['intake', 'case', 'canary', 'scan', 'tlog'].includes(part)) process.exit()
const large = hubOf('large', ['cve', 'avid', 'aiid', 'osv', 'atlas', 'polder'], Number(many))
if (!part || part === 'engine') await measureEngine(large)
if (!part || part === 'pages') await measurePages(large)
if (!part || part === 'server') await measureServer(large)
