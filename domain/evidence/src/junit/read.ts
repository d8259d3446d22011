import type { TestsFact } from '@sluice/contracts/evidence'
import type { Place } from '@sluice/kernel'
import { reportFault } from '../fault.ts'
import { detailsMax, type ReaderContext, type ReportReading } from '../report.ts'
import { cleanText } from '../text/clean-text.ts'
import { sourcePath } from '../text/source-path.ts'
import { streamXml, type XmlListener } from '../xml/stream-xml.ts'
import { durationMs } from './duration-ms.ts'

const roots = new Set(['testsuites', 'testsuite', 'testcase'])
/** Elements that some dialect of JUnit has; others in a report without one test case tell of another format. */
const known = new Set(
  (
    'testsuites testsuite testcase failure error skipped ignored disabled properties property system-out system-err ' +
    'flakyFailure flakyError rerunFailure rerunError stackTrace attachments attachment'
  ).split(' '),
)
const nameMax = 500
const messageMax = 1000

type Attributes = Readonly<Record<string, string>>

interface Suite {
  name: string
  file: string | null
  /** Failures and errors that its attributes claim, and how many had been shown before it began. */
  claimed: number
  shownBefore: number
  place: Place
}

interface Case {
  name: string
  suite: string
  file: string | null
  timeMs: number
  failed: boolean
  errored: boolean
  skipped: boolean
  /** By an attribute, whatever elements there are. */
  saidFailed: boolean
  message: string
}

/**
 * Reads JUnit XML: no one owns the format, so this takes the union of what tools write (after Maven Surefire's schema
 * 3.0 and the Jenkins xUnit plugin's junit-10). Counted are the cases. A case that only failed at
 * first and passed when run again (`flakyFailure`) has passed; a repeated case counts each time, so that a failure
 * which a later success hides stays one.
 */
export function readJunit(bytes: Uint8Array, context: ReaderContext): ReportReading<TestsFact> {
  const reading = new JunitReading(context)
  streamXml(bytes, context.path, reading)
  return reading.result()
}

class JunitReading implements XmlListener {
  private readonly fact: TestsFact = {
    kind: 'tests',
    total: 0,
    passed: 0,
    failed: 0,
    errors: 0,
    skipped: 0,
    durationMs: 0,
    failures: [],
    failuresOmitted: 0,
  }
  private readonly context: ReaderContext
  private readonly suites: Suite[] = []
  private depth = 0
  private current: Case | null = null
  private written = ''
  /** `failure` and `error` elements, those of retries too: what the attributes of suites count. */
  private shown = 0
  private foreign: { name: string; place: Place } | null = null
  private rootName = ''

  constructor(context: ReaderContext) {
    this.context = context
  }

  wantsText(name: string): boolean {
    return name === 'failure' || name === 'error'
  }

  open(name: string, attributes: Attributes, place: Place): void {
    this.depth += 1
    if (this.depth === 1) this.openRoot(name, attributes, place)
    if (!known.has(name)) this.foreign ??= { name, place }
    if (name === 'testsuites' || name === 'testsuite') this.openSuite(name, attributes, place)
    else if (name === 'testcase') this.openCase(attributes)
    else this.openMark(name, attributes)
  }

  text(piece: string): void {
    if (this.written.length < messageMax * 4) this.written += piece
  }

  close(name: string): void {
    this.depth -= 1
    if (name === 'testsuites' || name === 'testsuite') this.closeSuite()
    else if (name === 'testcase') this.closeCase()
    else if (this.wantsText(name)) this.closeMark()
  }

  result(): ReportReading<TestsFact> {
    if (this.fact.total === 0 && this.foreign) {
      const why = `it has no test case but the element <${this.foreign.name}>, which JUnit XML does not know`
      throw reportFault('EVIDENCE_WRONG_FORMAT', this.foreign.place, why)
    }
    const named = /^(\S+) tests$/i.exec(this.rootName)?.[1]
    return {
      fact: { ...this.fact, durationMs: Math.round(this.fact.durationMs) },
      tool: { name: named?.toLowerCase() ?? 'junit', version: null },
    }
  }

  private openRoot(name: string, attributes: Attributes, place: Place): void {
    this.rootName = attributes['name'] ?? ''
    if (roots.has(name)) return
    const why = `its root element is <${name}>, wanted <testsuites> or <testsuite> of JUnit XML`
    throw reportFault('EVIDENCE_WRONG_FORMAT', place, why)
  }

  private openSuite(name: string, attributes: Attributes, place: Place): void {
    const around = this.suites.at(-1)
    this.suites.push({
      name: attributes['name'] ?? around?.name ?? name,
      file: attributes['file'] ?? attributes['filepath'] ?? around?.file ?? null,
      claimed: count(attributes['failures']) + count(attributes['errors']),
      shownBefore: this.shown,
      place,
    })
  }

  /**
   * More failures claimed than shown: a suite could not be loaded, or failing cases were taken out of the file. Both
   * would read as green. Fewer claimed than shown needs no fault, as the shown ones count; and totals are not compared,
   * since tools differ in whether `tests` has the skipped, the filtered and the repeated cases in it.
   */
  private closeSuite(): void {
    const suite = this.suites.pop()
    if (!suite) return
    const shown = this.shown - suite.shownBefore
    if (suite.claimed <= shown) return
    const why = `suite "${suite.name}" claims ${suite.claimed} failures and errors, but shows ${shown}`
    throw reportFault('EVIDENCE_COUNTS_DISAGREE', suite.place, why)
  }

  private openCase(attributes: Attributes): void {
    // A case in a case is no dialect, but could hide the outer one's failure: it ends here and counts as it stands.
    this.closeCase()
    const suite = this.suites.at(-1)
    this.current = {
      name: cleanText(attributes['name'] ?? '', nameMax) || '(no name)',
      suite: cleanText(suite?.name || attributes['classname'] || '', nameMax),
      file: attributes['file'] ?? suite?.file ?? null,
      timeMs: durationMs(attributes['time']),
      failed: false,
      errored: false,
      skipped: saysSkipped(attributes),
      saidFailed: saysFailed(attributes),
      message: '',
    }
  }

  private openMark(name: string, attributes: Attributes): void {
    if (name === 'skipped' || name === 'ignored' || name === 'disabled') {
      if (this.current) this.current.skipped = true
    }
    if (/^(flaky|rerun)(Failure|Error)$/.test(name)) this.shown += 1
    if (!this.wantsText(name)) return
    this.shown += 1
    this.written = ''
    this.current ??= suiteItself(this.suites.at(-1))
    this.current[name === 'failure' ? 'failed' : 'errored'] = true
    this.current.message ||= attributes['message'] || attributes['type'] || ''
  }

  private closeMark(): void {
    if (!this.current) return
    this.current.message ||= this.written
    // A failure outside of every case is a suite that broke as a whole: it counts as a case of its own.
    if (this.current.name === wholeSuite) this.closeCase()
  }

  private closeCase(): void {
    const done = this.current
    this.current = null
    if (!done) return
    // An element says more: which of the two it was, and why.
    if (done.saidFailed && !done.errored) done.failed = true
    this.fact.total += 1
    this.fact.durationMs += done.timeMs
    if (done.failed) this.fact.failed += 1
    else if (done.errored) this.fact.errors += 1
    else if (done.skipped) this.fact.skipped += 1
    else this.fact.passed += 1
    if (done.failed || done.errored) this.keepFailure(done)
  }

  private keepFailure(done: Case): void {
    if (this.fact.failures.length >= detailsMax) {
      this.fact.failuresOmitted += 1
      return
    }
    this.fact.failures.push({
      name: done.name,
      suite: done.suite,
      outcome: done.failed ? 'failed' : 'error',
      message: cleanText(done.message, messageMax),
      file: done.file === null ? null : sourcePath(done.file, this.context.sourceRoot),
    })
  }
}

const wholeSuite = '(whole suite)'

function suiteItself(suite: Suite | undefined): Case {
  const file = suite?.file ?? null
  return {
    name: wholeSuite,
    suite: suite?.name ?? '',
    file,
    timeMs: 0,
    failed: false,
    errored: false,
    skipped: false,
    saidFailed: false,
    message: '',
  }
}

const count = (written: string | undefined): number => {
  const value = Number(written?.replaceAll(',', '') ?? 0)
  return Number.isSafeInteger(value) && value > 0 ? value : 0
}

/** Some tools write how a case ended as an attribute alone; a failure that is told so counts, with no element too. */
const saysFailed = (attributes: Attributes): boolean =>
  ['status', 'result'].some((name) => /^(fail|failed|failure|error|errored|broken)$/i.test(attributes[name] ?? ''))

/** GoogleTest writes `status="notrun"` and `result="skipped"`, others `status="disabled"` or `skipped="true"`. */
const saysSkipped = (attributes: Attributes): boolean =>
  /^(notrun|skipped|disabled|ignored|suppressed)$/i.test(attributes['status'] ?? '') ||
  /^(skipped|suppressed)$/i.test(attributes['result'] ?? '') ||
  attributes['skipped'] === 'true'
