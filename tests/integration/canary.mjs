// Bodies of a kind in which every text is a word of its own, made from the kind's schema, and who may read each word.
//
//	const planted = plant(kind, common, 'zq7')   // {body, words: [{word, pointer, most, audiences}]}; most: the longest that its schema allows
const SAMPLES = {date: '2024-03-04', 'date-time': '2024-03-04T05:06:07Z', uri: 'https://example.org/'}
const PATTERNED = [
  [/^\^\[0-9\]\{4\}\(-\(0/, '2024-03-04'], [/^\^\[0-9\]\{4\}\(-\[0-9\]/, '2024-03-04'], [/^\^\[A-Za-z\]\[A-Za-z0-9_\+-\]/, 'UTC'],
  [/^\^\[A-Za-z\]\{1,8\}/, 'en'], [/^\^P/, 'P3D'], [/^\^https/, 'https://example.org/'], [/^\^\$\|\^C/, ''], [/^\^\[A-Z\]\[A-Z0-9-\]/, 'ABC'],
  [/^\^\[0-9a-f\]/, 'a'.repeat(64)],
]

export function plant(kind, common, prefix) {
  const words = []
  const resolve = (s) => {
    if (!s?.$ref) return s
    const [base, path] = s.$ref.split('#')
    const root = base === 'urn:polder:common' ? common : kind.schema
    return {...resolve(path.slice(1).split('/').filter(Boolean).reduce((at, name) => at[name], root)), ...{...s, $ref: undefined}}
  }
  const make = (schema, pointer, depth) => {
    const s = resolve(schema) ?? {}
    if ('const' in s) return s.const
    if (s.enum) return s.enum.find((v) => typeof v === 'string') ?? s.enum[0]
    const type = Array.isArray(s.type) ? s.type[0] : (s.type ?? (s.properties ? 'object' : 'string'))
    if (type === 'boolean') return true
    if (type === 'integer' || type === 'number') return s.minimum ?? 1
    if (type === 'null') return null
    if (type === 'array') {
      if (depth > 9) return undefined
      const item = make(s.items ?? {}, `${pointer}/0`, depth + 1)
      return item === undefined ? undefined : [item]
    }
    if (type === 'object') {
      const out = {}
      for (const [name, below] of Object.entries(s.properties ?? {})) {
        const value = depth > 9 ? undefined : make(below, `${pointer}/${name}`, depth + 1)
        if (value !== undefined) out[name] = value
      }
      return out
    }
    if (s.format && SAMPLES[s.format]) return SAMPLES[s.format]
    const shape = s.format === 'email' ? (w) => `${w}@example.org` : (w) => w
    if (s.pattern) return PATTERNED.find(([p]) => p.test(s.pattern))?.[1]
    const word = `${prefix}x${words.length}x`
    words.push({word, pointer, most: s.maxLength ?? Infinity, audiences: audiencesOf(kind.visibility, pointer)})
    return shape(word)
  }
  return {body: make(kind.schema, '', 0), words}
}

// The longest pointer that covers a place decides; stars stand for any part of it.
export function audiencesOf(visibility, pointer) {
  const parts = pointer.split('/').slice(1)
  let longest = -1
  let audiences = []
  for (const [audience, pointers] of Object.entries(visibility)) {
    for (const p of pointers) {
      const want = p.split('/').slice(1)
      if (want.length > parts.length || want.some((part, i) => part !== '*' && part !== parts[i])) continue
      if (want.length > longest) [longest, audiences] = [want.length, []]
      if (want.length === longest) audiences.push(audience)
    }
  }
  return audiences
}
