// A release on its way, for the tests: two stages, the second gated, and what it asks.
export const digest = 'a'.repeat(64)
export const report = (verdict, sha256 = digest) => JSON.stringify({files: [{path: 'model.safetensors', verdict, format: 'safetensors', findings: [], bytes: {}, sha256}], summary: {files: 1}})
export const fields = [
  {name: 'purpose', label: 'What for?', type: 'text', required: true},
  {name: 'agree', label: 'I tell you what I find', type: 'checkbox', required: true},
  {name: 'day', label: 'From when?', type: 'date_picker'},
  {name: 'land', label: 'Where are you?', type: 'country'},
  {name: 'sector', label: 'Sector', type: 'select', options: ['academia', 'industry & more']},
]
export const plan = ({signer, safeguard, tester}) => ({
  title: 'Tulip 2', version: '2.0', summary: 'A model for gardeners, in stages.', description: 'Why it goes in stages.',
  artifacts: [{name: 'model.safetensors', size: 12, sha256: digest}],
  stages: [
    {name: 'red-team', title: 'Red team', who: 'named', ...(tester && {subjects: [{subject: tester, note: 'the-tester-note'}]})},
    {name: 'gated', title: 'Gated', who: 'gated', observe: 'P60D', gates: [{name: 'scan', title: 'Scan of the weights'}], ...(safeguard && {safeguards: [{record: safeguard, why: 'fraud'}]}),
      signoffs: [{name: 'safety', title: 'Head of safety', subject: signer}, {name: 'lead', title: 'Lead', role: 'owner'}],
      risks: [{name: 'Fraud', threshold: 0.3, margin: 0.1, residual: 0.2, statement: 'the-risk-statement'}]},
    {name: 'open', title: 'Open', who: 'everybody'},
  ],
  access: {mode: 'manual', heading: 'Ask for Tulip', description: 'Tell us what for.', fields, terms: 'the-terms', expires_after: 'P30D'},
  assessment: 'the-assessment', notes: 'the-notes',
})
